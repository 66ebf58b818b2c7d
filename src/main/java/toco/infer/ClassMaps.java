package toco.infer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import toco.data.NumpyArray;
import toco.data.NumpyDict;
import toco.torch.DType;
import toco.torch.Tensor;

/// Maps of the classes that are in an image, at its size.
///
/// @param keys the classes from 0, in label order
/// @param maps float32 [n, H, W] in 0…1, one a key
record ClassMaps(List<Integer> keys, Tensor maps) {
  ClassMaps {
    keys = List.copyOf(keys);
    if (maps.dim() != 3 || maps.size(0) != keys.size()) {
      throw new IllegalArgumentException(
          "maps must be [%d, H, W], got %s".formatted(keys.size(), maps.shape()));
    }
  }

  long heightPx() {
    return maps.size(1);
  }

  long widthPx() {
    return maps.size(2);
  }

  /// The largest value of any class at each pixel, [H, W]; zeros without a class.
  Tensor strongest() {
    return keys.isEmpty()
        ? Tensor.full(0, DType.FLOAT32, maps.device(), heightPx(), widthPx())
        : maps.amax(0);
  }

  /// The label that a map's position stands for: 0 the background, then the keys' labels.
  ///
  /// @param positions int64 of any shape, 0…n
  /// @return int64 of that shape, 0…K
  Tensor labels(Tensor positions) {
    var table = new long[keys.size() + 1];
    for (int i = 0; i < keys.size(); i++) {
      table[i + 1] = keys.get(i) + 1L;
    }
    return Tensor.of(table)
        .to(positions.device())
        .indexSelect(0, positions.flatten(0))
        .reshape(positions.shape().sizes());
  }

  /// Writes `{"keys": int64 [n], "high_res": float32 [n, H, W]}` as the published code does.
  ///
  /// @throws toco.data.DataException if the file cannot be written
  void write(Path npy) {
    var arrays = new LinkedHashMap<String, NumpyArray>();
    arrays.put("keys", NumpyArray.of(keys.stream().mapToLong(k -> k).toArray(), keys.size()));
    arrays.put(
        "high_res",
        NumpyArray.of(maps.toFloatArray(), keys.size(), (int) heightPx(), (int) widthPx()));
    NumpyDict.write(npy, arrays);
  }
}
