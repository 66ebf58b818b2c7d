package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.ClassPlaces;
import toco.files.Json;
import toco.image.Resources;
import toco.torch.Accelerator;
import toco.torch.Device;
import tools.jackson.databind.JsonNode;

/// `bench gpu`, on the CPU: all but the device is as on a GPU.
class BenchGpuCommandTest {
  private static final String CASE = "ptc_loss.safetensors";

  @TempDir Path folder;

  /// Prints what JUnit's console would.
  static final class Feed {
    private Feed() {}

    public static void main(String[] args) {
      System.out.println("JUnit Jupiter > CudaTest > copies() :: STARTED");
      System.out.println("JUnit Jupiter > CudaTest > copies() :: SUCCESSFUL");
    }
  }

  private static JsonNode rows(JsonNode result, String section) {
    for (var found : result.path("sections")) {
      if (found.path("name").asString("").equals(section)) {
        assertEquals("done", found.path("status").asString(""), found.toString());
        return found.path("rows");
      }
    }
    throw new AssertionError("no section " + section + " in " + result);
  }

  @Test
  void everySectionHasItsResults() throws IOException {
    var golden = Files.createDirectory(folder.resolve("golden"));
    Files.copy(Resources.path("golden/" + CASE), golden.resolve(CASE));
    var feed =
        Files.writeString(
            folder.resolve("tests.args"),
            "-cp \"%s\" %s".formatted(ClassPlaces.of(Feed.class), Feed.class.getName()));
    var out = folder.resolve("out");

    var run =
        Cli.run(
            "bench",
            "gpu",
            "--device",
            "cpu",
            "--tiny",
            "--json",
            "--card",
            "NVIDIA H200",
            "--seconds",
            400,
            "--golden",
            golden,
            "--tests",
            feed,
            "--out",
            out);

    assertEquals(0, run.status(), run.out() + run.err());
    var result = Json.MAPPER.readTree(run.out());
    assertEquals(result, Json.MAPPER.readTree(Files.readString(out.resolve("gpu.json"))));
    assertEquals("cpu", result.path("device").asString(""));
    assertEquals(0, result.path("cut").size() + result.path("failed").size());
    assertEquals("CudaTest > copies()", rows(result, "tests").at("/passed/0").asString(""));
    assertEquals(1, rows(result, "parity").get(0).path("cases").asInt(0));
    stepsAreComplete(rows(result, "steps"));
    var activity = rows(result, "trace").get(0).path("activity");
    assertTrue(activity.path("operators").asInt(0) > 1000, activity.toString());
    loaderIsComplete(rows(result, "loader"));
    var demo = rows(result, "demo").get(0);
    assertEquals(3, demo.path("steps").asInt(0));
    assertTrue(demo.path("segMiou").isNumber(), demo.toString());
    try (var trace = new GZIPInputStream(Files.newInputStream(out.resolve("trace.json.gz")))) {
      assertTrue(Json.MAPPER.readTree(trace).path("traceEvents").size() > 1000);
    }
    var table = Files.readString(out.resolve("gpu.txt"));
    for (var text : List.of("NVIDIA H200, cpu;", "1 passed, 0 failed", "0 missed", "waits ")) {
      assertTrue(table.contains(text), table);
    }
    assertFalse(table.contains("not one whose data sheet"), table);
  }

  private static void stepsAreComplete(JsonNode steps) {
    assertEquals(4, steps.size(), "two numbers of images, two number formats");
    for (var row : steps) {
      double seconds = row.path("stepSeconds").asDouble(0);
      int samples = row.path("samples").asInt(0);
      assertTrue(seconds > 0, row.toString());
      assertEquals(samples / seconds, row.path("imagesPerSecond").asDouble(0), 1e-9 / seconds);
      assertTrue(row.path("peakBytes").asLong(0) > 50_000_000, "a process with LibTorch has more");
      double tflops = row.path("gflop").asDouble(0) * 1e-3 / seconds;
      assertEquals(tflops, row.path("tflops").asDouble(0), 1e-12);
      double peak = row.path("precision").asString("").equals("bfloat16") ? 989 : 67;
      assertEquals(tflops / peak, row.path("shareOfPeak").asDouble(0), 1e-12);
    }
  }

  private static void loaderIsComplete(JsonNode loader) {
    assertEquals(
        List.of("augmentation", "loader", "steps"),
        loader.valueStream().map(row -> row.path("measure").asString("")).toList());
    loader.forEach(row -> assertTrue(row.path("imagesPerSecond").asDouble(0) > 0, row.toString()));
    double share = loader.get(2).path("waitShare").asDouble(-1);
    assertTrue(share >= 0 && share <= 1, loader.toString());
  }

  /// Of the sections that are named, in a folder with the next number.
  @Test
  void withoutACardThereAreNoShares() throws IOException {
    var out = Files.createDirectory(folder.resolve("out"));
    var run =
        Cli.run(
            "bench",
            "gpu",
            "--device",
            "cpu",
            "--tiny",
            "--only",
            "steps",
            "--seconds",
            200,
            "--out",
            out);
    assertEquals(0, run.status(), run.out() + run.err());
    assertTrue(run.out().contains("not one whose data sheet is known"), run.out());
    assertFalse(run.out().contains("demo"), run.out());
    assertTrue(run.err().contains("toco: steps done in "), run.err());
    assertTrue(Files.exists(folder.resolve("out-2/gpu.txt")));
  }

  @Test
  void aGpuThatIsNotThereIsOneLine() {
    assumeTrue(Accelerator.count(Device.Kind.CUDA) == 0, "there is a GPU");
    var run = Cli.run("bench", "gpu", "--out", folder.resolve("out"));
    assertEquals(1, run.status());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("LibTorch sees no GPU"), run.err());
    assertFalse(Files.exists(folder.resolve("out")));
  }
}
