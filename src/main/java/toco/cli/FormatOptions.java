package toco.cli;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;
import toco.annotation.AnnotationExport;
import toco.annotation.CocoShape;
import toco.annotation.LabelFormat;

/// The formats of label maps.
final class FormatOptions {
  @Option(
      names = "--format",
      split = ",",
      paramLabel = "png|coco|cvat|geotiff",
      description =
          "Formats of the label maps, separated by commas (default: png; cam-as-seg: none). coco:"
              + " DIR/coco/annotations/instances_default.json, a region in each annotation, and"
              + " DIR/coco/results.json, the same with scores, for pycocotools. cvat: DIR/cvat.zip,"
              + " CVAT's \"Segmentation mask 1.1\". geotiff: DIR/geotiff/NAME.tif with the"
              + " coordinates of an image that is a GeoTIFF.")
  Set<LabelFormat> formats = EnumSet.noneOf(LabelFormat.class);

  @Option(
      names = "--coco-shape",
      paramLabel = "rle|polygon",
      defaultValue = "rle",
      description =
          "Regions in instances_default.json: rle, run-length encoded; polygon, polygons along the"
              + " edges of pixels, for editing (default: rle).")
  CocoShape cocoShape = CocoShape.RLE;

  /// @param usual the formats if none is named
  AnnotationExport.Options chosen(Set<LabelFormat> usual) {
    return new AnnotationExport.Options(formats.isEmpty() ? usual : formats, cocoShape);
  }

  /// A line for each thing that was written.
  static String lines(List<Path> written) {
    var text = new StringBuilder();
    written.forEach(path -> text.append("wrote %s\n".formatted(path)));
    return text.toString();
  }
}
