package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.data.LabelFiles.PETS;
import static toco.data.LabelFiles.assertRefused;
import static toco.data.LabelFiles.classesOf;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.ConfigException;

class LabelStudioTasksTest {
  /// As Label Studio 1.x exports: single and several choices, regions, a skipped task, one without
  /// an annotation, predictions, and an empty annotation.
  static final String TASKS =
      """
      [{"id": 11, "annotations": [{"id": 1, "completed_by": 1, "result": [
            {"value": {"choices": ["cat"]}, "id": "x", "from_name": "choice", "to_name": "image",
             "type": "choices", "origin": "manual"}],
          "was_cancelled": false, "ground_truth": false, "lead_time": 3.14, "prediction": {}}],
        "file_upload": "1f2e3d4c-IMG_1.jpg",
        "drafts": [{"result": [{"value": {"choices": ["no"]}}]}],
        "predictions": [], "data": {"image": "\\/data\\/upload\\/1\\/1f2e3d4c-IMG_1.jpg"},
        "meta": {}, "inner_id": 1, "total_annotations": 1, "project": 1, "comment_authors": []},
       {"id": 12, "data": {"note": "a pair", "photo": "s3://bucket/beach/IMG_2.jpg"},
        "annotations": [{"result": [
            {"type": "choices", "value": {"choices": ["dog", "Teddy_Bear"]}},
            {"type": "rectanglelabels",
             "value": {"x": 1, "rotation": 0, "rectanglelabels": ["dog"]}},
            {"type": "brushlabels",
             "value": {"format": "rle", "rle": [0, 0, 1], "brushlabels": ["cat"]}},
            {"type": "rating", "value": {"rating": 4}},
            {"type": "textarea", "value": {"text": ["a horse"]}},
            {"type": "taxonomy",
             "value": {"taxonomy": [["animal", "cat"], ["toy", "teddy bear"]]}}]}]},
       {"id": 13, "annotations": [{"was_cancelled": true, "result": []}],
        "data": {"image": "IMG_3.jpg"},
        "predictions": [{"result": [{"value": {"choices": ["cat"]}}]}]},
       {"id": 14, "annotations": [], "data": {"image": "IMG_4.jpg"}},
       {"id": 15, "annotations": [{"result": []}],
        "data": {"image": "/data/local-files/?d=pets%2Fbeach/IMG%205.jpg"}}]
      """;

  @TempDir Path folder;

  private ClassLabels read(String json) {
    return ClassLabels.read(LabelFiles.write(folder, "project-1.json", json), PETS);
  }

  @Test
  void choicesAndRegionsAreClasses() {
    var labels = read(TASKS);
    assertEquals(
        List.of(
            "/data/upload/1/1f2e3d4c-IMG_1.jpg",
            "s3://bucket/beach/IMG_2.jpg",
            "/data/local-files/?d=pets%2Fbeach/IMG%205.jpg"),
        List.copyOf(labels.names()));
    assertEquals(List.of("cat"), classesOf("/data/upload/1/1f2e3d4c-IMG_1.jpg", labels, PETS));
    assertEquals(PETS, classesOf("s3://bucket/beach/IMG_2.jpg", labels, PETS));
    assertTrue(labels.showsNoClass("/data/local-files/?d=pets%2Fbeach/IMG%205.jpg"));
    var notes = String.join("\n", labels.notes());
    assertTrue(notes.contains("2 tasks without an annotation that counts are not labelled"), notes);
    assertTrue(notes.contains("1 skipped (cancelled) annotations do not count"), notes);
    assertTrue(notes.contains("predictions are not read"), notes);
    var file = folder.resolve("project-1.json");
    assertEquals(List.of("cat", "dog", "Teddy_Bear"), ClassLabels.classNames(file));
  }

  /// Votes of annotators as `cat dog|cat|`, those of ground truth with a star.
  @ParameterizedTest
  @CsvSource(
      value = {
        "cat; cat",
        "cat|dog; cat dog",
        "cat|cat dog; cat dog",
        "cat|cat|dog; cat",
        "cat|dog|-; -",
        "cat|-; cat",
        "cat|*dog|cat; dog",
        "cat|cat|*dog|*-; dog",
        "-|-|cat; -"
      },
      delimiter = ';')
  void aClassCountsIfHalfOfTheAnnotationsHaveIt(String votes, String expected) {
    var annotations = new StringBuilder();
    for (var vote : votes.split("\\|", -1)) {
      var names = vote.replace("*", "").replace("-", "").strip();
      var choices = names.isEmpty() ? "" : "\"" + names.replace(" ", "\",\"") + "\"";
      annotations
          .append(annotations.isEmpty() ? "" : ",")
          .append(
              "{\"ground_truth\": %s, \"result\": [{\"value\": {\"choices\": [%s]}}]}"
                  .formatted(vote.contains("*"), choices));
    }
    var labels =
        read("[{\"data\": {\"image\": \"a.jpg\"}, \"annotations\": [%s]}]".formatted(annotations));
    assertEquals(
        expected.equals("-") ? List.of() : List.of(expected.split(" ")),
        classesOf("a.jpg", labels, PETS));
  }

