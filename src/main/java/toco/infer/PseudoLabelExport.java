package toco.infer;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import toco.config.Split;
import toco.data.Dataset;
import toco.eval.ConfusionMatrix;
import toco.eval.TensorPictures;
import toco.image.ImageException;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// Writes labels for training a fully supervised network: a palette PNG for each image of a list,
/// made of its class maps and its image-level labels. OUT is then a folder of masks: a file lies in
/// it as the image's mask lies in `data.maskDir`.
public final class PseudoLabelExport {
  private final TrainedNetwork network;
  private final Dataset dataset;
  private final Options options;
  private final ConfusionMatrix confusion;
  private long labelled;
  private long pixels;
  private int scored;
  private final List<String> unscored = new ArrayList<>();

  private PseudoLabelExport(TrainedNetwork network, Options options) {
    this.network = network;
    this.options = options;
    dataset = Dataset.openAllowingMissingImages(network.config().data(), options.split());
    confusion = new ConfusionMatrix(network.config().model().numClasses());
  }

  /// What a user may choose.
  ///
  /// @param out the folder to write to; older results in it are replaced
  /// @param split the list that is labelled
  /// @param source what the maps are made of
  /// @param refinement what makes labels of them
  public record Options(Path out, Split split, MapSource source, Refinement refinement) {}

  /// What was done.
  ///
  /// @param images how many have labels now
  /// @param labelledShare the share of their pixels that is not ignored
  /// @param scored how many have a mask to compare with
  /// @param confusion the labels against these masks, ignored pixels of either left out
  /// @param unreadable names of the images that could not be read
  /// @param unscored names of the images with labels whose mask could not be read
  public record Result(
      int images,
      double labelledShare,
      int scored,
      ConfusionMatrix confusion,
      List<String> unreadable,
      List<String> unscored) {}

  /// Does it. Masks are looked at only where there are some, and only to score the labels.
  ///
  /// @throws toco.data.DataException if the data set cannot be opened, or a mask does not fit
  /// @throws ImageException if a label map cannot be written
  public static Result write(TrainedNetwork network, Options options, InferenceListener listener) {
    return new PseudoLabelExport(network, options).run(listener);
  }

  private Result run(InferenceListener listener) {
    var images = InputImage.of(dataset);
    var maker = new MapMaker(network, ImageClasses.of(dataset), EnumSet.of(options.source()));
    var mapLabels = new MapLabels(network.config().cam(), options.refinement());
    var places = new Places(dataset, network.config().data().maskPath(), options.out());
    var unreadable =
        ImageLoop.run(
            images,
            listener,
            (index, image, picture) -> {
              var maps = maker.make(image, picture).bySource().get(options.source());
              if (maps == null) {
                throw new IllegalStateException("no maps of " + options.source());
              }
              var labels = mapLabels.of(picture, maps).to(DType.UINT8).to(Device.CPU);
              ImageWriter.writePng(TensorPictures.labelMap(labels), places.of(index));
              count(index, picture, labels, listener);
            });
    return new Result(
        images.size() - unreadable.size(),
        (double) labelled / pixels,
        scored,
        confusion,
        unreadable,
        List.copyOf(unscored));
  }

  /// @param labels uint8 [H, W]
  private void count(int index, RgbImage picture, Tensor labels, InferenceListener listener) {
    var known = labels.ne(LabelMap.IGNORE);
    labelled += known.sum().itemLong();
    pixels += labels.numel();
    if (dataset.maskPath(index).isEmpty()) {
      return;
    }
    try (var arena = Arena.ofConfined()) {
      var mask = dataset.sample(index).readMask(picture, arena);
      var truth = Tensor.wrap(mask.labels(), DType.UINT8, mask.heightPx(), mask.widthPx());
      confusion.add(truth.maskedSelect(known).segment(), labels.maskedSelect(known).segment());
      scored++;
    } catch (ImageException e) { // the labels are there all the same
      unscored.add(dataset.name(index));
      listener.onMessage(String.valueOf(e.getMessage()));
    }
  }

  /// Where label maps go: as the masks lie in their folder.
  private record Places(Dataset dataset, Path maskDir, Path out) {
    Path of(int index) {
      return out.resolve(maskDir.relativize(dataset.expectedMaskPath(index)));
    }
  }
}
