package toco.data;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import toco.config.DataConfig;
import toco.data.WeakLabels.Source;
import toco.image.ImageException;
import toco.image.ImageSize;

/// Reads hints and boxes, and checks that they fit the images of a split. What is wrong is reported
/// and left out.
final class WeakLabelReader {
  private final DataConfig data;
  private final ListedDataset dataset;
  private final AnnotatedImages images;
  private final ClassIndex classes;
  private final Consumer<DataException> problems;

  WeakLabelReader(DataConfig data, ListedDataset dataset, Consumer<DataException> problems) {
    this.data = data;
    this.dataset = dataset;
    this.problems = problems;
    images = new AnnotatedImages(data, dataset);
    classes = ClassIndex.of(data, problems);
  }

  /// What of an image's hints or boxes can be used.
  ///
  /// @param usable empty: nothing
  private record Fitted<T>(Optional<T> usable, List<DataException> problems) {}

  /// @param fast whether the PNG files are not decoded
  Source<ImageHints> hints(Path path, boolean fast) {
    var reader = HintReader.of(data);
    return read(
        () -> {
          if (Files.isDirectory(path)) {
            return HintFolder.read(path, classes, images);
          }
          if (!Files.exists(path)) {
            throw new DataException(
                "%s does not exist; set data.hints to a folder of .png files or a table of points"
                    .formatted(path));
          }
          if (path.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new DataException(
                path + " is one file; set data.hints to the folder of the .png files");
          }
          return HintTable.read(path, classes, reader, images);
        },
        (name, its) -> fitted(name, its, reader, fast));
  }

  Source<List<ClassBox>> boxes(Path path) {
    return read(() -> BoxSource.read(path, classes, images), this::fitted);
  }

  @FunctionalInterface
  private interface Reading<T> {
    Map<String, T> read();
  }

  /// @param fit of an image's name and what was read for it
  private <T> Source<T> read(Reading<T> reading, BiFunction<String, T, Fitted<T>> fit) {
    var usable = new LinkedHashMap<String, T>();
    try {
      var read = List.copyOf(reading.read().entrySet());
      var all = read.parallelStream().map(it -> fit.apply(it.getKey(), it.getValue())).toList();
      for (int i = 0; i < read.size(); i++) {
        var name = read.get(i).getKey();
        all.get(i).problems.forEach(problems);
        all.get(i).usable.ifPresent(its -> usable.put(name, its));
      }
    } catch (DataException e) {
      problems.accept(e);
    }
    return new Source<>(usable, images.others());
  }

  private Fitted<ImageHints> fitted(
      String name, ImageHints hints, HintReader reader, boolean fast) {
    return ofImage(
        name,
        (image, size) ->
            switch (hints) {
              case ImageHints.Points(var points) -> pointsInside(name, points, image, size);
              case ImageHints.Drawn(var png, var _) -> drawn(png, image, size, reader, fast);
            });
  }

  private <T> Fitted<T> ofImage(String name, BiFunction<Path, ImageSize, Fitted<T>> fit) {
    var image = dataset.image(name);
    ImageSize size;
    try {
      size = ImageSize.read(image, dataset.readOptions());
    } catch (ImageException e) { // the image is reported where it is read
      return new Fitted<>(Optional.empty(), List.of());
    }
    return fit.apply(image, size);
  }

  private Fitted<ImageHints> pointsInside(
      String name, List<HintPoint> points, Path image, ImageSize size) {
    var outside = new ArrayList<DataException>();
    var inside = new ArrayList<HintPoint>();
    for (var point : points) {
      boolean isIn =
          point.x() >= 0
              && point.column() < size.widthPx()
              && point.y() >= 0
              && point.row() < size.heightPx();
      if (isIn) {
        inside.add(point);
      } else {
        outside.add(
            new DataException(
                ("%s:%s: the point x %s, y %s is outside of %s, which is %s×%s px (%s); x must be"
                        + " 0…%s and y 0…%s")
                    .formatted(
                        data.hintsPath(),
                        point.line(),
                        number(point.x()),
                        number(point.y()),
                        name,
                        size.widthPx(),
                        size.heightPx(),
                        image,
                        size.widthPx() - 1,
                        size.heightPx() - 1)));
      }
    }
    return new Fitted<>(Optional.of(new ImageHints.Points(inside)), outside);
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  private static Fitted<ImageHints> drawn(
      Path png, Path image, ImageSize size, HintReader reader, boolean fast) {
    try (var arena = Arena.ofConfined()) {
      var counts = new TreeMap<Integer, Long>();
      if (fast) {
        MaskReader.requireSize(png, ImageSize.read(png), image, size);
      } else {
        long[] pixels = reader.read(png, image, size, arena).histogram();
        for (int label = 0; label < pixels.length - 1; label++) { // without the unknown ones
          if (pixels[label] > 0) {
            counts.put(label, pixels[label]);
          }
        }
      }
      return new Fitted<>(Optional.of(new ImageHints.Drawn(png, counts)), List.of());
    } catch (DataException e) {
      return new Fitted<>(Optional.empty(), List.of(e));
    } catch (ImageException e) {
      var line = String.valueOf(e.getMessage());
      return new Fitted<>(Optional.empty(), List.of(new DataException(line, e)));
    }
  }

  private Fitted<List<ClassBox>> fitted(String name, List<ClassBox> boxes) {
    return ofImage(name, (image, size) -> boxesInside(name, boxes, image, size));
  }

  private Fitted<List<ClassBox>> boxesInside(
      String name, List<ClassBox> boxes, Path image, ImageSize size) {
    var outside = new ArrayList<DataException>();
    var inside = new ArrayList<ClassBox>();
    for (var box : boxes) {
      if (box.isIn(size.widthPx(), size.heightPx())) {
        inside.add(box.clipped(size.widthPx(), size.heightPx()));
      } else {
        outside.add(
            new DataException(
                ("%s: the box of class %s in %s, x %s to %s and y %s to %s, is outside of the"
                        + " image, which is %s×%s px (%s)")
                    .formatted(
                        data.boxesPath(),
                        data.classNames().get(box.label() - 1),
                        name,
                        number(box.left()),
                        number(box.right()),
                        number(box.top()),
                        number(box.bottom()),
                        size.widthPx(),
                        size.heightPx(),
                        image)));
      }
    }
    return new Fitted<>(
        inside.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(inside)), outside);
  }
}
