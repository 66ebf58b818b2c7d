package toco.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import toco.config.CocoCategories;
import toco.data.AnnotatorVotes.Annotation;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/// Reads labels from Label Studio's exports JSON and JSON-MIN, an array of tasks:
///
/// ```
/// [{"id": 1, "data": {"image": "/data/upload/1/1f2e3d4c-IMG_1.jpg"},
///   "annotations": [{"was_cancelled": false,
///                    "result": [{"type": "choices", "value": {"choices": ["cat"]}}]}]}, …]
///
/// [{"id": 1, "image": "/data/upload/1/1f2e3d4c-IMG_1.jpg", "choice": "cat"}, …]
/// ```
///
/// An image shows the classes of its choices and of its regions of any kind ([LabelStudioValues]).
/// Of several annotations of an image, [AnnotatorVotes] decides. Skipped (cancelled) annotations
/// and predictions do not count, and a task without another annotation is not labelled.
///
/// The file is read as a stream, so its size does not matter.
final class LabelStudioTasks {
  private final Path file;
  private final ClassIndex classes;
  private final ClassIndex.Labels labels;
  private final AnnotatorVotes votes = new AnnotatorVotes();
  private final List<Answers> answers = new ArrayList<>();
  private int tasks;
  private int unlabelled;
  private int skipped;
  private boolean hasPredictions;

  /// The texts of a task of JSON-MIN.
  ///
  /// @param texts by key; not blank, without the image
  /// @param shown classes of its annotation, to which the texts may add
  private record Answers(String where, Map<String, String> texts, BitSet shown) {}

  private LabelStudioTasks(Path file, ClassIndex classes) {
    this.file = file;
    this.classes = classes;
    labels = classes.new Labels(file.toString());
  }

  /// Whether a file is an array, and no object as COCO's are. Of a file that cannot be read it is
  /// not known.
  static boolean isArray(Path file) {
    try (var parser = CocoCategories.open(file)) {
      return parser.nextToken() == JsonToken.START_ARRAY;
    } catch (JacksonException | IOException e) {
      return false;
    }
  }

  /// @return the labels by the images' URLs or paths
  /// @throws DataException naming the file and the line with the error
  static ClassLabels read(Path file, ClassIndex classes) {
    var reader = new LabelStudioTasks(file, classes);
    try (var parser = CocoCategories.open(file)) {
      reader.parse(parser);
    } catch (JacksonException e) {
      throw new DataException(describe(file, e), e);
    } catch (IOException e) {
      throw new DataException("cannot read %s: %s".formatted(file, e), e);
    }
    return reader.build();
  }

  private static String describe(Path file, JacksonException e) {
    return CocoCategories.describe(file, e).replace("in COCO's form", "in Label Studio's form");
  }

