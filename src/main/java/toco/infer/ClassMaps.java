package toco.infer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import toco.data.NumpyArray;
import toco.data.NumpyDict;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// Maps of the classes that are in an image, at its native size.
///
/// @param keys the classes, counted from 0, in label order
/// @param maps float32 [n, H, W] in 0…1, one per key
record ClassMaps(List<Integer> keys, Tensor maps) {
  ClassMaps {
    keys = List.copyOf(keys);
    if (maps.dim() != 3 || maps.size(0) != keys.size()) {
      throw new IllegalArgumentException(
          "maps must be [%s, H, W], got %s".formatted(keys.size(), maps.shape()));
    }
  }

  long heightPx() {
    return maps.size(1);
  }

  long widthPx() {
    return maps.size(2);
  }

  /// The same maps on a device.
  ClassMaps to(Device device) {
    return new ClassMaps(keys, maps.to(device));
  }

  /// The maximum over the classes at each pixel, [H, W]; zeros if there are no classes.
  Tensor strongest() {
    return keys.isEmpty()
        ? Tensor.full(0, DType.FLOAT32, maps.device(), heightPx(), widthPx())
        : maps.amax(0);
  }

  /// Converts positions among background and maps to labels.
  ///
  /// @param positions int64 of any shape: 0 background, else 1 + index of the map
  /// @return int64 of the same shape: 0 background, else the class, 1…K
  Tensor labels(Tensor positions) {
    var table = new long[keys.size() + 1];
    for (int i = 0; i < keys.size(); i++) {
      table[i + 1] = keys.get(i) + 1L;
    }
    return Tensor.of(table)
        .to(positions.device(), true)
        .indexSelect(0, positions.flatten(0))
        .reshape(positions.shape().sizes());
  }

  /// Writes `{"keys": int64 [n], "high_res": float32 [n, H, W]}`, the published code's format.
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
