package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.invalid;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `data.*`: where images, labels and lists are. `data.root` is relative to the working directory;
/// the other paths are relative to `data.root` unless they are absolute; the `…Path` methods return
/// resolved paths. The defaults are those of layout `voc`; `toco config --describe` lists where
/// other layouts differ.
///
/// @param layout how the data set is organised on disk: `voc`, `coco`, `folder` or `synthetic`
/// @param root the data set's folder
/// @param imageDir folder of the images; in layout `folder` with sub-folders
/// @param maskDir folder of the masks; only evaluation reads them
/// @param maskValues what the masks' pixels hold, if not class indices: the values of background
///   and classes in label order, such as `0,255` or `'#000000,#ff0000'`; 255 is ignored unless
///   named
/// @param trainList text file with the name of one training image per line (VOC train_aug: 10,582).
///   Absent, in layout `folder` only: all labelled images that are in no other list
/// @param valList the same for validation (VOC val: 1,449); absent: no validation
/// @param testList the same for the test split; absent: there is no test split with masks
/// @param labels image-level labels: a `.npy` file with a dict from image name to K zeros and ones,
///   a table (`.csv`, `.tsv`, `.txt`), a `.json` in COCO's form, or a folder of VOC's `.xml`
///   annotations
/// @param valLabels the same for the validation and the test list if their labels are in another
///   file, as in COCO; absent: `labels`
/// @param labelsFromMasks take the image-level labels from the masks instead; false by default,
///   because training must not need masks
/// @param hints labels of single pixels of training images: a folder of `.png` files with the names
///   of the images (class index, 0 background, 255 unknown), or a table of points
///   (`name,x,y,class`); absent: none
/// @param hintRadiusPx a point of a table also labels the pixels up to this far from it, in pixels
///   of the image; where points meet, the nearer one counts
/// @param boxes bounding boxes of training images, outside of which pseudo-labels may not name the
///   boxes' classes: a folder of VOC's `.xml` annotations or a `.json` in COCO's form; absent: none
/// @param classNames foreground classes in label order from label 1; empty: those of the layout, of
///   `classNamesFile` or, in layout `folder`, of the labels' `.json` file (reading the
///   configuration fills them in)
/// @param classNamesFile text file with one class name per line, or a `.json` in COCO's form;
///   absent after it has been read
/// @param otherClasses what to do with annotated classes that are not in `classNames`: `error`, or
///   `ignore` to train on some of the classes; labels leave the others out, and in masks they are
///   background
/// @param window how values of more than 8 bits become levels 0…255: `[low, high]`, `percentile`
///   (the 1st to the 99th of each image) or `dicom` (the file's own window); absent: as
///   docs/DATA.md says for each format
/// @param exif what to do with the orientation in an image's EXIF data: `ignore`, or `apply` to
///   turn the pixels upright, as viewers do; masks are never turned
/// @param page which page of a TIFF file is the image, from 1; other formats have one
/// @param workers threads that decode and augment images
/// @param onBadSample what training does with an image that cannot be read: `fail` saves a
///   checkpoint and ends the run, `skip` takes another image instead and counts it
/// @param synthetic the generator of layout `synthetic`
public record DataConfig(
    @Default("voc") Layout layout,
    @Default("VOCdevkit/VOC2012") Path root,
    @Default("JPEGImages") Path imageDir,
    @Default("SegmentationClassAug") Path maskDir,
    @Default("null") @Nullable String maskValues,
    @Default("lists/train_aug.txt") @Nullable Path trainList,
    @Default("lists/val.txt") @Nullable Path valList,
    @Default("null") @Nullable Path testList,
    @Default("lists/cls_labels_onehot.npy") Path labels,
    @Default("null") @Nullable Path valLabels,
    @Default("false") boolean labelsFromMasks,
    @Default("null") @Nullable Path hints,
    @Default("3") int hintRadiusPx,
    @Default("null") @Nullable Path boxes,
    @Default("[]") List<String> classNames,
    @Default("null") @Nullable Path classNamesFile,
    @Default("error") OtherClasses otherClasses,
    @Default("null") @Nullable PixelWindow window,
    @Default("ignore") Exif exif,
    @Default("1") int page,
    @Default("2") int workers,
    @Default("fail") OnBadSample onBadSample,
    SyntheticConfig synthetic) {

  /// What to do with annotated classes that are not to be trained.
  public enum OtherClasses {
    ERROR,
    IGNORE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What to do with the orientation that a camera stored.
  public enum Exif {
    IGNORE,
    APPLY;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What to do with a training image that cannot be read.
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
    if (maskValues != null) {
      var values = MaskValues.parse(maskValues);
      if (!classNames.isEmpty()) {
        values.requireClasses(classNames.size());
      }
    }
    atLeast("data.hintRadiusPx", hintRadiusPx, 0);
    atLeast("data.page", page, 1);
    atLeast("data.workers", workers, 1);
  }

  /// The class names, read from their file if there is one.
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
          ("data.classNames has no value; layout %s needs the classes in label order, there or in"
                  + " data.classNamesFile, one per line")
              .formatted(layout));
    }
    try {
      return ClassNames.read(classNamesFile == null ? labelsPath() : root.resolve(classNamesFile));
    } catch (ConfigException e) {
      var key = classNamesFile == null ? "data.labels" : "data.classNamesFile";
      throw new ConfigException(key, String.valueOf(e.getMessage()));
    }
  }

  /// The classes in the order in which masks and `.npy` files number them: `classNames`, or all of
  /// the layout's if those are some of them and the others are to be ignored.
  public List<String> annotatedClasses() {
    var all = layout.classNames();
    boolean isPart = otherClasses == OtherClasses.IGNORE && all.containsAll(classNames);
    return isPart ? all : classNames;
  }

  /// `imageDir` under `root`.
  public Path imagePath() {
    return root.resolve(imageDir.normalize());
  }

  /// `maskDir` under `root`.
  public Path maskPath() {
    return root.resolve(maskDir.normalize());
  }

  /// `maskValues`, read; null: masks hold class indices.
  public @Nullable MaskValues maskValueList() {
    return maskValues == null ? null : MaskValues.parse(maskValues);
  }

  /// `labels` under `root`.
  public Path labelsPath() {
    return root.resolve(labels);
  }

  /// The labels of a split, under `root`.
  public Path labelsPath(Split split) {
    return split == Split.TRAIN || valLabels == null ? labelsPath() : root.resolve(valLabels);
  }

  /// `hints` under `root`; null: there are none.
  public @Nullable Path hintsPath() {
    return hints == null ? null : root.resolve(hints.normalize());
  }

  /// `boxes` under `root`; null: there are none.
  public @Nullable Path boxesPath() {
    return boxes == null ? null : root.resolve(boxes.normalize());
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
          key, "%s has no value, but split %s is used; name a list".formatted(key, split));
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
