package toco.cam;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// The classes of each image of a batch, one row per image, padded to the longest row. What is
/// computed per class then needs P channels instead of all K. Made from labels in host memory, so
/// that nothing waits for the device.
///
/// @param ids [B, P], class numbers 1…K, 0 for padding
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PresentClasses(long[][] ids) {
  /// The classes of a batch.
  ///
  /// @param multiHot one row per image: \[K], 1 where the class is in the image
  public static PresentClasses of(List<float[]> multiHot) {
    var rows = multiHot.stream().map(PresentClasses::classesOf).toList();
    int longest = Math.max(1, rows.stream().mapToInt(row -> row.length).max().orElse(1));
    return new PresentClasses(
        rows.stream().map(row -> Arrays.copyOf(row, longest)).toArray(long[][]::new));
  }

  /// The class numbers 1…K of one image, without padding.
  ///
  /// @param multiHot \[K], 1 where the class is in the image
  public static long[] classesOf(float[] multiHot) {
    return IntStream.range(0, multiHot.length)
        .filter(k -> multiHot[k] > 0)
        .mapToLong(k -> k + 1L)
        .toArray();
  }

  /// P, the length of every row, at least 1.
  public long count() {
    return ids[0].length;
  }

  /// Selects the maps of the present classes. Padding gets the map of class 1.
  ///
  /// @param cams [B, K, h, w]
  /// @return [B, P, h, w]
  public Tensor gather(Tensor cams) {
    var index = table(0).sub(1).clampMin(0).to(cams.device(), true); // [B, P, 1, 1]
    return cams.gather(1, index.expand(-1, -1, cams.size(2), cams.size(3)));
  }

  /// The multi-hot labels of these maps: 1, and 0 for padding; float32 [B, P].
  public Tensor multiHot(Device device) {
    return table(0).squeeze(-1).squeeze(-1).gt(0).to(DType.FLOAT32).to(device, true);
  }

  /// Writes the maps of the present classes to their places; the reverse of [#gather].
  ///
  /// @param maps [B, P, h, w]; those of padding are ignored
  /// @param classes K
  /// @return [B, K, h, w], 0 for absent classes
  public Tensor scatter(Tensor maps, long classes) {
    var index = table(0).to(maps.device(), true).expand(-1, -1, maps.size(2), maps.size(3));
    var all =
        Tensor.full(
            0, maps.dtype(), maps.device(), maps.size(0), classes + 1, maps.size(2), maps.size(3));
    return all.scatter(1, index, maps).slice(1, 1, classes + 1); // without the padding's
  }

  /// True for padding: bool [B, P, 1, 1].
  public Tensor isPadding(Device device) {
    return table(0).eq(0).to(device, true);
  }

  /// Class numbers of positions in the rows.
  ///
  /// @param positions int64 [B, H, W]: 0 background, else 1 + the column in [#ids]
  /// @return int64 [B, H, W], 0…K
  public Tensor classIds(Tensor positions) {
    var ids = table(1).squeeze(-1).squeeze(-1).to(positions.device(), true); // [B, P + 1]
    var flat = ids.gather(1, positions.flatten(1));
    return flat.reshape(positions.shape().sizes());
  }

  /// The ids after `lead` zeros per row, int64 [B, lead + P, 1, 1].
  private Tensor table(int lead) {
    int columns = ids[0].length + lead;
    var flat = new long[ids.length * columns];
    for (int i = 0; i < ids.length; i++) {
      System.arraycopy(ids[i], 0, flat, i * columns + lead, ids[i].length);
    }
    return Tensor.of(flat, ids.length, columns, 1, 1);
  }
}