  /// JSON-MIN: an annotation in each object.
  @Test
  void theShortFormIsRead() {
    var labels =
        read(
            """
            [{"image":"a.jpg","id":1,"choice":"cat","annotator":1,"annotation_id":1,
              "created_at":"2026-01-05T10:23:45.678901Z","lead_time":2.5},
             {"image":"b.jpg","id":2,"choice":{"choices":["cat","dog"]},"annotator":1},
             {"img":"c.jpg","id":3,"label":[{"x":1,"y":2,"rectanglelabels":["teddy bear"],
              "original_width":600}],"annotator":1},
             {"image":"d.jpg","id":4,"annotator":1},
             {"image":"a.jpg","id":1,"choice":"dog","annotator":2,"annotation_id":2}]
            """);
    assertEquals(List.of("cat", "dog"), classesOf("a.jpg", labels, PETS), "half of two");
    assertEquals(List.of("cat", "dog"), classesOf("b.jpg", labels, PETS));
    assertEquals(List.of("teddy bear"), classesOf("c.jpg", labels, PETS));
    assertTrue(labels.showsNoClass("d.jpg"));
    assertTrue(labels.notes().toString().contains("1 images have annotations that differ"));
  }

  /// A question can have any name; once an answer is a class, all must be.
  @Test
  void questionsOfTheShortFormHaveAnyName() {
    var json =
        """
        [{"image":"a.jpg","animal":"cat","created_at":"2026-01-05","comment":"nice"},
         {"image":"b.jpg","animal":"dog","toys":{"choices":["teddy bear"]},"comment":"dark"}]
        """;
    var labels = read(json);
    assertEquals(List.of("cat"), classesOf("a.jpg", labels, PETS));
    assertEquals(List.of("dog", "teddy bear"), classesOf("b.jpg", labels, PETS));
    refuses(json.replace("\"dog\"", "\"horse\""), "project-1.json:2: unknown class 'horse'");
  }

  /// The CSV of Label Studio.
  @Test
  void theTableIsRead() {
    var csv =
        """
        image,id,choice,label,annotator,annotation_id,created_at,updated_at,lead_time
        /data/upload/1/1f2e3d4c-a.jpg,1,cat,,1,1,2026-01-05T10:23:45Z,2026-01-05T10:23:45Z,3.25
        b.jpg,2,"{""choices"":[""cat"",""dog""]}",,1,2,2026-01-05T10:23:45Z,2026-01-05T10:23:45Z,1
        c.jpg,3,,"[{""x"":1,""rectanglelabels"":[""teddy bear""],""original_width"":600}]",1,3,x,x,1
        d.jpg,4,,,1,4,2026-01-05T10:23:45Z,2026-01-05T10:23:45Z,1
        """;
    var labels = ClassLabels.read(LabelFiles.write(folder, "p.csv", csv), PETS);
    assertEquals(List.of("cat"), classesOf("/data/upload/1/1f2e3d4c-a.jpg", labels, PETS));
    assertEquals(List.of("cat", "dog"), classesOf("b.jpg", labels, PETS));
    assertEquals(List.of("teddy bear"), classesOf("c.jpg", labels, PETS));
    assertTrue(labels.showsNoClass("d.jpg"));
    assertRefused(
        () ->
            ClassLabels.read(
                LabelFiles.write(folder, "q.csv", "image,choice\na.jpg,\"{\"\"choices\"\":[1\"\n"),
                PETS),
        "q.csv:2: not JSON");
  }

  @Test
  void errorsNameTheFileLineAndTask() {
    refuses(TASKS.replace("[\"cat\"]", "[\"tac\"]"), ":1: task 11: unknown class 'tac'");
    refuses(
        "[{\"id\": 7, \"data\": {\"text\": \"a\"}, \"annotations\": []}]", ":1: task 7 names no");
    refuses("[]", "is an array without a task");
    refuses("[1]", ":1: not JSON in Label Studio's form: a task is not an object");
    refuses("[{\"annotations\": 3}]", "'annotations' is not an array");
    refuses("[{\"annotations\": [{\"result\": {}}]}]", "'result' is not an array");
    refuses(TASKS.substring(0, 300), "not JSON in Label Studio's form");
    refuses(TASKS + "[]", "text after");
    refuses("[{\"data\":" + "[".repeat(1000), "not JSON");
    refuses("{\"tasks\": []}", "expected COCO's images");
    LabelFiles.write(folder, "project-1.json", TASKS);
    var config =
        assertThrows(
            ConfigException.class,
            () -> toco.config.ClassNames.read(folder.resolve("project-1.json")));
    assertTrue(config.getMessage().contains("set data.classNames"), config.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"horse", "blurry"})
  void otherClassesCanBeLeftOut(String other) {
    var file =
        LabelFiles.write(
            folder,
            "a.json",
            ("[{\"data\":{\"image\":\"a.jpg\"},\"annotations\":[{\"result\":[{\"value\":"
                    + "{\"choices\":[\"cat\",\"%s\"]}}]}]}]")
                .formatted(other));
    var labels = LabelFiles.readIgnoringOthers(file);
    assertEquals(List.of("cat"), classesOf("a.jpg", labels, PETS));
    assertFalse(labels.notes().isEmpty());
  }

  private void refuses(String json, String... parts) {
    assertRefused(() -> read(json), parts);
  }
}
