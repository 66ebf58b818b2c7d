package toco.infer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import toco.annotation.AnnotationExport;
import toco.annotation.LabelFormat;
import toco.checkpoint.TrainedNetwork;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.eval.ConfusionMatrix;
import toco.files.ResultFolder;
import toco.image.ImageException;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.ReadOptions;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// Writes labels for training a fully supervised network: a palette PNG for each image of a list,
/// from its class maps and image-level labels. Files have the names of masks in `data.maskDir`, so
/// that OUT can be used as the mask folder of a data set.
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

  /// The options of a user.
  ///
  /// @param out the folder to write to; older results in it are replaced
  /// @param split the list to label
  /// @param source kind of class maps
  /// @param refinement of the maps
  /// @param annotations the formats of the labels
  public record Options(
      Path out,
      Split split,
      MapSource source,
      Refinement refinement,
      AnnotationExport.Options annotations) {
    /// Labels as PNG.
    public Options(Path out, Split split, MapSource source, Refinement refinement) {
      this(out, split, source, refinement, AnnotationExport.Options.PNG);
    }
  }

  /// What was done.
  ///
  /// @param images number of images with labels
  /// @param labelledShare share of their pixels that is not ignored
  /// @param scored number of those images that have a mask
  /// @param confusion of labels and masks, without pixels that either ignores
  /// @param annotations what [AnnotationExport] wrote
  /// @param unreadable names of the images that could not be read
  /// @param unscored names of the images with labels whose mask could not be read
  public record Result(
      int images,
      double labelledShare,
      int scored,
      ConfusionMatrix confusion,
      List<Path> annotations,
      List<String> unreadable,
      List<String> unscored) {}

  /// Computes and writes all labels. Masks are optional, and used only to score the labels.
  ///
  /// @throws DataException if the data set cannot be opened, a mask does not fit, or label maps
  ///   would replace masks or images
  /// @throws ImageException if a label map cannot be written
  public static Result write(TrainedNetwork network, Options options, InferenceListener listener) {
    return new PseudoLabelExport(network, options).run(listener);
  }

  private Result run(InferenceListener listener) {
    var images = InputImage.of(dataset);
    var maker = new MapMaker(network, ImageClasses.of(dataset), EnumSet.of(options.source()));
    var mapLabels = new MapLabels(network.config().cam(), options.refinement());
    var files = new LabelFiles(dataset, network.config().data().maskPath(), options.out());
    files.prepare(network.config().data().imagePath());
    options
        .annotations()
        .imageFolders()
        .forEach(it -> ResultFolder.create(options.out().resolve(it)));
    boolean wantsScores = options.annotations().has(LabelFormat.COCO);
    try (var annotations =
        AnnotationExport.open(
            options.annotations(),
            options.out(),
            network.config().data(),
            InputImage.relativePaths(images),
            listener::onMessage)) {
      var unreadable =
          ImageLoop.run(
              ReadOptions.of(network.config().data()),
              images,
              listener,
              (index, image, picture) -> {
                var maps = maker.make(image, picture).bySource().get(options.source());
                if (maps == null) {
                  throw new IllegalStateException("no maps of " + options.source());
                }
                var labels = mapLabels.of(picture, maps).to(DType.UINT8).to(Device.CPU);
                var map = TensorPictures.labelMap(labels);
                var addition =
                    annotations.prepare(
                        image.labelled(
                            index, map, wantsScores ? MapLabels.scores(maps, labels) : null));
                if (options.annotations().has(LabelFormat.PNG)) {
                  ImageWriter.writePng(map, files.of(index));
                }
                addition.append();
                count(index, picture, labels, listener);
              });
      return new Result(
          images.size() - unreadable.size(),
          (double) labelled / pixels,
          scored,
          confusion,
          annotations.finish(),
          unreadable,
          List.copyOf(unscored));
    }
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
    } catch (ImageException | DataException e) { // the labels are written, only not scored
      unscored.add(dataset.name(index));
      listener.onMessage(String.valueOf(e.getMessage()));
    }
  }

  /// Paths of label maps: those of the masks, relative to their folder.
  private record LabelFiles(Dataset dataset, Path maskDir, Path out) {
    Path of(int index) {
      return out.resolve(maskDir.relativize(dataset.expectedMaskPath(index)));
    }

    /// Checks that no label map would replace a mask or an image, and creates the folder.
    void prepare(Path imageDir) {
      ResultFolder.requireFolder(out);
      if (ResultFolder.isMarked(out)) {
        return; // earlier results
      }
      for (int i = 0; i < dataset.size(); i++) {
        var label = of(i);
        if (Files.exists(label) && isInput(i, label)) {
          throw new DataException(
              "the label map of %s would replace %s; name another folder with --out"
                  .formatted(dataset.name(i), label));
        }
      }
      if (!ResultFolder.create(out) && isIn(imageDir) && !isSame(out, maskDir)) {
        throw new DataException(
            ("%s is among the images and holds other files, so the label maps in it would be read"
                    + " as images; name a new or empty folder with --out")
                .formatted(out));
      }
    }

    private boolean isInput(int index, Path label) {
      return isSame(label, dataset.imagePath(index))
          || dataset.maskPath(index).filter(mask -> isSame(label, mask)).isPresent();
    }

    private boolean isIn(Path imageDir) {
      try {
        return out.toRealPath().startsWith(imageDir.toRealPath());
      } catch (IOException e) {
        return false; // there are no images
      }
    }

    private static boolean isSame(Path file, Path other) {
      try {
        return Files.isSameFile(file, other);
      } catch (IOException e) {
        return false; // one of them does not exist
      }
    }
  }
}
