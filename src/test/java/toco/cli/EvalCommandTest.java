package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.SafeTensors;
import toco.config.Config;
import toco.files.Json;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Rng;

/// The command around a small network with random weights, on a handful of synthetic images.
class EvalCommandTest {
  private static final Path CONFIG = Path.of("configs/demo.yaml");

  @TempDir Path folder;

  private List<String> settings;
  private Path checkpoint;

  @BeforeEach
  void makeCheckpoint() {
    settings =
        List.of(
            "run.dir=" + folder.resolve("run"),
            "data.root=" + folder.resolve("data"),
            "data.synthetic.trainImages=1",
            "data.synthetic.valImages=5",
            "data.synthetic.testImages=1",
            "model.embedDim=24",
            "model.depth=3",
            "model.projectionHidden=16",
            "model.projectionOut=12",
            "model.decoderChannels=8");
    checkpoint = folder.resolve("weights.safetensors");
    Rng.manualSeed(1);
    try (var model = new Toco(Config.load(CONFIG, settings).model(), Device.CPU)) {
      SafeTensors.write(checkpoint, model.params().all(), Map.of());
    }
  }

  private Cli.Result eval(Object... more) {
    var args = new ArrayList<Object>(List.of("eval", CONFIG, "--checkpoint", checkpoint));
    settings.forEach(setting -> args.addAll(List.of("--set", setting)));
    args.addAll(Arrays.asList(more));
    return Cli.run(args.toArray());
  }

  private Path results(String name) {
    return folder.resolve("run/eval").resolve(name);
  }

  @Test
  void scoresCarryTheirProtocolAndCheckpoint() throws IOException {
    var result = eval("--bootstrap", 20);
    assertEquals(0, result.status(), result.err());
    for (var part :
        List.of(
            "IoU, %",
            "seg.miou",
            "protocol    train-time: split val, 96 px, scales 1, no mirror images",
            "SHA-256 ",
            " threads")) {
      assertTrue(result.out().contains(part), result.out());
    }
    var json = Json.MAPPER.readTree(Files.readString(results("train-time-val/eval.json")));
    assertEquals("train-time", json.at("/protocol/name").asString());
    assertEquals("val", json.at("/split").asString());
    assertEquals(64, json.at("/checkpointSha256").asString().length());
    assertEquals("cpu", json.at("/environment/device").asString());
    assertEquals(5, json.at("/images").asInt());
    assertEquals(20, json.at("/bootstrap/resamples").asInt());
    assertTrue(json.has("segMiou") && json.has("camMiou"));
  }

  @Test
  void jsonIsThatOfTheFile() throws IOException {
    var result = eval("--json", "--protocol", "coco", "--out", folder.resolve("out"));
    assertEquals(0, result.status(), result.err());
    var file = Json.MAPPER.readTree(Files.readString(folder.resolve("out/eval.json")));
    assertEquals(file, Json.MAPPER.readTree(result.out()));
    assertEquals("[1.0,1.5,1.25]", file.at("/protocol/scales").toString());
    assertEquals("max", file.at("/protocol/flip").asString());
    assertEquals("sum", file.at("/protocol/combine").asString());
    assertEquals(448, file.at("/protocol/sizePx").asInt());
    assertFalse(file.has("camMiou")); // the published protocols score segmentations
  }

  @Test
  void mergedShardsPrintWhatOneRunPrints() {
    var whole = eval("--protocol", "voc");
    var out = folder.resolve("parts");
    for (var shard : List.of("2/2", "1/2")) {
      var part = eval("--protocol", "voc", "--shard", shard, "--out", out);
      assertEquals(0, part.status(), part.err());
      assertEquals("", part.out());
    }
    var merged = Cli.run("eval", "merge", out);
    assertEquals(0, merged.status(), merged.err());
    assertEquals(whole.out(), merged.out());
    assertTrue(Files.exists(out.resolve("eval.json")));
  }

  @Test
  void aSampleThatCannotBeScoredShowsInTheStatus() throws IOException {
    assertEquals(0, eval().status());
    var masks = folder.resolve("data/SegmentationClassAug");
    Path gone;
    try (var all = Files.list(masks)) {
      var names = Files.readAllLines(folder.resolve("data/lists/val.txt"));
      gone =
          all.filter(file -> names.contains(file.getFileName().toString().replace(".png", "")))
              .findFirst()
              .orElseThrow();
    }
    Files.writeString(gone, "no mask");
    var result = eval();
    assertEquals(3, result.status(), result.err());
    var name = gone.getFileName().toString().replace(".png", "");
    assertTrue(result.err().contains("1 of 5 images are not scored"), result.err());
    assertEquals(2, result.err().lines().filter(line -> line.contains(name)).count(), result.err());
    assertTrue(result.out().contains("skipped     1 of 5 images"), result.out());
  }

  @Test
  void customIsWhatTheKeysSay() {
    var custom = List.of("--protocol", "custom", "--set", "eval.flip=sum", "--set");
    var args = new ArrayList<Object>(custom);
    args.add("eval.scales=[1, 0.5]");
    var result = eval(args.toArray());
    assertEquals(0, result.status(), result.err());
    assertTrue(result.out().contains("scales 1 0.5, flip pair sum, over scales max"), result.out());
  }

  @Test
  void keysWithoutEffectAreRefused() {
    assertFails(
        2, "--set eval.flip=max has no effect", "--protocol", "voc", "--set", "eval.flip=max");
    assertFails(
        2, "--set eval.flip=max has no effect", "--protocol", "voc", "--set", " eval.flip = max");
    assertFails(1, "eval.scales must be [1]", "--set", "eval.scales=[1, 2]");
    assertFails(2, "must be written I/N", "--shard", "three");
    assertFails(2, "--bootstrap must be ≥ 2", "--bootstrap", "1");
    assertFails(2, "--crf-workers must be ≥ 1", "--crf-workers", "0");
    assertFails(2, "expected train-time, voc, voc-crf, coco,", "--protocol", "vocc");
  }

  private void assertFails(int status, String part, Object... more) {
    var result = eval(more);
    assertEquals(status, result.status(), result.err());
    assertTrue(result.err().contains(part), result.err());
    assertFalse(Files.exists(folder.resolve("run")), "nothing was written");
  }
}
