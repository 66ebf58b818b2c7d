package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import toco.config.DataConfig;
import toco.config.Split;

/// The common part of the layouts: the names in a list, their labels, and the path of each name's
/// image and mask. Whether these files exist is checked only by the methods that say so, so that
/// incomplete data sets can be opened.
abstract sealed class ListedDataset implements Dataset
    permits VocDataset, CocoDataset, FolderDataset {
  private final NameList list;
  private final List<String> classNames;
  private final ClassLabels labels;

  ListedDataset(NameList list, List<String> classNames, ClassLabels labels) {
    this.list = list;
    this.classNames = List.copyOf(classNames);
    this.labels = labels;
  }

  /// Opens a split, complete or not.
  ///
  /// @throws DataException if its list or its labels cannot be read at all
  static ListedDataset of(DataConfig data, Split split, ClassIndex classes) {
    return switch (data.layout()) {
      case VOC -> VocDataset.of(data, split, classes);
      case COCO -> CocoDataset.of(data, split, classes);
      case FOLDER -> FolderDataset.of(data, split, classes);
      case SYNTHETIC -> {
        SyntheticShapes.write(data.root(), SyntheticShapes.Options.of(data.synthetic()));
        yield VocDataset.of(data, split, classes);
      }
    };
  }

  /// Path at which the image of a name is expected.
  abstract Path image(String name);

  /// Path at which the mask of a name is expected.
  abstract Path mask(String name);

  /// The list, or the names in the labels if there is no list.
  NameList list() {
    return list;
  }

  /// What may hold images and cannot be read, in layouts that find images without a list.
  List<String> skipped() {
    return List.of();
  }

  /// Images without a label, in layouts that find images without a list.
  List<String> unlabelledImages() {
    return List.of();
  }

  /// Checks that every listed image exists and has a label.
  ///
  /// @throws DataException naming the first that is missing
  void requireImagesAndLabels() {
    for (var entry : list.entries()) {
      requireExists(image(entry.name()), "image", entry, list);
      requireLabel(entry);
    }
  }

  /// Checks that every listed image has a label.
  ///
  /// @throws DataException naming the first that is missing
  void requireLabels() {
    list.entries().forEach(this::requireLabel);
  }

  private void requireLabel(NameList.Entry entry) {
    if (!labels.contains(entry.name())) {
      labels.multiHot(entry.name()); // throws, naming the label
    }
  }

  /// Checks that every listed image exists and is listed once.
  ///
  /// @return the images by name
  /// @throws DataException naming the first that is missing
  SequencedMap<String, Path> requireImages() {
    var images = new LinkedHashMap<String, Path>();
    for (var entry : list.entries()) {
      requireExists(image(entry.name()), "image", entry, list);
      if (images.put(entry.name(), image(entry.name())) != null) {
        throw new DataException(
            "%s: '%s' is listed twice; remove the line"
                .formatted(list.origin(entry), entry.name()));
      }
    }
    return images;
  }

  @Override
  public void requireMasks() {
    for (var entry : list.entries()) {
      requireExists(mask(entry.name()), "mask", entry, list);
    }
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
    return image(name(index));
  }

  @Override
  public Optional<Path> maskPath(int index) {
    return Optional.of(expectedMaskPath(index)).filter(Files::isRegularFile);
  }

  @Override
  public Path expectedMaskPath(int index) {
    return mask(name(index));
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

  /// Labels from the masks of listed names.
  ///
  /// @throws DataException naming the first mask that is missing or has a label of no class
  static ClassLabels labelsFromMasks(NameList list, MaskPaths paths, int numClasses) {
    var masks = new LinkedHashMap<String, Path>();
    for (var entry : list.entries()) {
      var mask = paths.of(entry.name());
      requireExists(mask, "mask", entry, list);
      masks.put(entry.name(), mask);
    }
    return ClassLabels.fromMasks(masks, numClasses);
  }

  /// Path at which the mask of a name is expected.
  @FunctionalInterface
  interface MaskPaths {
    Path of(String name);
  }

  private static void requireExists(Path file, String what, NameList.Entry entry, NameList list) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          "no %s for '%s' (%s): expected %s; add the file or remove the line"
              .formatted(what, entry.name(), list.origin(entry), file));
    }
  }

  static void requireFolder(Path imageDir, String expected) {
    if (!Files.isDirectory(imageDir)) {
      throw new DataException(
          "the image folder %s does not exist; set data.root to %s".formatted(imageDir, expected));
    }
  }
}
