package toco.annotation;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.image.LabelMap;

/// The objects in COCO's JSON.
///
/// @param classNames foreground classes, in label order
/// @param categories their ids
/// @param shape of regions
@SuppressWarnings("ArrayRecordComponent") // never compared
record CocoEntries(List<String> classNames, long[] categories, CocoShape shape) {
  static Map<String, Object> image(long id, String fileName, LabelMap map) {
    var described = new LinkedHashMap<String, Object>();
    described.put("id", id);
    described.put("width", map.widthPx());
    described.put("height", map.heightPx());
    described.put("file_name", fileName);
    return described;
  }

  /// A region's score, the mean over its pixels, to six decimals.
  ///
  /// @param scores float32 [H, W]; null: not known, and the score is 1
  static double score(Region region, LabelMap map, @Nullable MemorySegment scores) {
    double mean = scores == null ? 1 : region.mean(scores, map.widthPx());
    return Math.round(mean * 1e6) / 1e6;
  }

  Map<String, Object> annotation(Region region, long id, long image, double score, int widthPx) {
    var box = region.box();
    var annotation = new LinkedHashMap<String, Object>();
    annotation.put("id", id);
    annotation.put("image_id", image);
    annotation.put("category_id", categories[region.label() - 1]);
    annotation.put("segmentation", segmentation(region, widthPx));
    annotation.put("area", region.area());
    annotation.put("bbox", List.of(box.x(), box.y(), box.width(), box.height()));
    annotation.put("iscrowd", 0);
    annotation.put("score", score);
    return annotation;
  }

  /// A result with a box would be scored by its box's area.
  Map<String, Object> result(Region region, long image, double score, int widthPx) {
    var result = new LinkedHashMap<String, Object>();
    result.put("image_id", image);
    result.put("category_id", categories[region.label() - 1]);
    result.put("segmentation", runs(region, widthPx));
    result.put("score", score);
    return result;
  }

  List<Map<String, Object>> categoryList() {
    var entries = new ArrayList<Map<String, Object>>();
    for (int k = 0; k < classNames.size(); k++) {
      var category = new LinkedHashMap<String, Object>();
      category.put("id", categories[k]);
      category.put("name", classNames.get(k));
      category.put("supercategory", "");
      entries.add(category);
    }
    return entries;
  }

  private Object segmentation(Region region, int widthPx) {
    var polygons = shape == CocoShape.POLYGON ? Outline.of(region) : List.<int[]>of();
    return polygons.isEmpty() ? runs(region, widthPx) : polygons;
  }

  private static Map<String, Object> runs(Region region, int widthPx) {
    var runs = new LinkedHashMap<String, Object>();
    runs.put("size", List.of(region.heightPx(), widthPx));
    runs.put("counts", region.compressedCounts(widthPx * region.heightPx()));
    return runs;
  }
}
