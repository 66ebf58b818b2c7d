package toco.config;

import static toco.config.Checks.atLeast;
import static toco.config.Checks.invalid;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `data.*`: where images, labels and lists are. `data.root` is relative to the working directory;
/// the other paths are relative to `data.root` unless they are absolute, and the `…Path` methods
/// give them resolved.
///
/// @param layout how the data set lies on disk: `voc`, `coco` or `synthetic`
/// @param root the data set's folder
/// @param imageDir folder of the JPEG images
/// @param maskDir folder of the palette-PNG masks, read by evaluation only
/// @param trainList text file with a training image's name a line (VOC train_aug: 10,582)
/// @param valList the same for validation (VOC val: 1,449)
/// @param testList the same for the test split; absent: the data set has none with masks
/// @param labels image-level labels: a `.npy` with a dict from name to K float32 zeros and ones
/// @param labelsFromMasks take the image-level labels from the masks instead; false, because
///   training must not need masks
/// @param classNames foreground classes in label order from label 1; empty: those of the layout
///   (the record then holds them)
/// @param workers threads that decode and augment
/// @param onBadSample what training does with an image that cannot be read: `fail` ends the run
///   after a checkpoint, `skip` takes another image in its place and counts it
/// @param synthetic what the generator of layout `synthetic` makes
public record DataConfig(
    @Default("voc") Layout layout,
    @Default("VOCdevkit/VOC2012") Path root,
    @Default("JPEGImages") Path imageDir,
    @Default("SegmentationClassAug") Path maskDir,
    @Default("lists/train_aug.txt") Path trainList,
    @Default("lists/val.txt") Path valList,
    @Default("null") @Nullable Path testList,
    @Default("lists/cls_labels_onehot.npy") Path labels,
    @Default("false") boolean labelsFromMasks,
    @Default("[]") List<String> classNames,
    @Default("2") int workers,
    @Default("fail") OnBadSample onBadSample,
    SyntheticConfig synthetic) {

  /// What becomes of a training image that cannot be read.
  public enum OnBadSample {
    FAIL,
    SKIP;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public DataConfig {
    classNames = classNames.isEmpty() ? layout.classNames() : List.copyOf(classNames);
    var seen = new HashSet<String>();
    for (var name : classNames) {
      if (name.isBlank() || !seen.add(name)) {
        throw invalid("data.classNames", "distinct and not blank", classNames);
      }
    }
    atLeast("data.workers", workers, 1);
  }

  /// `imageDir` under `root`.
  public Path imagePath() {
    return root.resolve(imageDir);
  }

  /// `maskDir` under `root`.
  public Path maskPath() {
    return root.resolve(maskDir);
  }

  /// `labels` under `root`.
  public Path labelsPath() {
    return root.resolve(labels);
  }

  /// The list file of a split, under `root`.
  ///
  /// @throws ConfigException if the split has no list
  public Path listPath(Split split) {
    var list =
        switch (split) {
          case TRAIN -> trainList;
          case VAL -> valList;
          case TEST -> testList;
        };
    if (list == null) {
      throw new ConfigException(
          "data.testList", "data.testList has no value, and split test was asked for; name a list");
    }
    return root.resolve(list);
  }
}
