package toco.infer;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import toco.checkpoint.TrainedNetwork;
import toco.config.Protocol;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.ReadOptions;
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
  /// @param images images and folders of images
  /// @param out the folder to write to; older results in it are replaced
  /// @param protocol for scales, mirror images and CRF
  /// @param colour whether to write an RGB picture of the labels, too
  /// @param overlay whether to draw the labels over the image, too
  public record Options(
      List<Path> images, Path out, Protocol.Name protocol, boolean colour, boolean overlay) {
    public Options {
      images = List.copyOf(images);
    }

    /// The options for one image, or one folder of images.
    public Options(Path images, Path out, Protocol.Name protocol, boolean colour, boolean overlay) {
      this(List.of(images), out, protocol, colour, overlay);
    }

    private Set<String> kinds() {
      var kinds = new LinkedHashSet<>(Set.of("labels"));
      if (colour) {
        kinds.add("colour");
      }
      if (overlay) {
        kinds.add("overlay");
      }
      return kinds;
    }
  }

  /// What was done.
  ///
  /// @param images number of images segmented
  /// @param unreadable names of the images, folders and formats that were skipped; messages say why
  public record Result(int images, List<String> unreadable) {}

  /// Segments all images and writes the files.
  ///
  /// @throws toco.data.DataException if there is no image, or results would replace images
  /// @throws IllegalArgumentException if the folder of results cannot be written
  /// @throws toco.image.ImageException if a file cannot be written
  public static Result write(TrainedNetwork network, Options options, InferenceListener listener) {
    var found = InputImages.find(options.images(), options.out(), options.kinds());
    var images = new AtomicInteger();
    var segmenter = new Segmenter(network, options.protocol());
    var unreadable =
        ImageLoop.run(
            ReadOptions.of(network.config().data()),
            found,
            listener,
            (_, image, picture) -> {
              write(options, image, picture, segmenter.segment(picture));
              images.incrementAndGet();
            });
    return new Result(images.get(), unreadable);
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
