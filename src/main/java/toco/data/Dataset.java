package toco.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import toco.config.DataConfig;
import toco.config.Split;

/// Images with image-level labels, in the order of a list file. Immutable and safe for use by
/// several threads; images are read by [Sample].
public sealed interface Dataset permits ListedDataset {
  /// Opens a split of the data set that a configuration describes, in its layout; a synthetic set
  /// is made first where it does not exist yet. Masks are not looked at, unless the labels are to
  /// be taken from them.
  ///
  /// @throws DataException naming the file or line that is missing or wrong
  static Dataset open(DataConfig data, Split split) {
    var dataset = ListedDataset.of(data, split, new ClassIndex(data.classNames()));
    dataset.requireImagesAndLabels();
    return dataset;
  }

  /// The same, though images may be missing: reading one then says so.
  ///
  /// @throws DataException naming the list, the label or the line that is missing or wrong
  static Dataset openWithGaps(DataConfig data, Split split) {
    var dataset = ListedDataset.of(data, split, new ClassIndex(data.classNames()));
    dataset.requireLabels();
    return dataset;
  }

  /// The same, though images may be missing, and labels of some: [ClassLabels#contains] tells which
  /// are there.
  ///
  /// @throws DataException if the list or the labels cannot be read at all
  static Dataset openAsListed(DataConfig data, Split split) {
    return ListedDataset.of(data, split, new ClassIndex(data.classNames()));
  }

  /// The images of a split by their names, in the list's order, for work that needs no labels.
  ///
  /// @throws DataException naming the list or image that is missing, or a name listed twice
  static SequencedMap<String, Path> images(DataConfig data, Split split) {
    return ListedDataset.of(data, split, new ClassIndex(data.classNames(), _ -> {}))
        .requireImages();
  }

  /// Number of samples.
  int size();

  /// Name of a sample, unique within the set.
  ///
  /// @param index 0…size−1
  String name(int index);

  /// Where a sample's image lies.
  Path imagePath(int index);

  /// Where a sample's mask lies, if it has one.
  Optional<Path> maskPath(int index);

  /// Where a sample's mask belongs, whether it is there or not.
  Path maskPlace(int index);

  /// Checks that every sample has a mask file, as evaluation needs.
  ///
  /// @throws DataException naming the first that is missing
  void requireMasks();

  /// Names of the classes, without the background.
  List<String> classNames();

  /// Image-level labels of all samples.
  ClassLabels labels();

  /// K, the number of classes without the background.
  default int numClasses() {
    return classNames().size();
  }

  /// All that is known of a sample.
  default Sample sample(int index) {
    String name = name(index);
    return new Sample(index, name, imagePath(index), maskPath(index), labels().multiHot(name));
  }
}
