package toco.infer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import toco.checkpoint.TrainedNetwork;
import toco.config.Protocol;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.RgbImage;

/// Segments images and writes their label maps:
///
/// ```
/// OUT/labels/NAME.png     palette PNG of class indices, like VOC's masks
/// OUT/colour/NAME.png     the same as an RGB picture, if asked for
/// OUT/overlay/NAME.png    the same drawn over the image, if asked for
/// ```
public final class SegmentationExport {
  private SegmentationExport() {}

  /// The options of a user.
  ///
  /// @param images an image, or a folder of images
  /// @param out the folder to write to; older results in it are replaced
  /// @param protocol for scales, mirror images and CRF
  /// @param colour whether to write an RGB picture of the labels, too
  /// @param overlay whether to draw the labels over the image, too
  public record Options(
      Path images, Path out, Protocol.Name protocol, boolean colour, boolean overlay) {}

  /// What was done.
  ///
  /// @param images number of images segmented
  /// @param unreadable names of the images that could not be read, and counts of other formats
  public record Result(int images, List<String> unreadable) {}

  /// Segments all images and writes the files.
  ///
  /// @throws toco.data.DataException if there is no image
  /// @throws toco.image.ImageException if a file cannot be written
  public static Result write(TrainedNetwork network, Options options, InferenceListener listener) {
    var skipped = new ArrayList<String>();
    var images = InputImage.find(options.images(), options.out(), skipped::add);
    skipped.forEach(listener::onMessage);
    var segmenter = new Segmenter(network, options.protocol());
    var unreadable =
        ImageLoop.run(
            images,
            listener,
            (_, image, picture) -> write(options, image, picture, segmenter.segment(picture)));
    skipped.addAll(unreadable);
    return new Result(images.size() - unreadable.size(), List.copyOf(skipped));
  }

  private static void write(Options options, InputImage image, RgbImage picture, LabelMap labels) {
    var out = options.out();
    ImageWriter.writePng(labels, image.in(out.resolve("labels"), ".png"));
    if (options.colour()) {
      ImageWriter.writePng(Picture.of(labels), image.in(out.resolve("colour"), ".png"));
    }
    if (options.overlay()) {
      ImageWriter.writePng(
          Overlay.labels(picture, labels), image.in(out.resolve("overlay"), ".png"));
    }
  }
}
