package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import toco.config.Config;
import toco.config.DataConfig;
import toco.config.Layout;
import toco.config.Split;
import toco.image.ReadOptions;

/// Images with image-level labels, in the order of a list file. Immutable and safe for use by
/// several threads. [Sample] reads the images.
///
/// | to open a split | missing images | missing labels |
/// |---|---|---|
/// | [#open], for training | error | error |
/// | [#openAllowingMissingImages], for evaluation and inference | error when read | error |
/// | [#openUnchecked], for partly labelled sets | error when read | allowed |
/// | [#openForEvaluation], within training | error | error, without list or masks: empty |
/// | [#images], names and paths alone | error | not read |
///
/// All of them write a synthetic data set first if it does not exist yet. Masks are only read if
/// the labels are to be derived from them.
public sealed interface Dataset permits ListedDataset {
  /// Opens a split and checks that every image exists and has a label.
  ///
  /// @throws DataException naming the file or line that is missing or wrong
  static Dataset open(DataConfig data, Split split) {
    var dataset = ListedDataset.of(data, split, ClassIndex.of(data));
    dataset.requireImagesAndLabels();
    return dataset;
  }

  /// Opens a split and checks that every image has a label. Reading a missing image is an error
  /// then.
  ///
  /// @throws DataException naming the list, the label or the line that is missing or wrong
  static Dataset openAllowingMissingImages(DataConfig data, Split split) {
    var dataset = ListedDataset.of(data, split, ClassIndex.of(data));
    dataset.requireLabels();
    return dataset;
  }

  /// Opens a split in which images and labels may be missing: [ClassLabels#contains] says which
  /// images have a label.
  ///
  /// @throws DataException if the list or the labels cannot be read at all
  static Dataset openUnchecked(DataConfig data, Split split) {
    return ListedDataset.of(data, split, ClassIndex.of(data));
  }

  /// Opens the split on which training evaluates. Training needs no masks: without a list, or
  /// without any mask, there is no evaluation.
  ///
  /// @param notice receives the reason why there is no evaluation, or doubts about the masks
  /// @return empty if there is no evaluation
  /// @throws DataException if only some of the images have masks, if a mask does not fit its image
  ///   or the classes, or as [#open]
  static Optional<Dataset> openForEvaluation(Config config, Consumer<String> notice) {
    var split = config.eval().split();
    var data = config.data();
    if (!data.hasList(split)) {
      notice.accept("no evaluation: data.%sList is not set".formatted(split));
      return Optional.empty();
    }
    if (!hasList(data, split)) {
      notice.accept("no evaluation: there is no list " + data.listPath(split));
      return Optional.empty();
    }
    var dataset = ListedDataset.of(data, split, new ClassIndex(data.classNames()));
    dataset.requireImagesAndLabels();
    if (IntStream.range(0, dataset.size()).noneMatch(i -> dataset.maskPath(i).isPresent())) {
      notice.accept(
          "no evaluation: there are no masks in %s%s"
              .formatted(
                  data.maskPath(),
                  Files.isDirectory(data.maskPath())
                      ? "; expected %s for %s, but %s"
                          .formatted(
                              dataset.expectedMaskPath(0), dataset.name(0), dataset.maskHint(0))
                      : ""));
      return Optional.empty();
    }
    dataset.requireMasks();
    dataset.requireFittingMasks(data.workers(), notice);
    return Optional.of(dataset);
  }

  /// The images of a split by name, in the order of the list, for work that needs no labels.
  ///
  /// @throws DataException naming a missing list, a missing image, or a name that is listed twice
  static SequencedMap<String, Path> images(DataConfig data, Split split) {
    return ListedDataset.of(data, split, ClassIndex.of(data, _ -> {})).requireImages();
  }

  /// Whether the list of a split exists, or will be written with a synthetic set.
  static boolean hasList(DataConfig data, Split split) {
    return data.hasList(split)
        && (data.layout() == Layout.SYNTHETIC || Files.exists(data.listPath(split)));
  }

  /// Images in the folder in formats that are not read, in one line; empty if there are none, and
  /// in layouts that have a list of all images.
  Optional<String> unreadImages();

  /// Number of samples.
  int size();

  /// Name of a sample, unique within the set.
  ///
  /// @param index 0…size−1
  String name(int index);

  /// Path of a sample's image.
  Path imagePath(int index);

  /// Path of a sample's mask, if the mask exists.
  Optional<Path> maskPath(int index);

  /// Path at which a sample's mask is expected, whether it exists or not.
  Path expectedMaskPath(int index);

  /// Why a sample without a mask has none, as the end of a sentence: files that could be it.
  String maskHint(int index);

  /// How its images are read.
  ReadOptions readOptions();

  /// Reads the masks.
  MaskReader maskReader();

  /// Checks that every sample has a mask file, as evaluation needs.
  ///
  /// @throws DataException naming the first that is missing
  void requireMasks();

  /// Checks before an evaluation that some mask shows a class, where masks have pixels of 255: a
  /// binary mask drawn with 255 would be ignored.
  ///
  /// @throws DataException if no mask shows a class, and 255 occurs
  void requireClassInMasks();

  /// Names of the classes, without the background.
  List<String> classNames();

  /// Image-level labels of all samples.
  ClassLabels labels();

  /// K, the number of classes without the background.
  default int numClasses() {
    return classNames().size();
  }

  /// A sample with its label and the paths of its files.
  default Sample sample(int index) {
    String name = name(index);
    return new Sample(
        index,
        name,
        imagePath(index),
        maskPath(index),
        labels().multiHot(name),
        readOptions(),
        maskReader());
  }
}
