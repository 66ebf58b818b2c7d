package toco.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Reads the boxes of objects from a folder of Pascal VOC annotations. Their pixels count from 1,
/// and `xmax` and `ymax` are inside: 1…500 is the whole width of an image of 500 px.
final class VocBoxes {
  private static final List<String> OBJECT = List.of("annotation", "object");
  private static final List<String> NAME = List.of("annotation", "object", "name");
  private static final List<String> BOX = List.of("annotation", "object", "bndbox");
  private static final List<String> EDGES = List.of("xmin", "ymin", "xmax", "ymax");

  private final ClassIndex classes;
  private final List<ClassBox> boxes = new ArrayList<>(); // of the current file
  private final Map<String, Double> edges = new HashMap<>(); // of the current object
  private String name = "";

  private VocBoxes(ClassIndex classes) {
    this.classes = classes;
  }

  /// @return the boxes by the names of the split's images
  static SequencedMap<String, List<ClassBox>> read(
      Path folder, ClassIndex classes, AnnotatedImages images) {
    var xml = new VocXml();
    var all = new LinkedHashMap<String, List<ClassBox>>();
    for (var file : VocXml.files(folder)) {
      try {
        var image = images.find(AnnotationFiles.name(folder, file, VocXml.ENDING), file.toString());
        if (image.isEmpty()) {
          continue;
        }
        var reader = new VocBoxes(classes);
        xml.read(file, reader::end);
        if (all.putIfAbsent(image.get(), List.copyOf(reader.boxes)) != null) {
          throw new DataException(
              "%s: there is another annotation of image %s; keep one of the files"
                  .formatted(file, image.get()));
        }
      } catch (DataException e) {
        classes.report(e);
      }
    }
    return all;
  }

  private void end(List<String> path, String text, String where) {
    if (path.equals(NAME)) {
      name = text;
    } else if (path.size() == BOX.size() + 1
        && path.subList(0, BOX.size()).equals(BOX)
        && EDGES.contains(path.getLast())) {
      edges.put(path.getLast(), number(path.getLast(), text, where));
    } else if (path.equals(OBJECT)) {
      try {
        box(where).ifPresent(boxes::add);
      } catch (DataException e) {
        classes.report(e);
      }
      edges.clear();
      name = "";
    }
  }

  private Optional<ClassBox> box(String where) {
    var k = classes.find(name, where);
    if (k.isEmpty()) {
      return Optional.empty();
    }
    var read = new ArrayList<Double>();
    for (var edge : EDGES) {
      var value = edges.get(edge);
      if (value == null) {
        throw new DataException(
            "%s: the box of class %s has no %s; expected bndbox with xmin, ymin, xmax and ymax"
                .formatted(where, name, edge));
      }
      read.add(value);
    }
    double left = read.get(0);
    double top = read.get(1);
    double right = read.get(2);
    double bottom = read.get(3);
    BoxSource.requireArea(
        new ClassBox(k.getAsInt() + 1, left, top, right, bottom),
        "of class %s, xmin %s, ymin %s, xmax %s, ymax %s".formatted(name, left, top, right, bottom),
        where);
    return Optional.of(new ClassBox(k.getAsInt() + 1, left - 1, top - 1, right, bottom));
  }

  private static double number(String edge, String text, String where) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new DataException(
          "%s: %s is '%s', expected a number of pixels"
              .formatted(where, edge, DataException.shortened(text)),
          e);
    }
  }
}
