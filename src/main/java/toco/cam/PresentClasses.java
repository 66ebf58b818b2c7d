package toco.cam;

import java.util.ArrayList;
import java.util.List;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// The classes of each image of a batch, side by side and padded to the longest list: what is
/// computed a class is then computed for a few channels instead of all K. Made from labels that the
/// host knows, so that no device is waited for.
///
/// @param ids class numbers 1…K, 0 where padded; one row an image, equally long
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PresentClasses(long[][] ids) {
  /// @param multiHot a row an image: \[K], 1 where the class is in the image
  public static PresentClasses of(List<float[]> multiHot) {
    var lists = new ArrayList<List<Long>>();
    for (float[] row : multiHot) {
      var list = new ArrayList<Long>();
      for (int k = 0; k < row.length; k++) {
        if (row[k] > 0) {
          list.add(k + 1L);
        }
      }
      lists.add(list);
    }
    int longest = Math.max(1, lists.stream().mapToInt(List::size).max().orElse(1));
    var ids = new long[lists.size()][longest];
    for (int i = 0; i < ids.length; i++) {
      for (int j = 0; j < lists.get(i).size(); j++) {
        ids[i][j] = lists.get(i).get(j);
      }
    }
    return new PresentClasses(ids);
  }

  /// P, the length of every row.
  public long count() {
    return ids[0].length;
  }

  /// The present classes' maps [B, P, h, w] of all [B, K, h, w]; any map where a row is padded.
  public Tensor gather(Tensor cams) {
    var index = table(0).sub(1).clampMin(0).to(cams.device(), true); // [B, P, 1, 1]
    return cams.gather(1, index.expand(-1, -1, cams.size(2), cams.size(3)));
  }

  /// Ones, and zeros where a row is padded: the multi-hot labels of these maps, float32 [B, P].
  public Tensor shown(Device device) {
    return table(0).squeeze(-1).squeeze(-1).gt(0).to(DType.FLOAT32).to(device, true);
  }

  /// True where a place is padding: bool [B, P, 1, 1].
  Tensor absent(Device device) {
    return table(0).eq(0).to(device, true);
  }

  /// Positions (0 background) to class numbers, int64 [B, H, W].
  Tensor classIds(Tensor positions) {
    var ids = table(1).squeeze(-1).squeeze(-1).to(positions.device(), true); // [B, P + 1]
    var flat = ids.gather(1, positions.flatten(1));
    return flat.reshape(positions.shape().sizes());
  }

  /// The ids as int64 [B, lead + P, 1, 1], after `lead` zeros a row.
  private Tensor table(int lead) {
    int columns = ids[0].length + lead;
    var flat = new long[ids.length * columns];
    for (int i = 0; i < ids.length; i++) {
      System.arraycopy(ids[i], 0, flat, i * columns + lead, ids[i].length);
    }
    return Tensor.of(flat, ids.length, columns, 1, 1);
  }
}
