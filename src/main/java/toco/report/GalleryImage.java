package toco.report;

import java.util.List;
import java.util.Map;
import toco.eval.MapKind;

/// An image of the gallery with the network's results.
///
/// @param name in its list
/// @param classes of its image-level labels
/// @param iou mean IoU of each kind of map over the classes of its mask; empty without a mask
/// @param blockCosine mean cosine between its patch tokens after each block of the encoder
/// @param tiles pictures, all of the same size
record GalleryImage(
    String name,
    List<String> classes,
    Map<MapKind, Double> iou,
    List<Double> blockCosine,
    List<Tile> tiles) {
  GalleryImage {
    classes = List.copyOf(classes);
    iou = Map.copyOf(iou);
    blockCosine = List.copyOf(blockCosine);
    tiles = List.copyOf(tiles);
  }

  /// A picture.
  ///
  /// @param note short explanation, may be empty
  /// @param jpeg the encoded picture
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Tile(String title, String note, byte[] jpeg, int widthPx, int heightPx) {}

  /// Mean IoU of the segmentation; NaN without a mask.
  double segIou() {
    return iou.getOrDefault(MapKind.SEG, Double.NaN);
  }
}
