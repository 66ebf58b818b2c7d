package toco.cam;

import java.util.ArrayList;
import java.util.List;
import toco.config.CamConfig;
import toco.image.ImageBox;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Segmentation labels refined from CAMs (METHOD, training step 6). Each image's present classes
/// compete with a constant background, once high and once low; where the two disagree the pixel is
/// ignored.
public final class PseudoLabels {
  private static final double ABSENT = Double.NEGATIVE_INFINITY;

  private final CamConfig config;
  private final Par par;

  public PseudoLabels(CamConfig config) {
    this.config = config;
    par =
        new Par(
            config.parDilations().stream().mapToLong(Integer::longValue).toArray(),
            config.parIterations());
  }

  /// @param unitImages [B, 3, H, W] from [toco.image.Normalization#denormalizeToUnit]
  /// @param validCam [B, K, H, W] in 0..1, absent classes 0
  /// @param labels [B, K] multi-hot, on the host
  /// @param boxes one an image, in pixels
  /// @return int64 [B, H, W]: 0 background, 1…K, 255 ignored
  public Tensor refine(Tensor unitImages, Tensor validCam, Tensor labels, List<ImageBox> boxes) {
    try (var _ = GradMode.noGrad();
        var scope = TensorScope.open()) {
      long height = unitImages.size(2);
      long width = unitImages.size(3);
      long halfHeight = height / config.parDownscale();
      long halfWidth = width / config.parDownscale();
      var device = validCam.device();
      var present = PresentClasses.of(labels);
      var cams =
          present.gather(
              validCam.interpolate(halfHeight, halfWidth, Interpolation.BILINEAR)); // [B, P, h, w]
      var images = unitImages.interpolate(halfHeight, halfWidth, Interpolation.BILINEAR);
      var both =
          Tensor.cat(
              List.of(
                  compete(cams, config.highThreshold(), present),
                  compete(cams, config.lowThreshold(), present)),
              1);
      var refined =
          par.refine(images, both)
              .interpolate(height, width, Interpolation.BILINEAR); // [B, 2(P+1), H, W]
      long classes = present.count() + 1;
      var high = present.classIds(refined.slice(1, 0, classes).argmax(1));
      var low = present.classIds(refined.slice(1, classes, 2 * classes).argmax(1));
      var inside = ImageBox.mask(boxes, height, width, device);
      return scope.keep(
          high.maskedFill(high.eq(0), CamLabels.IGNORE)
              .maskedFill(high.add(low).eq(0), 0)
              .maskedFill(inside.eq(0), CamLabels.IGNORE));
    }
  }

  /// Softmax over background and present classes; the places of absent ones get exactly 0.
  private static Tensor compete(Tensor cams, double background, PresentClasses present) {
    var size = cams.shape();
    var constant =
        Tensor.full(
            background, DType.FLOAT32, cams.device(), size.size(0), 1, size.size(2), size.size(3));
    return Tensor.cat(List.of(constant, cams.maskedFill(present.absent(cams.device()), ABSENT)), 1)
        .softmax(1);
  }

  /// The classes of each image of a batch, side by side and padded to the longest list: the
  /// refinement then handles a few channels instead of all K.
  ///
  /// @param ids class numbers 1…K, 0 where padded; one row an image, equally long
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record PresentClasses(long[][] ids) {
    static PresentClasses of(Tensor labels) {
      int classes = (int) labels.size(1);
      var flat = labels.toFloatArray();
      var lists = new ArrayList<List<Long>>();
      for (int start = 0; start < flat.length; start += classes) {
        var list = new ArrayList<Long>();
        for (int k = 0; k < classes; k++) {
          if (flat[start + k] > 0) {
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

    long count() {
      return ids[0].length;
    }

    /// The present classes' maps [B, P, h, w] of all [B, K, h, w].
    Tensor gather(Tensor cams) {
      var rows = new ArrayList<Tensor>();
      for (int i = 0; i < ids.length; i++) {
        var index = new long[ids[i].length];
        for (int j = 0; j < index.length; j++) {
          index[j] = Math.max(0, ids[i][j] - 1);
        }
        rows.add(cams.select(0, i).indexSelect(0, Tensor.of(index).to(cams.device())));
      }
      return Tensor.stack(rows, 0);
    }

    /// True where a place is padding: bool [B, P, 1, 1].
    Tensor absent(Device device) {
      return table(0).eq(0).to(device);
    }

    /// Positions (0 background) to class numbers, int64 [B, H, W].
    Tensor classIds(Tensor positions) {
      var ids = table(1).squeeze(-1).squeeze(-1).to(positions.device()); // [B, P + 1]
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
}
