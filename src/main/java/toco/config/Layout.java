package toco.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How a data set lies on disk.
public enum Layout {
  /// JPEGImages, SegmentationClassAug, list files, `cls_labels_onehot.npy`.
  VOC,
  /// COCO 2014: folders train2014 and val2014 beneath the image folder and the mask folder.
  COCO,
  /// JPEG and PNG images anywhere beneath a folder, and a file or folder that labels them.
  FOLDER,
  /// The VOC layout, made by `toco demo` or `toco data synthetic` as `data.synthetic` says.
  SYNTHETIC;

  /// The data set's own foreground classes, in label order from label 1; none for a folder.
  public List<String> classNames() {
    return switch (this) {
      case VOC -> ClassNames.VOC;
      case COCO -> ClassNames.COCO;
      case FOLDER -> List.of();
      case SYNTHETIC -> ClassNames.SYNTHETIC;
    };
  }

  /// Where this layout's defaults differ from those of VOC: key and value as in a YAML file.
  Map<String, String> defaults() {
    return switch (this) {
      case VOC -> Map.of();
      case COCO ->
          Map.of(
              "data.imageDir", ".",
              "data.maskDir", "SegmentationClass",
              "data.trainList", "lists/train.txt",
              "data.valList", "lists/val_part.txt");
      case FOLDER ->
          Map.of(
              "data.imageDir", ".",
              "data.maskDir", "masks",
              "data.trainList", "null",
              "data.valList", "null",
              "data.labels", "labels.csv");
      case SYNTHETIC ->
          Map.of("data.trainList", "lists/train.txt", "data.testList", "lists/test.txt");
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
