package toco.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// A small synthetic data set on which ToCo learns in minutes: 96×96 images of coloured, textured
/// shapes before cluttered backgrounds, as real JPEG and palette-PNG files in VOC layout.
///
/// An image is a pure function of (seed, split, index, variant), on every machine. The set is
/// written whole or marked as unfinished; see [#write].
public final class SyntheticShapes {
  /// The classes, in the order of their labels.
  public static final List<String> CLASS_NAMES =
      List.of("disc", "square", "triangle", "star", "ring", "cross");

  private SyntheticShapes() {}

  /// Makes the set in a folder, with its lists in `lists/`: `train.txt`, `val.txt`, `test.txt`,
  /// `classes.txt` and `cls_labels_onehot.npy`.
  ///
  /// A complete set with the same options is left as it is; an unfinished one, from a run that was
  /// killed, is completed.
  ///
  /// @return what had to be done
  /// @throws DataException if the folder holds a set with other options or anything else, or cannot
  ///   be written
  public static Outcome write(Path folder, Options options) {
    return new SyntheticFiles(folder, options).write();
  }

  /// What [#write] had to do.
  public enum Outcome {
    WRITTEN,
    COMPLETED,
    REUSED
  }

  /// Which set to make.
  ///
  /// @param seed other seeds give other images
  /// @param variant which distribution they come from
  /// @param trainCount images in `train.txt`
  /// @param valCount images in `val.txt`
  /// @param testCount images in `test.txt`
  public record Options(long seed, Variant variant, int trainCount, int valCount, int testCount) {
    public Options {
      if (trainCount < 1 || valCount < 1 || testCount < 1) {
        throw new IllegalArgumentException(
            "each split needs at least 1 image, got train %d, val %d, test %d"
                .formatted(trainCount, valCount, testCount));
      }
    }

    /// 1000 training, 100 validation and 200 test images.
    public static Options of(long seed, Variant variant) {
      return new Options(seed, variant, 1000, 100, 200);
    }

    /// All that determines the set, a line each.
    String describe() {
      return """
      seed %d
      variant %s
      train %d
      val %d
      test %d
      """
          .formatted(
              seed, variant.name().toLowerCase(Locale.ROOT), trainCount, valCount, testCount);
    }
  }

  /// The two distributions of images.
  public enum Variant {
    /// Large objects before pale backgrounds; a ring and a cross with broad parts.
    PLAIN(0.35, 0.20, 16, 26, 18, 34, 0.05, 0.35, 0.09),
    /// Smaller objects, more of them, before colourful backgrounds, and a thin cross with a colour
    /// ramp in place of a texture: here a classifier can name the classes without finding them.
    LIVELY(0.35, 0.25, 13, 24, 15, 30, 0.10, 0.60, 0.13);

    final double shareOfOne; // images of a single object
    final double shareOfThree;
    final double smallestPx; // radius, among others
    final double largestPx;
    final double smallestAlonePx;
    final double largestAlonePx;
    final double palestBackground; // saturation
    final double richestBackground;
    final double cloudStd;

    Variant(
        double shareOfOne,
        double shareOfThree,
        double smallestPx,
        double largestPx,
        double smallestAlonePx,
        double largestAlonePx,
        double palestBackground,
        double richestBackground,
        double cloudStd) {
      this.shareOfOne = shareOfOne;
      this.shareOfThree = shareOfThree;
      this.smallestPx = smallestPx;
      this.largestPx = largestPx;
      this.smallestAlonePx = smallestAlonePx;
      this.largestAlonePx = largestAlonePx;
      this.palestBackground = palestBackground;
      this.richestBackground = richestBackground;
      this.cloudStd = cloudStd;
    }
  }
}
