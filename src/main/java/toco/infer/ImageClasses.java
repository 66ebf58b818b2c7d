package toco.infer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import toco.config.Config;
import toco.config.Layout;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.torch.Tensor;

/// The classes of images: from the data set's image-level labels, or predicted by the network.
final class ImageClasses {
  private final LabelChoice choice;
  private final Map<Path, float[]> ofDataSet;

  private ImageClasses(LabelChoice choice, Map<Path, float[]> ofDataSet) {
    this.choice = choice;
    this.ofDataSet = ofDataSet;
  }

  /// The classes of an image.
  ///
  /// @param multiHot \[K]
  /// @param predicted true if predicted by the network, false if from the data set
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Found(float[] multiHot, boolean predicted) {}

  /// Reads the data set's labels, unless none of the images can be one of its own.
  ///
  /// @throws DataException if they are needed and cannot be read
  static ImageClasses of(Config config, LabelChoice choice, List<InputImage> images) {
    var labels = new HashMap<Path, float[]>();
    if (choice == LabelChoice.DATASET
        || (choice == LabelChoice.AUTO && anyInDataSet(config, images))) {
      for (var split : Split.values()) {
        if (exists(config, split)) {
          addLabels(Dataset.openAsListed(config.data(), split), labels);
        }
      }
    }
    return new ImageClasses(choice, labels);
  }

  /// The labels of a data set whose samples are the images.
  static ImageClasses of(Dataset dataset) {
    var labels = new HashMap<Path, float[]>();
    addLabels(dataset, labels);
    return new ImageClasses(LabelChoice.DATASET, labels);
  }

  /// @param logits [1, K], of the whole image
  /// @throws DataException if the data set's labels are asked for and it has none for the image
  Found of(InputImage image, Tensor logits) {
    var known = choice == LabelChoice.PREDICTED ? null : ofDataSet.get(real(image.path()));
    if (known != null) {
      return new Found(known, false);
    }
    if (choice == LabelChoice.DATASET) {
      throw new DataException(
          ("the data set has no labels for %s, or no list with it; use --labels "
                  + "predicted, or auto")
              .formatted(image.path()));
    }
    var values = logits.toFloatArray();
    for (int k = 0; k < values.length; k++) {
      values[k] = values[k] > 0 ? 1 : 0;
    }
    return new Found(values, true);
  }

  private static void addLabels(Dataset dataset, Map<Path, float[]> labels) {
    for (int i = 0; i < dataset.size(); i++) {
      if (dataset.labels().contains(dataset.name(i))) { // a test list may have no labels
        labels.put(real(dataset.imagePath(i)), dataset.labels().multiHot(dataset.name(i)));
      }
    }
  }

  /// Whether any image is in the data set's folder. If not, the data set need not even exist.
  private static boolean anyInDataSet(Config config, List<InputImage> images) {
    var folder = config.data().imagePath();
    if (!Files.isDirectory(folder)) {
      return false;
    }
    var plain = folder.toAbsolutePath().normalize();
    var real = real(folder);
    return images.stream()
        .map(InputImage::path)
        .anyMatch(path ->
            path.toAbsolutePath().normalize().startsWith(plain) || real(path).startsWith(real));
  }

  private static boolean exists(Config config, Split split) {
    var data = config.data();
    return data.hasList(split)
        ? Files.isRegularFile(data.listPath(split))
        : split == Split.TRAIN && data.layout() == Layout.FOLDER;
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) { // a missing file is reported when it is read
      return path.toAbsolutePath().normalize();
    }
  }
}
