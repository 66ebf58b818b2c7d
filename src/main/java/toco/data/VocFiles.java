package toco.data;

import java.nio.file.Path;

/// The paths of a data set in Pascal VOC's layout.
///
/// @param imageDir folder of NAME.jpg
/// @param maskDir folder of NAME.png, class indices; for evaluation only
/// @param list list file of the split: one NAME per line
/// @param labels image-level labels of all splits, `cls_labels_onehot.npy`
public record VocFiles(Path imageDir, Path maskDir, Path list, Path labels) {

  /// The usual paths under a root folder: `JPEGImages`, `SegmentationClassAug` and `lists`.
  ///
  /// @param split such as `train_aug`
  public static VocFiles of(Path root, String split) {
    var lists = root.resolve("lists");
    return new VocFiles(
        root.resolve("JPEGImages"),
        root.resolve("SegmentationClassAug"),
        lists.resolve(split + ".txt"),
        lists.resolve("cls_labels_onehot.npy"));
  }

  Path image(String name) {
    return AccentSpelling.file(imageDir, name + ".jpg");
  }

  Path mask(String name) {
    return AccentSpelling.file(maskDir, name + ".png");
  }
}
