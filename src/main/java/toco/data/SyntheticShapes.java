package toco.data;

import java.nio.file.Path;
import java.util.List;
import toco.config.Layout;
import toco.config.SyntheticConfig;
import toco.config.SyntheticConfig.Variant;

/// A small synthetic data set on which ToCo learns in minutes: 96×96 images of coloured, textured
/// shapes on cluttered backgrounds, as JPEG and palette PNG files in VOC layout.
///
/// An image is a pure function of (seed, split, index, variant), on every machine. An incomplete
/// set is marked as unfinished; see [#write].
public final class SyntheticShapes {
  /// The classes, in the order of their labels.
  public static final List<String> CLASS_NAMES = Layout.SYNTHETIC.classNames();

  private SyntheticShapes() {}

  /// Writes the set to a folder, with its lists in `lists/`: `train.txt`, `val.txt`, `test.txt`,
  /// `classes.txt` and `cls_labels_onehot.npy`.
  ///
  /// A complete set with the same options is reused; an unfinished one, from a process that was
  /// killed, is completed.
  ///
  /// @return what was done
  /// @throws DataException if the folder holds a set with other options or other files, or cannot
  ///   be written
  public static Outcome write(Path folder, Options options) {
    return new SyntheticFiles(folder, options).write();
  }

  /// What [#write] did.
  public enum Outcome {
    WRITTEN,
    COMPLETED,
    REUSED
  }

  /// Options of a set.
  ///
  /// @param seed other seeds give other images
  /// @param variant the distribution of the images
  /// @param trainCount images in `train.txt`
  /// @param valCount images in `val.txt`
  /// @param testCount images in `test.txt`
  public record Options(long seed, Variant variant, int trainCount, int valCount, int testCount) {
    public Options {
      if (trainCount < 1 || valCount < 1 || testCount < 1) {
        throw new IllegalArgumentException(
            "each split needs at least 1 image, got train %s, val %s, test %s"
                .formatted(trainCount, valCount, testCount));
      }
    }

    /// The set that a configuration describes.
    public static Options of(SyntheticConfig data) {
      return new Options(
          data.seed(), data.variant(), data.trainImages(), data.valImages(), data.testImages());
    }

    /// 1000 training, 100 validation and 200 test images.
    public static Options of(long seed, Variant variant) {
      return new Options(seed, variant, 1000, 100, 200);
    }

    /// Everything that determines the set, one line each.
    String describe() {
      return """
      seed %s
      variant %s
      train %s
      val %s
      test %s
      """
          .formatted(seed, variant, trainCount, valCount, testCount);
    }
  }
}
