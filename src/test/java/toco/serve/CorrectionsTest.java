package toco.serve;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.Split;
import toco.data.DataCheck;
import toco.data.Dataset;
import toco.image.ImageSize;
import toco.image.MaskDecoder;

/// Corrections become weak labels that the next training reads, in their folder alone.
class CorrectionsTest extends ServeFixture {
  private static final String STROKES =
      """
      {"labels":["disc","cross"],"strokes":[
       {"label":1,"radiusPx":2,"points":[[10,10],[30,10]]},
       {"label":0,"radiusPx":0,"points":[[50.7,40.2]]},
       {"label":255,"radiusPx":1,"points":[[20,10]]}]}
      """;

  private static final Pattern SETTING = Pattern.compile("--set '([^']*)'");

  private Choice choice() {
    var choice = new Choice();
    choice.annotations = folder.resolve("corrections");
    return choice;
  }

  @Test
  void trainingReadsWhatWasSaved() throws IOException {
    var root = folder.resolve("corrections");
    String name;
    String usage;
    try (var server = server(choice());
        var client = new Client(server)) {
      name = client.json("/api/images/train-1").get("name").asString();
      var before = client.json("/api/annotations/train-1");
      assertFalse(before.get("saved").booleanValue());
      var saved = Client.json(200, client.put("/api/annotations/train-1", STROKES));
      assertEquals(2, saved.get("files").size());
      var after = client.json("/api/annotations/train-1");
      assertTrue(after.get("saved").booleanValue());
      assertEquals(3, after.get("strokes").size());
      assertTrue(
          client
              .json("/api/images?split=train")
              .get("images")
              .get(1)
              .get("annotated")
              .booleanValue());
      assertEquals(1, client.json("/api/annotations").get("entries").size());
      usage = client.json("/api/annotations").get("usage").asString();
    }
    var labels = hints(root.resolve("hints/" + name + ".png"));
    assertEquals(1, labels[10 * 96 + 12]);
    assertEquals(255, labels[10 * 96 + 20], "erased");
    assertEquals(0, labels[40 * 96 + 50], "the clicked pixel");
    assertEquals(255, labels[50 * 96 + 50]);

    var trained = plain(settings(usage));
    var dataset = Dataset.open(trained.data(), Split.TRAIN);
    assertArrayEquals(new float[] {1, 0, 0, 0, 0, 1}, dataset.labels().multiHot(name));
    var others = Dataset.open(plain().data(), Split.TRAIN);
    for (int i = 0; i < others.size(); i++) {
      if (!others.name(i).equals(name)) {
        assertArrayEquals(
            others.labels().multiHot(others.name(i)), dataset.labels().multiHot(others.name(i)));
      }
    }
    assertEquals(List.of(), problems(trained));
  }

  /// The settings of a command line that the server proposes.
  private static String[] settings(String usage) {
    return SETTING.matcher(usage).results().map(found -> found.group(1)).toArray(String[]::new);
  }

  /// The same data set, read from its files.
  private static Config plain(String... more) {
    var settings =
        new ArrayList<>(
            List.of(
                "data.layout=voc", "data.classNames=[disc, square, triangle, star, ring, cross]"));
    settings.addAll(List.of(more));
    return config(settings.toArray(String[]::new));
  }

  private static List<String> problems(Config config) {
    var report = DataCheck.run(config, true, (_, _, _) -> {});
    return report.text().lines().filter(line -> line.contains("hints/")).toList();
  }

  private static int[] hints(Path png) {
    var map = MaskDecoder.decode(png, arena());
    var labels = new int[map.widthPx() * map.heightPx()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = Byte.toUnsignedInt(map.labels().getAtIndex(JAVA_BYTE, i));
    }
    return labels;
  }

  @Test
  void theyAreThereAfterARestartAndCanBeRemoved() throws IOException {
    for (int i = 0; i < 2; i++) {
      try (var server = server(choice());
          var client = new Client(server)) {
        if (i == 0) {
          assertEquals(200, client.put("/api/annotations/val-0", STROKES).statusCode());
        } else {
          assertEquals(3, client.json("/api/annotations/val-0").get("strokes").size());
          var removed =
              client.send(HttpRequest.newBuilder(client.uri("/api/annotations/val-0")).DELETE());
          assertEquals(200, removed.statusCode());
          assertEquals(0, client.json("/api/annotations").get("entries").size());
          assertEquals(List.of(), filesIn(folder.resolve("corrections/hints")));
        }
      }
    }
  }

  @Test
  void photographsBecomeADataSetOfTheirOwn() throws IOException {
    var root = folder.resolve("corrections");
    String usage;
    try (var server = server(choice());
        var client = new Client(server)) {
      var image = picture(96, 64);
      var id =
          Client.json(201, client.post("/api/images?name=cat.png", "image/png", image))
              .get("id")
              .asString();
      assertEquals(200, client.put("/api/annotations/" + id, STROKES).statusCode());
      assertArrayEquals(image, Files.readAllBytes(root.resolve("photos/cat.png")));
      usage = client.json("/api/annotations").get("usage").asString();
    }
    var photos = config(settings(usage));
    var dataset = Dataset.open(photos.data(), Split.TRAIN);
    assertEquals(1, dataset.size());
    assertArrayEquals(new float[] {1, 0, 0, 0, 0, 1}, dataset.labels().multiHot("cat"));
  }

