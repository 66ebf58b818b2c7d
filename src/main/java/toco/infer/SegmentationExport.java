package toco.infer;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import toco.annotation.AnnotationExport;
import toco.annotation.LabelFormat;
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
///
/// and the files of [AnnotationExport], if asked for.
public final class SegmentationExport {
  private SegmentationExport() {}

  /// The options of a user.
  ///
  /// @param images images and folders of images
  /// @param out the folder to write to; older results in it are replaced
  /// @param protocol for scales, mirror images and CRF
  /// @param colour whether to write an RGB picture of the labels, too
  /// @param overlay whether to draw the labels over the image, too
  /// @param annotations the formats of the label maps
  public record Options(
      List<Path> images,
      Path out,
      Protocol.Name protocol,
      boolean colour,
      boolean overlay,
      AnnotationExport.Options annotations) {
    public Options {
      images = List.copyOf(images);
    }

    /// Label maps as PNG.
    public Options(
        List<Path> images, Path out, Protocol.Name protocol, boolean colour, boolean overlay) {
      this(images, out, protocol, colour, overlay, AnnotationExport.Options.PNG);
    }

    /// The options for one image, or one folder of images, with label maps as PNG.
    public Options(Path images, Path out, Protocol.Name protocol, boolean colour, boolean overlay) {
      this(List.of(images), out, protocol, colour, overlay);
    }

    private Set<String> kinds() {
      var kinds = new LinkedHashSet<>(annotations.imageFolders());
      if (annotations.has(LabelFormat.PNG)) {
        kinds.add("labels");
      }
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
  /// @param annotations what [AnnotationExport] wrote
  /// @param unreadable names of the images, folders and formats that were skipped; messages say why
  public record Result(int images, List<Path> annotations, List<String> unreadable) {}

  /// Segments all images and writes the files.
  ///
  /// @throws toco.data.DataException if there is no image, or results would replace images
  /// @throws IllegalArgumentException if the folder of results cannot be written
  /// @throws toco.image.ImageException if a file cannot be written
  public static Result write(TrainedNetwork network, Options options, InferenceListener listener) {
    var found = InputImages.find(options.images(), options.out(), options.kinds());
    var images = new AtomicInteger();
    var segmenter = new Segmenter(network, options.protocol());
    boolean scored = options.annotations().has(LabelFormat.COCO);
    try (var annotations =
        AnnotationExport.open(
            options.annotations(),
            options.out(),
            network.config().data(),
            InputImage.relativePaths(found.images()),
            listener::onMessage)) {
      var unreadable =
          ImageLoop.run(
              ReadOptions.of(network.config().data()),
              found,
              listener,
              (index, image, picture) -> {
                var made = scored ? segmenter.segmentScored(picture) : null;
                var labels = made != null ? made.labels() : segmenter.segment(picture);
                var addition =
                    annotations.prepare(
                        image.labelled(index, labels, made == null ? null : made.probabilities()));
                write(options, image, picture, labels);
                addition.append();
                images.incrementAndGet();
              });
      return new Result(images.get(), annotations.finish(), unreadable);
    }
  }

  private static void write(Options options, InputImage image, RgbImage picture, LabelMap labels) {
    var out = options.out();
    if (options.annotations().has(LabelFormat.PNG)) {
      ImageWriter.writePng(labels, image.in(out.resolve("labels"), ".png"));
    }
    if (options.colour()) {
      ImageWriter.writePng(Picture.of(labels), image.in(out.resolve("colour"), ".png"));
    }
    if (options.overlay()) {
      ImageWriter.writePng(
          Overlay.labels(picture, labels), image.in(out.resolve("overlay"), ".png"));
    }
  }
}
