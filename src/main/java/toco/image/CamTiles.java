package toco.image;

import java.util.function.IntFunction;
import toco.torch.Tensor;

/// The tiles that show an image's CAMs: CAM and auxiliary CAM of its most active class, over the
/// image; the plain image where it has no class.
///
/// @param map index of the class's map, 0…K−1, or −1 if the image has no class
/// @param cam of the image's size
/// @param auxCam of the image's size
public record CamTiles(int map, Picture cam, Picture auxCam) {
  private static final int NO_CLASS = -1;

  /// Draws the tiles.
  ///
  /// @param image drawn under the maps
  /// @param cam float [K, h, w] in 0…1
  /// @param auxCam float [K, h, w] in 0…1
  /// @param labels \[K] multi-hot: the classes that the image has
  public static CamTiles of(RgbImage image, Tensor cam, Tensor auxCam, Tensor labels) {
    int map = mostActive(cam, labels);
    return map == NO_CLASS
        ? new CamTiles(map, Picture.of(image), Picture.of(image))
        : new CamTiles(
            map,
            TensorPictures.cam(image, cam.select(0, map)),
            TensorPictures.cam(image, auxCam.select(0, map)));
  }

  /// What the tiles show, for a caption.
  ///
  /// @param className of a map's index, such as `cat`
  /// @return the name, or `no class here`
  public String caption(IntFunction<String> className) {
    return map == NO_CLASS ? "no class here" : className.apply(map);
  }

  /// The class whose CAM has the largest mean. Maxima do not tell classes apart: every map is
  /// normalised to reach 1.
  private static int mostActive(Tensor cam, Tensor labels) {
    var means = cam.mean(new long[] {1, 2}, false).toFloatArray();
    var present = labels.toFloatArray();
    int best = NO_CLASS;
    for (int k = 0; k < present.length; k++) {
      if (present[k] > 0 && (best == NO_CLASS || means[k] > means[best])) {
        best = k;
      }
    }
    return best;
  }
}
