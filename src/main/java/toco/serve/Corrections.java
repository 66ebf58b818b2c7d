package toco.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import toco.config.Config;
import toco.data.DataException;
import toco.files.CsvCell;
import toco.files.Json;
import toco.image.LabelMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The corrections of users, as the data set's weak labels:
///
/// ```
/// DIR/labels.csv         labels of all images of the data set, corrected ones with their new ones
/// DIR/hints/NAME.png     painted pixels, for data.hints
/// DIR/photos/NAME.jpg    corrected uploads, and photos/labels.csv
/// DIR/photo-hints/NAME.png
/// DIR/annotations.json   strokes, to paint on later
/// ```
final class Corrections {
  private static final String STATE = "annotations.json";
  private static final String LABELS = "labels.csv";

  private final AnnotationFolder folder;
  private final ServedDataset dataset;
  private final List<String> classNames;
  private final Map<String, Correction> byKey = new TreeMap<>();

  /// What a user says of an image.
  ///
  /// @param photo whether it is an upload
  /// @param name of the image
  /// @param labels names of its classes
  record Correction(boolean photo, String name, List<String> labels, JsonNode strokes) {
    Correction {
      labels = List.copyOf(labels);
    }

    private String key() {
      return key(photo, name);
    }

    static String key(boolean photo, String name) {
      return (photo ? "photo " : "image ") + name;
    }
  }

  /// Reads earlier corrections.
  ///
  /// @throws DataException if they are damaged
  Corrections(AnnotationFolder folder, ServedDataset dataset, Config config) {
    this.folder = folder;
    this.dataset = dataset;
    classNames = config.data().classNames();
    var file = folder.file(STATE);
    try {
      var content = folder.read(file);
      if (content != null) {
        for (var entry : Json.MAPPER.readTree(content).path("images")) {
          var read =
              new Correction(
                  entry.path("photo").asBoolean(false),
                  entry.path("name").asString(""),
                  entry.path("labels").valueStream().map(JsonNode::asString).toList(),
                  entry.path("strokes"));
          byKey.put(read.key(), read);
        }
      }
    } catch (IOException | JacksonException e) {
      throw new DataException(
          "cannot read %s: %s; repair it, or name another folder with --annotations"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  AnnotationFolder folder() {
    return folder;
  }

  List<String> classNames() {
    return classNames;
  }

  synchronized List<Correction> all() {
    return List.copyOf(byKey.values());
  }

  synchronized Optional<Correction> find(ServedImage image) {
    return Optional.ofNullable(byKey.get(keyOf(image)));
  }

  synchronized boolean has(String datasetName) {
    return byKey.containsKey(Correction.key(false, datasetName));
  }

  private static String keyOf(ServedImage image) {
    return Correction.key(image instanceof ServedImage.Upload, image.name());
  }

  /// Saves a correction.
  ///
  /// @return the files that were written, and how many pixels are painted
  synchronized Saved save(ServedImage image, List<String> labels, List<Stroke> strokes) {
    var written = new ArrayList<String>();
    boolean isPhoto = image instanceof ServedImage.Upload;
    var size = image.size();
    var painted = Stroke.draw(strokes, size);
    int hinted = 0;
    for (byte label : painted) {
      hinted += label == (byte) LabelMap.IGNORE ? 0 : 1;
    }
    var hints = folder.file(isPhoto ? "photo-hints" : "hints", image.name() + ".png");
    var table = folder.file(isPhoto ? "photos/" + LABELS : LABELS);
    if (image instanceof ServedImage.Upload upload) {
      var photo = folder.file("photos", upload.name() + ending(upload.content()));
      folder.write(photo, upload.content());
      written.add(folder.name(photo));
    }
    if (hinted > 0) {
      folder.writeLabels(hints, painted, size);
      written.add(folder.name(hints));
    } else {
      folder.delete(hints); // 255 everywhere says nothing
    }
    var strokeJson = Json.MAPPER.valueToTree(strokes.stream().map(Stroke::toJson).toList());
    var correction = new Correction(isPhoto, image.name(), labels, strokeJson);
    byKey.put(correction.key(), correction);
    folder.writeText(table, table(isPhoto));
    written.add(folder.name(table));
    writeState();
    return new Saved(written, hinted);
  }

  record Saved(List<String> files, int hintedPixels) {}

  /// Forgets the correction of an image, if there is one; a photo itself stays.
  ///
  /// @return the files that were changed
  synchronized List<String> remove(ServedImage image) {
    boolean isPhoto = image instanceof ServedImage.Upload;
    if (byKey.remove(keyOf(image)) == null) {
      return List.of();
    }
    folder.delete(folder.file(isPhoto ? "photo-hints" : "hints", image.name() + ".png"));
    var table = folder.file(isPhoto ? "photos/" + LABELS : LABELS);
    folder.writeText(table, table(isPhoto));
    writeState();
    return List.of(folder.name(table));
  }

  /// A table of labels: of all images of the data set that have one, or of all photos.
  private String table(boolean photos) {
    var labels = new TreeMap<String, List<String>>();
    if (!photos) {
      for (var split : dataset.splits().values()) {
        for (int i = 0; i < split.size(); i++) {
          var names = ServedDataset.labels(split, split.name(i));
          if (names != null) {
            labels.put(split.name(i), names);
          }
        }
      }
    }
    for (var correction : byKey.values()) {
      if (correction.photo == photos) {
        labels.put(correction.name, correction.labels);
      }
    }
    var text = new StringBuilder("name,label\n");
    labels.forEach((name, classes) -> {
      text.append(CsvCell.of(name));
      classes.forEach(label -> text.append(',').append(CsvCell.of(label)));
      text.append('\n');
    });
    return text.toString();
  }

  private void writeState() {
    var images = new ArrayList<Map<String, Object>>();
    for (var correction : byKey.values()) {
      var entry = new LinkedHashMap<String, Object>();
      entry.put("photo", correction.photo);
      entry.put("name", correction.name);
      entry.put("labels", correction.labels);
      entry.put("strokes", correction.strokes);
      images.add(entry);
    }
    folder.writeText(
        folder.file(STATE), Json.MAPPER.writeValueAsString(Map.of("images", images)) + "\n");
  }

  /// The ending that fits an image's content.
  private static String ending(byte[] content) {
    int first = content.length < 4 ? 0 : (content[0] & 0xFF) << 8 | (content[1] & 0xFF);
    return switch (first) {
      case 0xFFD8 -> ".jpg";
      case 0x8950 -> ".png";
      case 0x424D -> ".bmp";
      case 0x5249 -> ".webp";
      case 0x4949, 0x4D4D -> ".tif";
      default -> ".dcm";
    };
  }
}
