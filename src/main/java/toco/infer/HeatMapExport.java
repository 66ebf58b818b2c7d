package toco.infer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import toco.checkpoint.TrainedNetwork;
import toco.image.ImageWriter;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.torch.Tensor;

/// Draws the class maps of images, and writes them as arrays:
///
/// ```
/// OUT/cam/NAME.png          maximum over the image's classes, drawn over the image
/// OUT/cam/NAME.CLASS.png    each class by itself, if asked for
/// OUT/cam/NAME.npy          {keys, high_res} as the published code exports, if asked for
/// OUT/classes.csv           the classes of each image: the data set's, or predicted
/// ```
///
/// The folders `aux_cam` and `seg` have the same files.
public final class HeatMapExport {
  private final TrainedNetwork network;
  private final Options options;
  private final ClassList classList;

  private HeatMapExport(TrainedNetwork network, Options options) {
    this.network = network;
    this.options = options;
    classList = new ClassList(network.config().data().classNames());
  }

  /// The options of a user.
  ///
  /// @param images an image, or a folder of images
  /// @param out the folder to write to; older results in it are replaced
  /// @param sources kinds of maps
  /// @param labels where the images' classes come from
  /// @param perClass whether to draw each class by itself, too
  /// @param npy whether to write the maps as arrays, too
  public record Options(
      Path images,
      Path out,
      Set<MapSource> sources,
      LabelChoice labels,
      boolean perClass,
      boolean npy) {
    public Options {
      sources = Set.copyOf(sources);
      if (sources.isEmpty()) {
        throw new IllegalArgumentException(
            "name at least one of " + EnumSet.allOf(MapSource.class));
      }
    }
  }

  /// What was done.
  ///
  /// @param images number of images with maps
  /// @param predicted number of those images whose classes are predicted
  /// @param unreadable names of the images that could not be read, and counts of other formats
  public record Result(int images, int predicted, List<String> unreadable) {}

  /// Computes and writes all maps.
  ///
  /// @throws toco.data.DataException if there is no image, or the data set's labels are needed and
  ///   cannot be read
  /// @throws toco.image.ImageException if a picture cannot be written
  public static Result write(TrainedNetwork network, Options options, InferenceListener listener) {
    return new HeatMapExport(network, options).run(listener);
  }

  private Result run(InferenceListener listener) {
    var skipped = new ArrayList<String>();
    var images = InputImage.find(options.images(), options.out(), skipped::add);
    skipped.forEach(listener::onMessage);
    var classes = ImageClasses.of(network.config(), options.labels(), images);
    var maker = new MapMaker(network, classes, options.sources());
    skipped.addAll(
        ImageLoop.run(
            images,
            listener,
            (_, image, picture) -> {
              var made = maker.make(image, picture);
              made.bySource().forEach((source, maps) -> write(image, picture, source, maps));
              classList.add(image, made.classes());
            }));
    classList.write(options.out().resolve("classes.csv"));
    return new Result(classList.size(), classList.predicted(), List.copyOf(skipped));
  }

  private void write(InputImage image, RgbImage picture, MapSource source, ClassMaps maps) {
    var folder = options.out().resolve(source.toString());
    draw(picture, maps.strongest(), image.in(folder, ".png"));
    if (options.perClass()) {
      for (int i = 0; i < maps.keys().size(); i++) {
        var name = network.config().data().classNames().get(maps.keys().get(i));
        draw(picture, maps.maps().select(0, i), image.in(folder, "." + asFileName(name) + ".png"));
      }
    }
    if (options.npy()) {
      maps.write(image.in(folder, ".npy"));
    }
  }

  private static void draw(RgbImage picture, Tensor map, Path png) {
    ImageWriter.writePng(TensorPictures.cam(picture, map), png);
  }

  /// Class names may contain any characters.
  private static String asFileName(String className) {
    return className.replaceAll("[/\\\\:\\p{Cntrl}]", "_");
  }
}
