package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// A data set in Pascal VOC's layout; [VocFiles] says where its parts lie.
///
/// Opening checks that every listed image exists and has a label of the right length; pixels are
/// read later.
public final class VocDataset implements Dataset {
  private final VocFiles files;
  private final NameList list;
  private final List<String> classNames;
  private final ClassLabels labels;

  private VocDataset(VocFiles files, NameList list, List<String> classNames, ClassLabels labels) {
    this.files = files;
    this.list = list;
    this.classNames = List.copyOf(classNames);
    this.labels = labels;
    for (var entry : list.entries()) {
      checkExists(files.image(entry.name()), "image", entry, list);
      if (!labels.contains(entry.name())) {
        labels.multiHot(entry.name()); // says which label is missing, and where
      }
    }
  }

  /// Opens a split with the labels of its labels file. Masks are not looked at.
  ///
  /// @param classNames foreground classes in label order
  /// @throws DataException naming the file or line that is missing or wrong
  public static VocDataset open(VocFiles files, List<String> classNames) {
    var list = openList(files);
    return new VocDataset(
        files, list, classNames, ClassLabels.read(files.labels(), classNames.size()));
  }

  /// Opens a split and derives the image-level labels from its masks, for data that has masks and
  /// no labels file. Reads pixel-level annotation: not the weakly supervised setting.
  ///
  /// @throws DataException naming the file or line that is missing or wrong
  public static VocDataset openWithLabelsFromMasks(VocFiles files, List<String> classNames) {
    var list = openList(files);
    var masks = new LinkedHashMap<String, Path>();
    for (var entry : list.entries()) {
      var mask = files.mask(entry.name());
      checkExists(mask, "mask", entry, list);
      masks.put(entry.name(), mask);
    }
    return new VocDataset(files, list, classNames, ClassLabels.fromMasks(masks, classNames.size()));
  }

  @Override
  public void requireMasks() {
    for (var entry : list.entries()) {
      checkExists(files.mask(entry.name()), "mask", entry, list);
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
    return files.image(name(index));
  }

  @Override
  public Optional<Path> maskPath(int index) {
    return Optional.of(files.mask(name(index))).filter(Files::isRegularFile);
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

  private static void checkExists(Path file, String what, NameList.Entry entry, NameList list) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          "no %s for '%s' (line %d of %s): expected %s; add the file or take the line out"
              .formatted(what, entry.name(), entry.line(), list.file(), file));
    }
  }

  private static NameList openList(VocFiles files) {
    if (!Files.isDirectory(files.imageDir())) {
      throw new DataException(
          "the image folder %s does not exist; set data.root to a folder in VOC layout"
              .formatted(files.imageDir()));
    }
    return NameList.read(files.list());
  }
}
