package toco.data;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.config.DataConfig;
import toco.config.Split;
import toco.data.ImageCheck.Reading;
import toco.image.ImageException;
import toco.image.ReadOptions;

/// The common part of the layouts: the names in a list, their labels, and the path of each name's
/// image and mask. Whether these files exist is checked only by the methods that say so, so that
/// incomplete data sets can be opened.
abstract sealed class ListedDataset implements Dataset
    permits VocDataset, CocoDataset, FolderDataset {
  private final NameList list;
  private final List<String> classNames;
  private final ClassLabels labels;
  private final MaskFolder masks;
  private final ReadOptions readOptions;
  private final MaskReader maskReader;

  ListedDataset(
      NameList list,
      List<String> classNames,
      ClassLabels labels,
      MaskFolder masks,
      ReadOptions readOptions,
      MaskReader maskReader) {
    this.list = list;
    this.classNames = List.copyOf(classNames);
    this.labels = labels;
    this.masks = masks;
    this.readOptions = readOptions;
    this.maskReader = maskReader;
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

  /// Files that could be the missing mask of a name, as a clause; empty if there are none.
  abstract String similarMask(String name);

  /// The list, or the names in the labels if there is no list.
  NameList list() {
    return list;
  }

  /// Finds images by what hints and boxes call them.
  AnnotatedImages.Finder finder(DataConfig data) {
    var all = new LinkedHashSet<>(names());
    all.addAll(NameList.readable(data));
    return new ImageReferences(all)::find;
  }

  /// Files in formats that are not read, one line per ending.
  List<String> unreadFormats() {
    return List.of();
  }

  @Override
  public Optional<String> unreadImages() {
    return Optional.empty();
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
    for (int i = 0; i < size(); i++) {
      var entry = list.entries().get(i);
      var mask = mask(entry.name());
      if (!Files.isRegularFile(mask)) {
        throw new DataException(
            "no mask for '%s' (%s): expected %s; %s"
                .formatted(entry.name(), list.origin(entry), mask, maskHint(i)));
      }
    }
  }

  /// Checks that every mask can be read and fits its image and the classes, so that training does
  /// not fail in its first evaluation.
  ///
  /// @param notice receives a line if most masks contradict their image's label
  /// @throws DataException naming the first that does not
  void requireFittingMasks(int threads, Consumer<String> notice) {
    var all = IntStream.range(0, size()).boxed().toList();
    var check = new ImageCheck(this, all, Reading.HEADER, Reading.PIXELS);
    check.run(threads, (_, _) -> {});
    var problems = check.problems().stream().filter(it -> it.kind().concernsMask()).toList();
    if (!problems.isEmpty()) {
      int more = problems.size() - 1;
      throw new DataException(
          problems.getFirst().message()
              + (more == 0 ? "" : " (and %s more: run toco data check)".formatted(more)));
    }
    var counts = check.maskCounts();
    throwIfPresent(counts.problem());
    var others = counts.otherClasses();
    if (2 * others.size() > size()) {
      notice.accept(
          "%s of %s masks show other classes than their image's label, such as %s; are they"
                  .formatted(others.size(), size(), others.getFirst())
              + " numbered as data.classNames?");
    }
  }

  @Override
  public void requireClassInMasks() {
    var counts = new MaskCounts(classNames, labels);
    for (int i = 0; i < size() && !counts.showsClass(); i++) { // of good masks, one is read
      count(i, counts);
    }
    throwIfPresent(counts.problem());
  }

  private void count(int i, MaskCounts counts) {
    var mask = maskPath(i);
    if (mask.isEmpty()) {
      return;
    }
    try (var arena = Arena.ofConfined()) {
      counts.add(i, name(i), mask.get(), maskReader.read(mask.get(), arena).histogram());
    } catch (ImageException | DataException e) {
      // a mask that cannot be read is reported when it is evaluated
    }
  }

  private static void throwIfPresent(@Nullable String problem) {
    if (problem != null) {
      throw new DataException(problem);
    }
  }

  @Override
  public String maskHint(int index) {
    var similar = similarMask(name(index));
    return similar.isEmpty() ? masks.content() : similar;
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

  @Override
  public ReadOptions readOptions() {
    return readOptions;
  }

  @Override
  public MaskReader maskReader() {
    return maskReader;
  }

  /// The listed names, in order.
  public List<String> names() {
    return list.names();
  }

  /// Labels from the masks of listed names.
  ///
  /// @throws DataException naming the first mask that is missing or has a label of no class
  static ClassLabels labelsFromMasks(NameList list, MaskPaths paths, MaskReader reader) {
    var masks = new LinkedHashMap<String, Path>();
    for (var entry : list.entries()) {
      var mask = paths.of(entry.name());
      requireExists(mask, "mask", entry, list);
      masks.put(entry.name(), mask);
    }
    return ClassLabels.fromMasks(masks, reader);
  }

  /// Path at which the mask of a name is expected.
  @FunctionalInterface
  interface MaskPaths {
    Path of(String name);
  }

  private static void requireExists(Path file, String what, NameList.Entry entry, NameList list) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          "no %s for '%s' (%s): expected %s%s; add the file or remove the line"
              .formatted(
                  what,
                  entry.name(),
                  list.origin(entry),
                  file,
                  ImageNames.similar(entry.name(), file)));
    }
  }
}
