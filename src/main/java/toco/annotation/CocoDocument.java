package toco.annotation;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.config.DataConfig;
import toco.image.LabelMap;

/// COCO's JSON of one image, in memory: what [AnnotationExport] writes for it, with regions
/// run-length encoded.
public final class CocoDocument {
  private CocoDocument() {}

  /// The object with the members `info`, `licenses`, `categories`, `images` and `annotations`.
  ///
  /// @param fileName of the image
  /// @param scores float32 [H, W], how sure each pixel's label is; null: not known
  /// @throws toco.data.DataException if the data set's labels are a `.json` file that is damaged
  public static Map<String, Object> of(
      DataConfig data, String fileName, LabelMap labels, @Nullable MemorySegment scores) {
    var ids = CocoIds.of(data, List.of(fileName));
    var entries = new CocoEntries(data.classNames(), ids.categories(), CocoShape.RLE);
    long image = ids.images()[0];
    var annotations = new ArrayList<Map<String, Object>>();
    for (var region : ConnectedRegions.of(labels)) {
      var score = CocoEntries.score(region, labels, scores);
      annotations.add(
          entries.annotation(region, annotations.size() + 1L, image, score, labels.widthPx()));
    }
    var document = new LinkedHashMap<String, Object>();
    document.put("info", Map.of("description", "made by ToCo"));
    document.put("licenses", List.of());
    document.put("categories", entries.categoryList());
    document.put("images", List.of(CocoEntries.image(image, fileName, labels)));
    document.put("annotations", annotations);
    return document;
  }
}
