package toco.image;

import java.util.List;
import java.util.function.IntFunction;
import toco.torch.Tensor;

/// The tiles that show an image's class maps, such as CAM and auxiliary CAM: those of its most
/// active class, over the image; the plain image where it has no class.
///
/// @param map index of the class's map, 0…K−1, or −1 if the image has no class
/// @param pictures of each kind of map, of the image's size
public record CamTiles(int map, List<Picture> pictures) {
  private static final int NO_CLASS = -1;

  /// Draws the tiles.
  ///
  /// @param image drawn under the maps
  /// @param cam float [K, h, w] in 0…1
  /// @param auxCam float [K, h, w] in 0…1
  /// @param labels \[K] multi-hot: the classes that the image has
  public static CamTiles of(RgbImage image, Tensor cam, Tensor auxCam, Tensor labels) {
    return of(image, List.of(cam, auxCam), labels);
  }

  /// Draws the tiles of some kinds of maps, of the class whose map of the first kind is the most
  /// active.
  ///
  /// @param kinds float [K, h, w] in 0…1 each
  public static CamTiles of(RgbImage image, List<Tensor> kinds, Tensor labels) {
    int map = mostActive(kinds.getFirst(), labels);
    return new CamTiles(
        map,
        kinds.stream()
            .map(maps ->
                map == NO_CLASS
                    ? Picture.of(image)
                    : TensorPictures.cam(image, maps.select(0, map)))
            .toList());
  }

  /// That of the CAM.
  public Picture cam() {
    return pictures.getFirst();
  }

  /// That of the auxiliary CAM.
  public Picture auxCam() {
    return pictures.get(1);
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
