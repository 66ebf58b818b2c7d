package toco.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.data.Datasets;
import toco.eval.EvaluationListener;
import toco.host.Devices;
import toco.image.ImageException;

/// Results of a checkpoint on some images.
///
/// @param checkpoint file of the weights
/// @param step training steps done
/// @param split of the images
/// @param listed number of images in that split
/// @param images best segmentation first; without masks in the list's order
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

  /// Whether any image has a mask.
  boolean isScored() {
    return images.stream().anyMatch(image -> !image.iou().isEmpty());
  }

  /// Mean cosine between patch tokens after each block, averaged over the images.
  List<Double> blockCosine() {
    return IntStream.range(0, images.getFirst().blockCosine().size())
        .mapToObj(block ->
            images.stream()
                .mapToDouble(image -> image.blockCosine().get(block))
                .average()
                .orElse(Double.NaN))
        .toList();
  }

  /// Loads the network and runs it on evenly spaced images of a list: the evaluation's split or, if
  /// that has no list, the training images.
  ///
  /// @param step of the checkpoint
  /// @param count number of images, ≥ 1; the list may have fewer
  /// @param skipped receives the reason for each image that cannot be shown
  /// @throws DataException if the data set cannot be opened, or no image can be shown
  /// @throws toco.checkpoint.CheckpointException if the weights cannot be used
  static Gallery of(
      Config config,
      Path checkpoint,
      long step,
      int count,
      Consumer<String> skipped,
      EvaluationListener listener) {
    var split =
        Datasets.hasList(config, config.eval().split()) ? config.eval().split() : Split.TRAIN;
    var dataset = Dataset.openWithGaps(config.data(), split);
    var device = Devices.prepare(config.train());
    try (var network = TrainedNetwork.load(checkpoint, config, device)) {
      var study = new ImageStudy(network, dataset, step);
      var images = new ArrayList<GalleryImage>();
      var chosen = evenlySpaced(dataset, count);
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
      problems.forEach(skipped);
      if (images.stream().noneMatch(image -> image.iou().isEmpty())) {
        images.sort(Comparator.comparingDouble(GalleryImage::segIou).reversed());
      }
      return new Gallery(checkpoint, step, split, dataset.size(), images, dataset.classNames());
    }
  }

  private static int[] evenlySpaced(Dataset dataset, int count) {
    int n = Math.min(count, dataset.size());
    return IntStream.range(0, n).map(i -> (int) ((long) i * dataset.size() / n)).toArray();
  }
}
