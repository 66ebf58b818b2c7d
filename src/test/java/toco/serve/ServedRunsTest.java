package toco.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.files.Json;
import tools.jackson.databind.JsonNode;

/// Runs are shown from their folders alone, also while another process trains in them.
class ServedRunsTest extends ServeFixture {
  private static final long BEGAN_MS = System.currentTimeMillis() - 60_000;

  private Path run(String name) throws IOException {
    var run = Files.createDirectories(folder.resolve("runs").resolve(name));
    Files.writeString(run.resolve("config.yaml"), config("train.maxIters=1000").toYaml());
    return run;
  }

  private static void append(Path run, String text) throws IOException {
    Files.writeString(
        run.resolve("metrics.jsonl"),
        text,
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /// A step's line, 100 ms after the step before.
  private static String step(long step) {
    return ("{\"step\":%s,\"losses\":{\"cls\":0.5,\"total\":%s},\"imagesPerSecond\":40,"
            + "\"unixMs\":%s}\n")
        .formatted(step, 1.0 / step, BEGAN_MS + 100 * step);
  }

  private static String evaluation(long step, double miou) {
    return "{\"step\":%s,\"evaluation\":{\"images\":3,\"segMiou\":%s},\"seconds\":2}\n"
        .formatted(step, miou);
  }

  private PageServer runsOnly() throws IOException {
    var choice = new Choice();
    choice.runs = List.of(folder.resolve("runs"));
    return PageServer.start(choice.options(), List.of(), messages::add);
  }

  @Test
  void aTrainingIsFollowedLineByLine() throws IOException {
    var run = run("first");
    append(run, step(10) + step(20) + "{\"step\":30,\"los");
    try (var server = runsOnly();
        var client = new Client(server)) {
      var shown = client.json("/api/runs").get("runs").get(0);
      assertEquals("first", shown.get("name").asString());
      assertEquals("training", shown.get("state").asString());
      assertEquals(20, shown.get("step").intValue());
      assertEquals(1000, shown.get("steps").intValue());
      assertEquals(98, shown.get("etaS").doubleValue(), 5, "980 steps of 0.1 s");
      var metrics = "/api/runs/" + shown.get("id").asString() + "/metrics?from=";

      var begin = client.json(metrics + 0);
      assertEquals(2, begin.get("entries").size());
      assertEquals(0.05, scalar(begin.get("entries").get(1), "loss/total"));
      assertEquals(40, scalar(begin.get("entries").get(1), "speed/imagesPerSecond"));
      long next = begin.get("next").asLong();
      var none = client.json(metrics + next);
      assertEquals(0, none.get("entries").size(), "half a line");
      assertEquals(next, none.get("next").asLong());
      assertFalse(none.get("more").booleanValue());

      append(run, "ses\":{\"total\":9}}\n" + evaluation(30, 0.25));
      var more = client.json(metrics + next);
      assertEquals(2, more.get("entries").size());
      assertEquals(9, scalar(more.get("entries").get(0), "loss/total"));
      assertEquals(0.25, scalar(more.get("entries").get(1), "eval/segMiou"));
      var now = client.json("/api/runs/" + shown.get("id").asString());
      assertEquals(0.25, now.get("scores").get("segMiou").doubleValue());

      Files.writeString(run.resolve("metrics.jsonl"), step(5)); // restarted
      var reset = client.json(metrics + more.get("next").asLong());
      assertTrue(reset.get("reset").booleanValue());
      assertEquals(5, reset.get("entries").get(0).get("step").intValue());
    }
  }

  private static double scalar(JsonNode entry, String tag) {
    return entry.get("scalars").get(tag).doubleValue();
  }

  @Test
  void aLongLogComesInParts() throws IOException {
    var run = run("long");
    var text = new StringBuilder();
    for (int step = 1; step <= 30_000; step++) {
      text.append(step(step));
    }
    append(run, text.toString());
    try (var server = runsOnly();
        var client = new Client(server)) {
      var id = client.json("/api/runs").get("runs").get(0).get("id").asString();
      long from = 0;
      int entries = 0;
      for (boolean more = true; more; ) {
        var part = client.json("/api/runs/" + id + "/metrics?from=" + from);
        entries += part.get("entries").size();
        assertTrue(part.get("entries").size() < 15_000, "a part is bounded");
        from = part.get("next").asLong();
        more = part.get("more").booleanValue();
      }
      assertEquals(30_000, entries);
      assertEquals(text.length(), from);
    }
  }

  @Test
  void finishedAndQuietRunsAreNotTraining() throws IOException {
    append(run("done"), step(990) + step(1000));
    var quiet = run("quiet");
    append(quiet, step(10) + step(20));
    Files.setLastModifiedTime(
        quiet.resolve("metrics.jsonl"), FileTime.fromMillis(BEGAN_MS - 3_600_000));
    run("nested/new");
    try (var server = runsOnly();
        var client = new Client(server)) {
      var runs = client.json("/api/runs").get("runs");
      assertEquals(3, runs.size());
      assertEquals("finished", runs.get(0).get("state").asString());
      assertEquals("nested/new", runs.get(1).get("name").asString());
      assertEquals("stopped", runs.get(2).get("state").asString());
      assertTrue(runs.get(2).get("etaS").isNull());
    }
  }

  @Test
  void picturesAreFoundByTheirSteps() throws IOException {
    var run = run("pictured");
    var png = picture(8, 8);
    Files.createDirectories(run.resolve("overlays"));
    for (var name : List.of("step-000020.png", "step-000003.png", "eval-val.png")) {
      Files.write(run.resolve("overlays").resolve(name), png);
    }
    try (var server = runsOnly();
        var client = new Client(server)) {
      var id = client.json("/api/runs").get("runs").get(0).get("id").asString();
      var path = "/api/runs/" + id;
      assertEquals(Json.MAPPER.readTree("[3,20]"), client.json(path).get("pictures"));
      assertArrayEquals(png, client.get(path + "/pictures/20").body());
      assertEquals(404, client.get(path + "/pictures/4").statusCode());
      assertEquals(400, client.get(path + "/pictures/eval-val").statusCode());
      assertEquals(404, client.get("/api/runs/000000000000").statusCode());
    }
  }

  @Test
  void withoutANetworkImagesAreRefusedAndThePageIsServed() throws IOException {
    run("first");
    try (var server = runsOnly();
        var client = new Client(server)) {
      assertEquals(0, client.json("/api/info").get("networks").size());
      assertTrue(client.json("/api/info").get("runs").get("enabled").booleanValue());
      assertEquals(200, client.get("/").statusCode());
      assertEquals(409, client.post("/api/segment", "image/png", picture(8, 8)).statusCode());
    }
  }
}