  @Test
  void nothingIsWrittenOutsideOfTheFolder() throws IOException {
    var root = Files.createDirectories(folder.resolve("corrections"));
    var outside = Files.createDirectories(folder.resolve("outside"));
    Files.createSymbolicLink(root.resolve("hints"), outside);
    Files.createSymbolicLink(root.resolve("photos"), outside);
    try (var server = server(choice());
        var client = new Client(server)) {
      assertEquals(409, client.put("/api/annotations/val-0", STROKES).statusCode());
      for (var name :
          List.of("..%2F..%2Fx.png", "%2Fetc%2Fpasswd", "..", "a%5C..%5Cb.png", ".png")) {
        var posted = client.post("/api/images?name=" + name, "image/png", picture(96, 64));
        var id = Client.json(201, posted).get("id").asString();
        assertEquals(409, client.put("/api/annotations/" + id, STROKES).statusCode(), name);
      }
    }
    assertEquals(List.of(), filesIn(outside));
    var target = Files.writeString(outside.resolve("labels.csv"), "mine");
    Files.delete(root.resolve("hints"));
    Files.createSymbolicLink(root.resolve("labels.csv"), target);
    try (var server = server(choice());
        var client = new Client(server)) {
      assertEquals(409, client.put("/api/annotations/val-0", STROKES).statusCode());
    }
    assertEquals("mine", Files.readString(target));
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void withoutAFolderNothingIsSaved() throws IOException {
    try (var server = server();
        var client = new Client(server)) {
      assertEquals(403, client.put("/api/annotations/val-0", STROKES).statusCode());
      assertEquals(403, client.get("/api/annotations").statusCode());
    }
  }

  @Test
  void whatIsNoCorrectionIsRefused() throws IOException {
    try (var server = server(choice());
        var client = new Client(server)) {
      for (var json :
          List.of(
              "",
              "[]",
              "{\"labels\":[\"dog\"],\"strokes\":[]}",
              "{\"labels\":[\"disc\",\"disc\"],\"strokes\":[]}",
              "{\"labels\":[1],\"strokes\":[]}",
              "{\"labels\":[],\"strokes\":[{}]}",
              stroke(7, "1", "[1,1]"),
              stroke(-1, "1", "[1,1]"),
              stroke(1, "201", "[1,1]"),
              stroke(1, "-1", "[1,1]"),
              stroke(1, "\"1\"", "[1,1]"),
              stroke(1, "1", "[96,1]"),
              stroke(1, "1", "[1,-0.1]"),
              stroke(1, "1", "[1]"),
              stroke(1, "1", "[1e999,1]"),
              stroke(1, "1", "[1,1],".repeat(20_001) + "[1,1]"))) {
        var shown = json.substring(0, Math.min(80, json.length()));
        assertEquals(400, client.put("/api/annotations/val-0", json).statusCode(), shown);
      }
      var large = "{\"labels\":[],\"strokes\":[]" + " ".repeat(1 << 20) + "}";
      assertEquals(413, client.put("/api/annotations/val-0", large).statusCode());
      assertEquals(0, client.json("/api/annotations").get("entries").size());
    }
  }

  private static String stroke(int label, String radius, String points) {
    return "{\"labels\":[],\"strokes\":[{\"label\":%s,\"radiusPx\":%s,\"points\":[%s]}]}"
        .formatted(label, radius, points);
  }

  /// A line labels the pixels whose centres are within its radius, whatever its direction.
  @Test
  void aLineIsAsWideAsItsRadius() {
    var size = new ImageSize(40, 30);
    double[] ends = {5.5, 6.5, 31.5, 20.5};
    var drawn = Stroke.draw(List.of(new Stroke(3, 2.5, ends)), size);
    for (int y = 0; y < 30; y++) {
      for (int x = 0; x < 40; x++) {
        double distance = distance(x + 0.5, y + 0.5, ends);
        if (Math.abs(distance - 2.5) > 1e-9) {
          assertEquals(
              distance < 2.5 ? 3 : 255, Byte.toUnsignedInt(drawn[y * 40 + x]), x + "," + y);
        }
      }
    }
  }

  /// By ternary search along the line, other than the code that is tested.
  private static double distance(double x, double y, double[] ends) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 200; i++) {
      double a = low + (high - low) / 3;
      double b = high - (high - low) / 3;
      if (at(a, x, y, ends) < at(b, x, y, ends)) {
        high = b;
      } else {
        low = a;
      }
    }
    return at(low, x, y, ends);
  }

  private static double at(double t, double x, double y, double[] ends) {
    return Math.hypot(ends[0] + t * (ends[2] - ends[0]) - x, ends[1] + t * (ends[3] - ends[1]) - y);
  }
}
