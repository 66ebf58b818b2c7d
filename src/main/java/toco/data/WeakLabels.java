package toco.data;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.config.DataConfig;
import toco.image.ImageSize;
import toco.image.LabelMap;

/// What is known of the training images beside their image-level labels: hints, the labels of
/// single pixels (`data.hints`), and boxes around objects (`data.boxes`). Immutable and safe for
/// use by several threads.
public final class WeakLabels {
  /// Image-level labels alone.
  public static final WeakLabels NONE = new WeakLabels(null, null, null, 0);

  private final @Nullable Source<ImageHints> hints;
  private final @Nullable Source<List<ClassBox>> boxes;
  private final @Nullable HintReader reader;
  private final int hintRadiusPx;

  /// @param reader of the hints' PNG files; null without hints
  WeakLabels(
      @Nullable Source<ImageHints> hints,
      @Nullable Source<List<ClassBox>> boxes,
      @Nullable HintReader reader,
      int hintRadiusPx) {
    this.hints = hints;
    this.boxes = boxes;
    this.reader = reader;
    this.hintRadiusPx = hintRadiusPx;
  }

  /// Hints or boxes.
  ///
  /// @param byName by the names of the split's images
  /// @param others further images that have some, but are not in the split
  record Source<T>(Map<String, T> byName, Set<String> others) {}

  /// Reads the hints and boxes of a configuration, and checks that they fit the images.
  ///
  /// @param dataset the training images
  /// @throws DataException naming the first file or line that is wrong
  public static WeakLabels open(DataConfig data, Dataset dataset) {
    Consumer<DataException> stop =
        e -> {
          throw e;
        };
    return read(data, dataset, stop, stop, false);
  }

  /// The same; what is wrong is left out.
  ///
  /// @param hintProblems receives what is wrong with hints
  /// @param boxProblems receives what is wrong with boxes
  /// @param fast whether hints' PNG files are not decoded
  static WeakLabels read(
      DataConfig data,
      Dataset dataset,
      Consumer<DataException> hintProblems,
      Consumer<DataException> boxProblems,
      boolean fast) {
    var hintsPath = data.hintsPath();
    var boxesPath = data.boxesPath();
    if (hintsPath == null && boxesPath == null) {
      return NONE;
    }
    var listed = (ListedDataset) dataset;
    return new WeakLabels(
        hintsPath == null
            ? null
            : new WeakLabelReader(data, listed, hintProblems).hints(hintsPath, fast),
        boxesPath == null ? null : new WeakLabelReader(data, listed, boxProblems).boxes(boxesPath),
        hintsPath == null ? null : HintReader.of(data),
        data.hintRadiusPx());
  }

  /// Whether there are neither hints nor boxes.
  public boolean isEmpty() {
    return hints == null && boxes == null;
  }

  /// Whether the configuration has hints, though not necessarily for every image.
  public boolean hasHints() {
    return hints != null;
  }

  /// How far from a point the pixels have its label, in pixels of the image.
  public int hintRadiusPx() {
    return hintRadiusPx;
  }

  /// The hints of an image.
  public Optional<ImageHints> hintsOf(String name) {
    return hints == null ? Optional.empty() : Optional.ofNullable(hints.byName.get(name));
  }

  /// The boxes of an image; empty if it is not limited by any.
  public List<ClassBox> boxesOf(String name) {
    return boxes == null ? List.of() : boxes.byName.getOrDefault(name, List.of());
  }

  /// Reads hints that are a PNG.
  ///
  /// @param image file of the image
  /// @param size of the image
  /// @param arena owns the labels
  /// @return 0 background, 1…K, 255 unknown
  /// @throws DataException if they do not fit the image or the classes
  /// @throws toco.image.ImageException if the file is unreadable
  public LabelMap readHints(ImageHints.Drawn hint, Path image, ImageSize size, Arena arena) {
    if (reader == null) {
      throw new IllegalStateException("there are no hints");
    }
    return reader.read(hint.png(), image, size, arena);
  }

  @Nullable Source<ImageHints> hints() {
    return hints;
  }

  @Nullable Source<List<ClassBox>> boxes() {
    return boxes;
  }
}
