package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// A data set in Pascal VOC's layout:
///
/// ```
/// ROOT/JPEGImages/NAME.jpg
/// ROOT/SegmentationClassAug/NAME.png      class indices; for evaluation only
/// LISTS/SPLIT.txt                         one NAME a line
/// LISTS/cls_labels_onehot.npy             image-level labels
/// LISTS/classes.txt                       one class a line; without it, the 20 VOC classes
/// ```
///
/// Opening checks that every listed image exists and has a label of the right length; pixels are
/// read later.
public final class VocDataset implements Dataset {
  private static final String IMAGES = "JPEGImages";
  private static final String MASKS = "SegmentationClassAug";
  private static final String LABELS = "cls_labels_onehot.npy";
  private static final String CLASSES = "classes.txt";

  private final Path root;
  private final NameList list;
  private final List<String> classNames;
  private final ClassLabels labels;

  private VocDataset(Path root, NameList list, List<String> classNames, ClassLabels labels) {
    this.root = root;
    this.list = list;
    this.classNames = classNames;
    this.labels = labels;
    for (var entry : list.entries()) {
      checkExists(imagePath(entry.name()), "image", entry);
      if (!labels.contains(entry.name())) {
        labels.multiHot(entry.name()); // says which label is missing, and where
      }
    }
  }

  /// Opens a split with the labels of its labels file. Masks are not looked at.
  ///
  /// @param root the folder that holds `JPEGImages`
  /// @param lists the folder of the list files
  /// @param split name of the list, such as `train_aug`
  /// @throws DataException naming the file or line that is missing or wrong
  public static VocDataset open(Path root, Path lists, String split) {
    var classNames = classNames(lists);
    NameList list = openList(root, lists, split);
    var labels = ClassLabels.read(lists.resolve(LABELS), classNames.size());
    return new VocDataset(root, list, classNames, labels);
  }

  /// Opens a split and derives the image-level labels from its masks, for data that has masks and
  /// no labels file. Reads pixel-level annotation: not the weakly supervised setting.
  ///
  /// @throws DataException naming the file or line that is missing or wrong
  public static VocDataset openWithLabelsFromMasks(Path root, Path lists, String split) {
    var classNames = classNames(lists);
    NameList list = openList(root, lists, split);
    var masks = new LinkedHashMap<String, Path>();
    for (var entry : list.entries()) {
      Path mask = root.resolve(MASKS, entry.name() + ".png");
      checkExists(mask, "mask", entry, list);
      masks.put(entry.name(), mask);
    }
    return new VocDataset(root, list, classNames, ClassLabels.fromMasks(masks, classNames.size()));
  }

  /// Checks that every sample has a mask file, as evaluation needs.
  ///
  /// @return this
  /// @throws DataException naming the first that is missing, and its line
  public VocDataset requireMasks() {
    for (var entry : list.entries()) {
      checkExists(maskFile(entry.name()), "mask", entry);
    }
    return this;
  }

  @Override
  public int size() {
    return list.entries().size();
  }

  @Override
  public String name(int index) {
    return list.entries().get(index).name();
  }

  @Override
  public Path imagePath(int index) {
    return imagePath(name(index));
  }

  @Override
  public Optional<Path> maskPath(int index) {
    return Optional.of(maskFile(name(index))).filter(Files::isRegularFile);
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public ClassLabels labels() {
    return labels;
  }

  /// The listed names, in order.
  public List<String> names() {
    return list.names();
  }

  private Path imagePath(String name) {
    return root.resolve(IMAGES, name + ".jpg");
  }

  private Path maskFile(String name) {
    return root.resolve(MASKS, name + ".png");
  }

  private void checkExists(Path file, String what, NameList.Entry entry) {
    checkExists(file, what, entry, list);
  }

  private static void checkExists(Path file, String what, NameList.Entry entry, NameList list) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          "no %s for '%s' (line %d of %s): expected %s; add the file or take the line out"
              .formatted(what, entry.name(), entry.line(), list.file(), file));
    }
  }

  private static NameList openList(Path root, Path lists, String split) {
    if (!Files.isDirectory(root.resolve(IMAGES))) {
      String problem = Files.isDirectory(root) ? "has no folder " + IMAGES : "is no folder";
      throw new DataException(
          "the data root %s %s; set data.root to a folder in VOC layout".formatted(root, problem));
    }
    return NameList.read(lists.resolve(split + ".txt"));
  }

  private static List<String> classNames(Path lists) {
    Path file = lists.resolve(CLASSES);
    if (!Files.exists(file)) {
      return VocClasses.NAMES;
    }
    var names =
        NameList.lines(file).stream().map(String::strip).filter(name -> !name.isEmpty()).toList();
    if (names.isEmpty() || names.size() > 254) {
      throw new DataException(
          "%s names %d classes; masks can tell 1 to 254".formatted(file, names.size()));
    }
    return names;
  }
}
