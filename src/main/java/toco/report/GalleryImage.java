package toco.report;

import java.util.List;
import java.util.Map;
import toco.eval.MapKind;

/// An image of the gallery and what the network makes of it.
///
/// @param name in its list
/// @param classes that its labels name
/// @param iou mean IoU of each kind of map over the classes of its mask; empty without a mask
/// @param blockCosine mean cosine between its patch tokens behind each block of the encoder
/// @param tiles pictures of one size
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
  /// @param title what it is
  /// @param note a few words more
  /// @param jpeg encoded
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Tile(String title, String note, byte[] jpeg, int widthPx, int heightPx) {}

  /// What images are sorted by; NaN without a mask.
  double segIou() {
    return iou.getOrDefault(MapKind.SEG, Double.NaN);
  }
}
