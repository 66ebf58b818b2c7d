package toco.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.NetworkWeights;
import toco.config.Config;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.eval.EvaluationListener;
import toco.host.Devices;
import toco.image.ImageException;
import toco.model.Toco;

/// What a checkpoint makes of some images.
///
/// @param checkpoint the weights' file
/// @param step training steps behind them
/// @param split whose images they are
/// @param listed how many images that split has
/// @param images the best segmentation first; without masks in the list's order
/// @param classNames the foreground classes, in label order
record Gallery(
    Path checkpoint,
    long step,
    Split split,
    int listed,
    List<GalleryImage> images,
    List<String> classNames) {
  Gallery {
    images = List.copyOf(images);
    classNames = List.copyOf(classNames);
  }

  /// Whether the images are scored.
  boolean isScored() {
    return images.stream().anyMatch(image -> !image.iou().isEmpty());
  }

  /// Mean cosine between patch tokens behind each block, averaged over the images.
  List<Double> blockCosine() {
    return IntStream.range(0, images.getFirst().blockCosine().size())
        .mapToObj(block ->
            images.stream()
                .mapToDouble(image -> image.blockCosine().get(block))
                .average()
                .orElse(Double.NaN))
        .toList();
  }

  /// Loads the network and studies images that lie evenly over the list: of the evaluation's split
  /// or, where that has no list, of the training images.
  ///
  /// @param step of the checkpoint
  /// @param count how many, ≥ 1; the list may have fewer
  /// @param passedOver hears of every image that cannot be shown, and why
  /// @throws DataException if the data set cannot be opened, or no image be shown
  /// @throws toco.checkpoint.CheckpointException if the weights cannot be used
  static Gallery of(
      Config config,
      Path checkpoint,
      long step,
      int count,
      Consumer<String> passedOver,
      EvaluationListener listener) {
    Checkpoint.requireSameNetwork(checkpoint, config.model());
    var split =
        Dataset.hasList(config.data(), config.eval().split()) ? config.eval().split() : Split.TRAIN;
    var dataset = Dataset.openAllowingMissingImages(config.data(), split);
    var device = Devices.prepare(config.train());
    try (var model = new Toco(config.model(), device)) {
      NetworkWeights.load(checkpoint, model);
      var study = new ImageStudy(config, dataset, model, device, step);
      var images = new ArrayList<GalleryImage>();
      var chosen = spread(dataset, count);
      var problems = new ArrayList<String>();
      for (int index : chosen) {
        try {
          images.add(study.study(index));
        } catch (DataException | ImageException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
        listener.onProgress(images.size() + problems.size(), chosen.length);
      }
      if (images.isEmpty()) {
        throw new DataException(problems.getFirst());
      }
      problems.forEach(passedOver);
      if (images.stream().noneMatch(image -> image.iou().isEmpty())) {
        images.sort(Comparator.comparingDouble(GalleryImage::segIou).reversed());
      }
      return new Gallery(checkpoint, step, split, dataset.size(), images, dataset.classNames());
    }
  }

  private static int[] spread(Dataset dataset, int count) {
    int shown = Math.min(count, dataset.size());
    return IntStream.range(0, shown).map(i -> (int) ((long) i * dataset.size() / shown)).toArray();
  }
}