  private void parse(JsonParser parser) {
    parser.nextToken();
    LabelStudioValues.requireArray(parser, "the file");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      LabelStudioValues.requireObject(parser, "a task");
      tasks++;
      var task = new Task(parser.currentLocation().getLineNr());
      try {
        task.parse(parser);
      } catch (DataException e) { // of its contents; the parser is at its end
        classes.report(e);
      }
    }
    if (parser.nextToken() != null) {
      throw new StreamReadException(parser, "there is text after the array of tasks");
    }
  }

  private final class Task {
    private final int line;
    private final Map<String, String> data = new LinkedHashMap<>(); // texts by key
    private final Map<String, String> own = new LinkedHashMap<>(); // JSON-MIN: the task's texts
    private final List<Annotation> annotations = new ArrayList<>();
    private final List<String> ownNames = new ArrayList<>(); // JSON-MIN: classes of the task itself
    private String id = "";
    private boolean isMin = true;

    Task(int line) {
      this.line = line;
    }

    private String where() {
      return "%s:%s%s".formatted(file, line, id.isEmpty() ? "" : ": task " + id);
    }

    void parse(JsonParser parser) {
      for (var key = parser.nextName(); key != null; key = parser.nextName()) {
        var token = parser.nextToken();
        switch (key) {
          case "id" -> id = String.valueOf(CocoCategories.id(parser));
          case "data" -> parseData(parser);
          case "annotations", "completions" -> {
            isMin = false;
            parseAnnotations(parser);
          }
          case "predictions" ->
              hasPredictions |= parser.isExpectedStartArrayToken() && !skippedIsEmpty(parser);
          default -> {
            if (token == JsonToken.VALUE_STRING) {
              own.put(key, parser.getString());
            } else if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
              ownNames.addAll(LabelStudioValues.names(parser, key));
            }
          }
        }
        parser.skipChildren(); // of any other value
      }
      add();
    }

    /// The parser is at the start of an array, and then at its end.
    private static boolean skippedIsEmpty(JsonParser parser) {
      boolean isEmpty = true;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        isEmpty = false;
        parser.skipChildren();
      }
      return isEmpty;
    }

    private void parseData(JsonParser parser) {
      LabelStudioValues.requireObject(parser, "the data of a task");
      for (var key = parser.nextName(); key != null; key = parser.nextName()) {
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
          data.put(key, parser.getString());
        }
        parser.skipChildren();
      }
    }

    private void parseAnnotations(JsonParser parser) {
      LabelStudioValues.requireArray(parser, "'annotations'");
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        LabelStudioValues.requireObject(parser, "an annotation");
        boolean isCancelled = false;
        boolean isTruth = false;
        var names = List.<String>of();
        for (var key = parser.nextName(); key != null; key = parser.nextName()) {
          var token = parser.nextToken();
          switch (key) {
            case "was_cancelled", "skipped" -> isCancelled |= token == JsonToken.VALUE_TRUE;
            case "ground_truth" -> isTruth = token == JsonToken.VALUE_TRUE;
            case "result" -> names = LabelStudioValues.ofResults(parser);
            default -> {}
          }
          parser.skipChildren();
        }
        if (isCancelled) {
          skipped++;
        } else {
          annotations.add(new Annotation(shown(names), isTruth));
        }
      }
    }

    private BitSet shown(List<String> names) {
      var shown = new BitSet();
      names.forEach(name -> classes.find(name, where()).ifPresent(shown::set));
      return shown;
    }

    private void add() {
      var image =
          image(data)
              .or(() -> image(own))
              .orElseThrow(() ->
                  new DataException(
                      where()
                          + " names no image; expected its URL or path in 'data', such as"
                          + " {\"image\": \"beach/IMG_1.jpg\"}"));
      if (isMin) {
        var shown = shown(ownNames);
        annotations.add(new Annotation(shown, false));
        own.values().removeIf(text -> text.isBlank() || text.equals(image));
        answers.add(new Answers(where(), own, shown));
      }
      if (annotations.isEmpty()) {
        unlabelled++;
      } else {
        votes.add(image, line, annotations);
      }
    }

    /// The first text that looks like the name of an image, or is called so.
    private static Optional<String> image(Map<String, String> texts) {
      return texts.values().stream()
          .filter(text -> ImageNames.isImage(ImageReferences.plain(text)))
          .findFirst()
          .or(() ->
              texts.entrySet().stream()
                  .filter(entry -> CsvColumns.isImageWord(entry.getKey()))
                  .map(Map.Entry::getValue)
                  .filter(text -> !text.isBlank())
                  .findFirst());
    }
  }

  /// Single choices of JSON-MIN have the name of their question, which can be any: questions called
  /// like classes count, and those of which an answer is a class.
  private void addAnswers() {
    var questions =
        answers.stream()
            .flatMap(task -> task.texts.entrySet().stream())
            .filter(it ->
                CsvColumns.isClassWord(it.getKey()) || ClassCell.areKnown(it.getValue(), classes))
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    for (var task : answers) {
      task.texts.keySet().retainAll(questions);
      task.texts
          .values()
          .forEach(text -> {
            try {
              ClassCell.names(text, classes, task.where)
                  .forEach(name -> classes.find(name, task.where).ifPresent(task.shown::set));
            } catch (DataException e) {
              classes.report(e);
            }
          });
    }
  }

  private ClassLabels build() {
    addAnswers();
    int disputed = votes.addTo(labels);
    note(unlabelled, "tasks without an annotation that counts are not labelled");
    note(skipped, "skipped (cancelled) annotations do not count");
    note(disputed, "images have annotations that differ: classes of at least half of them count");
    if (hasPredictions) {
      labels.note("predictions are not read");
    }
    if (tasks == 0) {
      throw new DataException(
          file
              + " is an array without a task; expected Label Studio's export, or an object in"
              + " COCO's form");
    }
    return labels.build();
  }

  private void note(int count, String what) {
    if (count > 0) {
      labels.note(count + " " + what);
    }
  }
}
