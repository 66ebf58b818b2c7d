package toco.config;

import java.util.List;
import java.util.Locale;

/// How a data set lies on disk.
public enum Layout {
  /// JPEGImages, SegmentationClassAug, list files, `cls_labels_onehot.npy`.
  VOC,
  /// COCO 2014: folders train2014 and val2014 beneath the image folder and the mask folder.
  COCO,
  /// The VOC layout, made by `toco demo` or `toco data synthetic` as `data.synthetic` says.
  SYNTHETIC;

  /// The data set's own foreground classes, in label order from label 1.
  public List<String> classNames() {
    return switch (this) {
      case VOC -> ClassNames.VOC;
      case COCO -> ClassNames.COCO;
      case SYNTHETIC -> ClassNames.SYNTHETIC;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
