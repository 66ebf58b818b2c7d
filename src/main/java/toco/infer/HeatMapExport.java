package toco.infer;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import toco.annotation.AnnotationExport;
import toco.annotation.LabelFormat;
import toco.cam.PresentClasses;
import toco.checkpoint.TrainedNetwork;
import toco.image.ImageWriter;
import toco.image.ReadOptions;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.torch.Device;
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
/// The folders `aux_cam`, `lam` and `seg` have the same files. Labels made of the maps by the
/// thresholds of [Refinement#NONE] are in `OUT/labels/NAME.png` and the files of
/// [AnnotationExport], if asked for.
public final class HeatMapExport {
  private final TrainedNetwork network;
  private final Options options;
  private final ClassList classList;
  private final Set<String> taken = new HashSet<>(); // names of files, without their extension

  private HeatMapExport(TrainedNetwork network, Options options) {
    this.network = network;
    this.options = options;
    classList = new ClassList(network.config().data().classNames());
  }

  /// The options of a user.
  ///
  /// @param images images and folders of images
  /// @param out the folder to write to; older results in it are replaced
  /// @param sources kinds of maps
  /// @param labels where the images' classes come from
  /// @param perClass whether to draw each class by itself, too
  /// @param npy whether to write the maps as arrays, too
  /// @param annotations the formats of labels made of the maps, which must be of one source then
  public record Options(
      List<Path> images,
      Path out,
      Set<MapSource> sources,
      LabelChoice labels,
      boolean perClass,
      boolean npy,
      AnnotationExport.Options annotations) {
    public Options {
      images = List.copyOf(images);
      sources = Set.copyOf(sources);
      if (sources.isEmpty()) {
        throw new IllegalArgumentException(
            "name at least one of " + EnumSet.allOf(MapSource.class));
      }
      if (!annotations.formats().isEmpty() && sources.size() > 1) {
        throw new IllegalArgumentException(
            "labels are made of the maps of one source, got " + sources);
      }
    }

    /// The options for one image, or one folder of images, without labels.
    public Options(
        Path images,
        Path out,
        Set<MapSource> sources,
        LabelChoice labels,
        boolean perClass,
        boolean npy) {
      this(List.of(images), out, sources, labels, perClass, npy, AnnotationExport.Options.NONE);
    }

    private Set<String> kinds() {
      var kinds = new HashSet<>(annotations.imageFolders());
      sources.forEach(source -> kinds.add(source.toString()));
      if (annotations.has(LabelFormat.PNG)) {
        kinds.add("labels");
      }
      return kinds;
    }
  }

  /// What was done.
  ///
  /// @param images number of images with maps
  /// @param predicted number of those images whose classes are predicted
  /// @param annotations what [AnnotationExport] wrote
  /// @param unreadable names of the images, folders and formats that were skipped; messages say why
  public record Result(
      int images, int predicted, List<Path> annotations, List<String> unreadable) {}

  /// Computes and writes all maps.
  ///
  /// @throws toco.data.DataException if there is no image, results would replace images, or the
  ///   data set's labels are needed and cannot be read
  /// @throws IllegalArgumentException if the folder of results cannot be written
  /// @throws toco.image.ImageException if a picture cannot be written
  public static Result write(TrainedNetwork network, Options options, InferenceListener listener) {
    return new HeatMapExport(network, options).run(listener);
  }

  private Result run(InferenceListener listener) {
    var found = InputImages.find(options.images(), options.out(), options.kinds());
    found.images().forEach(image -> taken.add(ResultNames.folded(image.name())));
    var classes = ImageClasses.of(network.config(), options.labels(), found.images());
    var maker = new MapMaker(network, classes, options.sources());
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
                var made = maker.make(image, picture);
                var files = classFiles(image, made.classes());
                made.bySource()
                    .forEach((source, onDevice) -> {
                      var maps = onDevice.to(Device.CPU);
                      write(image, files, picture, source, maps);
                      if (!options.annotations().formats().isEmpty()) {
                        annotate(index, image, picture, maps, annotations);
                      }
                    });
                classList.add(image, made.classes());
              });
      classList.write(options.out().resolve("classes.csv"));
      return new Result(classList.size(), classList.predicted(), annotations.finish(), unreadable);
    }
  }

  private void annotate(
      int index, InputImage image, RgbImage picture, ClassMaps maps, AnnotationExport annotations) {
    var labels = new MapLabels(network.config().cam(), Refinement.NONE).of(picture, maps);
    var map = TensorPictures.labelMap(labels);
    var addition = annotations.prepare(image.labelled(index, map, MapLabels.scores(maps, labels)));
    if (options.annotations().has(LabelFormat.PNG)) {
      ImageWriter.writePng(map, image.in(options.out().resolve("labels"), ".png"));
    }
    addition.append();
  }

  /// Names of the files of single classes, by class: free ones, because images can be called like
  /// an image and its class, and classes can look alike in file names.
  private Map<Integer, InputImage> classFiles(InputImage image, ImageClasses.Found found) {
    var files = new HashMap<Integer, InputImage>();
    if (options.perClass()) {
      for (long label : PresentClasses.classesOf(found.multiHot())) {
        int k = (int) label - 1;
        var className = asFileName(network.config().data().classNames().get(k));
        var name = ResultNames.free(image.name() + "." + className, taken);
        files.put(k, new InputImage(name, image.path()));
      }
    }
    return files;
  }

  private void write(
      InputImage image,
      Map<Integer, InputImage> classFiles,
      RgbImage picture,
      MapSource source,
      ClassMaps maps) {
    var folder = options.out().resolve(source.toString());
    draw(picture, maps.strongest(), image.in(folder, ".png"));
    for (int i = 0; i < maps.keys().size(); i++) {
      var file = classFiles.get(maps.keys().get(i));
      if (file != null) {
        draw(picture, maps.maps().select(0, i), file.in(folder, ".png"));
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
