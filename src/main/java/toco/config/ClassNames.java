package toco.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import toco.files.TextFile;

/// Foreground classes in label order from label 1: those of the known data sets, and those of the
/// user's own.
public final class ClassNames {
  private ClassNames() {}

  /// Reads class names: a text file with one name per line, or a `.json` file with categories in
  /// COCO's form, in the order of their ids.
  ///
  /// @throws ConfigException naming the file, and what is missing or wrong in it
  public static List<String> read(Path file) {
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
      return CocoCategories.readClassNames(file);
    }
    var lineOf = new LinkedHashMap<String, Integer>();
    var lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      var name = lines.get(i).strip();
      var first = name.isEmpty() ? null : lineOf.putIfAbsent(name, i + 1);
      if (first != null) {
        throw new ConfigException(
            null,
            "%s:%s: class '%s' appears twice, first in line %s"
                .formatted(file, i + 1, name, first));
      }
    }
    if (lineOf.isEmpty()) {
      throw new ConfigException(null, file + " is empty; it needs one class name per line");
    }
    return List.copyOf(lineOf.keySet());
  }

  private static List<String> lines(Path file) {
    try {
      return TextFile.lines(file);
    } catch (NoSuchFileException e) {
      throw new ConfigException(null, file + ": no such file; expected one class name per line");
    } catch (CharacterCodingException e) {
      throw new ConfigException(
          null, file + ": not text; expected one class name per line in UTF-8");
    } catch (IOException e) {
      throw new ConfigException(null, file + ": cannot be read: " + e);
    }
  }

  static final List<String> VOC =
      split(
          """
          aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, diningtable, dog,
          horse, motorbike, person, pottedplant, sheep, sofa, train, tvmonitor\
          """);

  static final List<String> COCO =
      split(
          """
          person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light,
          fire hydrant, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow,
          elephant, bear, zebra, giraffe, backpack, umbrella, handbag, tie, suitcase, frisbee,
          skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, surfboard,
          tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple,
          sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch,
          potted plant, bed, dining table, toilet, tv, laptop, mouse, remote, keyboard, cell phone,
          microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear,
          hair drier, toothbrush\
          """);

  static final List<String> SYNTHETIC = split("disc, square, triangle, star, ring, cross");

  private static List<String> split(String names) {
    return List.of(names.split(",\\s+"));
  }
}
