package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.invalid;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `data.*`: where images, labels and lists are. `data.root` is relative to the working directory;
/// the other paths are relative to `data.root` unless they are absolute, and the `…Path` methods
/// give them resolved. The defaults are those of layout `voc`; where other layouts differ, `toco
/// config --describe` says so.
///
/// @param layout how the data set lies on disk: `voc`, `coco`, `folder` or `synthetic`
/// @param root the data set's folder
/// @param imageDir folder of the images: JPEG, in layout `folder` PNG too and in sub-folders
/// @param maskDir folder of the palette-PNG masks, read by evaluation only
/// @param trainList text file with a training image's name a line (VOC train_aug: 10,582); absent,
///   in layout `folder` only: all labelled images but those of the other lists
/// @param valList the same for validation (VOC val: 1,449); absent: no validation
/// @param testList the same for the test split; absent: the data set has none with masks
/// @param labels image-level labels: a `.npy` with a dict from name to K float32 zeros and ones, a
///   `.csv`, a `.json` in COCO's form, or a folder of VOC's `.xml` annotations
/// @param valLabels the same for the validation and the test list, where other files hold them, as
///   COCO's do; absent: `labels`
/// @param labelsFromMasks take the image-level labels from the masks instead; false, because
///   training must not need masks
/// @param classNames foreground classes in label order from label 1; empty: those of the layout, of
///   `classNamesFile` or, in layout `folder`, of the labels' `.json` (the record then holds them)
/// @param classNamesFile text file with one a line, or COCO's JSON; absent once it was read
/// @param workers threads that decode and augment
/// @param onBadSample what training does with an image that cannot be read: `fail` ends the run
///   after a checkpoint, `skip` takes another image in its place and counts it
/// @param synthetic what the generator of layout `synthetic` makes
public record DataConfig(
    @Default("voc") Layout layout,
    @Default("VOCdevkit/VOC2012") Path root,
    @Default("JPEGImages") Path imageDir,
    @Default("SegmentationClassAug") Path maskDir,
    @Default("lists/train_aug.txt") @Nullable Path trainList,
    @Default("lists/val.txt") @Nullable Path valList,
    @Default("null") @Nullable Path testList,
    @Default("lists/cls_labels_onehot.npy") Path labels,
    @Default("null") @Nullable Path valLabels,
    @Default("false") boolean labelsFromMasks,
    @Default("[]") List<String> classNames,
    @Default("null") @Nullable Path classNamesFile,
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
    boolean own = classNames.isEmpty() && classNamesFile == null;
    classNames = own ? layout.classNames() : List.copyOf(classNames);
    if (!classNames.isEmpty() && classNamesFile != null) {
      throw new ConfigException(
          "data.classNamesFile",
          "data.classNames and data.classNamesFile are both given; set data.classNames=[] or"
              + " data.classNamesFile=null");
    }
    var seen = new HashSet<String>();
    for (var name : classNames) {
      if (name.isBlank() || !seen.add(name)) {
        throw invalid("data.classNames", "distinct and not blank", classNames);
      }
    }
    atLeast("data.workers", workers, 1);
  }

  /// The class names, read where a file has them.
  ///
  /// @throws ConfigException if there are none, or the file is missing or wrong
  List<String> readClassNames() {
    if (!classNames.isEmpty()) {
      return classNames;
    }
    boolean isJson = labels.toString().toLowerCase(Locale.ROOT).endsWith(".json");
    if (classNamesFile == null && !isJson) {
      throw new ConfigException(
          "data.classNames",
          ("data.classNames has no value; layout %s needs the classes in label order, "
                  + "there or in data.classNamesFile, one a line")
              .formatted(layout));
    }
    try {
      return ClassNames.read(classNamesFile == null ? labelsPath() : root.resolve(classNamesFile));
    } catch (ConfigException e) {
      var key = classNamesFile == null ? "data.labels" : "data.classNamesFile";
      throw new ConfigException(key, String.valueOf(e.getMessage()));
    }
  }

  /// `imageDir` under `root`.
  public Path imagePath() {
    return root.resolve(imageDir.normalize());
  }

  /// `maskDir` under `root`.
  public Path maskPath() {
    return root.resolve(maskDir.normalize());
  }

  /// `labels` under `root`.
  public Path labelsPath() {
    return root.resolve(labels);
  }

  /// The labels of a split, under `root`.
  public Path labelsPath(Split split) {
    return split == Split.TRAIN || valLabels == null ? labelsPath() : root.resolve(valLabels);
  }

  /// Whether a split has a list file.
  public boolean hasList(Split split) {
    return list(split) != null;
  }

  /// The list file of a split, under `root`.
  ///
  /// @throws ConfigException if the split has no list
  public Path listPath(Split split) {
    var list = list(split);
    if (list == null) {
      var key = "data." + split + "List";
      throw new ConfigException(
          key, "%s has no value, and split %s was asked for; name a list".formatted(key, split));
    }
    return root.resolve(list);
  }

  private @Nullable Path list(Split split) {
    return switch (split) {
      case TRAIN -> trainList;
      case VAL -> valList;
      case TEST -> testList;
    };
  }
}
