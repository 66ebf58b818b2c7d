package toco.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.WeightsFile;
import toco.config.Overrides;
import toco.demo.TrainingRun;
import toco.files.Json;
import toco.model.Toco;
import toco.reproduce.Reproduction.End;
import toco.torch.Device;
import toco.torch.TensorTest;
import toco.train.TinyRun;
import toco.train.Trainer;

/// Dry runs of a network and a data set so small that they take seconds, and learn nothing.
@TensorTest(scope = false)
class ReproductionTest {

  private static final List<String> NETWORK =
      List.of(
          "model.embedDim=24", "model.patchSizePx=16", "model.depth=3", "model.decoderChannels=8");

  private static final List<String> RUN =
      List.of(
          "train.maxIters=6",
          "train.warmupIters=1",
          "train.samplesPerProcess=2",
          "eval.sizePx=64",
          "train.logEvery=2",
          "train.evalEvery=3",
          "train.checkpointEvery=3",
          "train.overlayEvery=0",
          "data.synthetic.trainImages=8",
          "data.synthetic.valImages=3",
          "data.synthetic.testImages=1");

  private static final List<String> HEADS =
      List.of(
          "model.projectionHidden=16", "model.projectionBottleneck=8", "model.projectionOut=12");

  @TempDir Path folder;

  private final StringBuilder shown = new StringBuilder();

  private Path run() {
    return folder.resolve("run");
  }

  private Reproduction.Result reproduce(ReproduceOptions options, TrainingRun training) {
    var watcher = new Reproduction.Watcher(new TinyRun.Watcher(), (_, _, _) -> {}, shown::append);
    return Reproduction.run(options, watcher, training);
  }

  private ReproduceOptions dry(PublishedRecipe recipe, boolean checkOnly, String... more) {
    var own = new ArrayList<>(HEADS);
    own.addAll(
        List.of(
            "train.localCrops=2",
            "augment.cropSizePx=64",
            "loss.segStartIter=2",
            "loss.regStartIter=2"));
    own.addAll(List.of(more));
    return dry(recipe, own, checkOnly);
  }

  private ReproduceOptions dry(PublishedRecipe recipe, List<String> own, boolean checkOnly) {
    var keys = new ArrayList<>(NETWORK);
    keys.addAll(RUN);
    keys.add("data.root=" + folder.resolve("data"));
    keys.addAll(own);
    return new ReproduceOptions(
        recipe,
        Path.of("configs"),
        null,
        null,
        run(),
        Overrides.parse(keys),
        true,
        checkOnly,
        false);
  }

  @Test
  void aDryRunGoesTheWholeWayAndLeavesNoTensor() throws IOException {
    var result = reproduce(dry(PublishedRecipe.COCO_DEIT_B, false), Trainer::run);
    assertEquals(End.COMPARED, result.end());
    for (var part :
        List.of(
            "measured: 20 steps per phase",
            "steps 1 to 2:",
            "steps 3 to 6:",
            "usable",
            "its results cannot be compared",
            "| coco-crf ",
            "| 41.30 ")) {
      assertTrue(shown.toString().contains(part), part + " in\n" + shown);
    }
    var json = Json.MAPPER.readTree(Files.readAllBytes(run().resolve("reproduce.json")));
    assertTrue(json.path("dryRun").asBoolean());
    var protocols =
        json.path("scores").values().stream().map(it -> it.path("protocol").asString()).distinct();
    assertEquals(List.of("train-time", "coco", "coco-crf", "eval cam"), protocols.toList());
    for (var loss : json.path("losses").values()) {
      assertFalse(loss.path("ours").isNull(), loss.toString());
    }
    assertTrue(json.path("forecast").path("seconds").asDouble() > 0);
    assertTrue(shown.toString().endsWith(Files.readString(run().resolve("reproduce.md"))));
  }

  @Test
  void aDryRunOfMoReIsEvaluatedByItsProtocols() throws IOException {
    var own =
        List.of(
            "augment.cropSizePx=112", // 7 patches: the least that a loss can take
            "more.segStartIter=2",
            "more.regStartIter=2",
            "more.mainCamStartIter=4");
    var result = reproduce(dry(PublishedRecipe.VOC_MORE, own, false), Trainer::run);
    assertEquals(End.COMPARED, result.end());
    assertProtocols("train-time", "more", "more-crf", "more-cam2seg", "more-cam2seg-crf");
    for (var part : List.of("| 74.60 ", "| 76.40 ", "| 75.00 ", "| 24.8204 ", "| 73.36 ")) {
      assertTrue(shown.toString().contains(part), part + " in\n" + shown);
    }
  }

  @Test
  void aDryRunOfCosaHasLabelsKnownScores() throws IOException {
    var own = List.of("augment.cropSizePx=64", "cosa.denseStartIter=2");
    var result = reproduce(dry(PublishedRecipe.VOC_COSA, own, false), Trainer::run);
    assertEquals(End.COMPARED, result.end());
    assertProtocols("train-time", "cosa", "cosa-crf");
    for (var part : List.of("seg + CRF, labels-known | ", "| 75.25 ", "| 76.19 ", "| 6.4637 ")) {
      assertTrue(shown.toString().contains(part), part + " in\n" + shown);
    }
  }

  /// Our scores have these protocols, and those of CAMs at every threshold; all losses are there.
  private void assertProtocols(String... protocols) throws IOException {
    var json = Json.MAPPER.readTree(Files.readAllBytes(run().resolve("reproduce.json")));
    var expected = new ArrayList<>(List.of(protocols));
    expected.add("eval cam");
    var ours =
        json.path("scores").values().stream()
            .filter(score -> !score.path("ours").isNull())
            .map(score -> score.path("protocol").asString())
            .distinct();
    assertEquals(expected, ours.toList());
    for (var loss : json.path("losses").values()) {
      assertFalse(loss.path("ours").isNull(), loss.toString());
    }
  }

  @Test
  void resumingAfterAnInterruptionTrainsNothingTwice() throws IOException {
    var options = dry(PublishedRecipe.VOC_DEIT_B, false);
    var stopped =
        reproduce(
            options,
            trainer -> {
              trainer.requestStop();
              return trainer.run();
            });
    assertEquals(End.STOPPED, stopped.end());
    assertNull(stopped.comparison());
    assertEquals(End.COMPARED, reproduce(options, Trainer::run).end());
    var page = Files.readString(run().resolve("reproduce.md"));
    var metrics = Files.readString(run().resolve("metrics.jsonl"));
    var again =
        reproduce(options, _ -> fail("training started again, although " + run() + " is trained"));
    assertEquals(End.COMPARED, again.end());
    assertNull(again.forecast());
    assertEquals(page, Files.readString(run().resolve("reproduce.md")));
    assertEquals(metrics, Files.readString(run().resolve("metrics.jsonl")));
  }

  @Test
  void anotherRunsFolderIsRefused() {
    reproduce(
        dry(PublishedRecipe.VOC_DEIT_B, false),
        trainer -> {
          trainer.requestStop();
          return trainer.run();
        });
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> reproduce(dry(PublishedRecipe.VOC_DEIT_B, false, "optim.lr=0.5"), Trainer::run));
    assertTrue(String.valueOf(refused.getMessage()).contains("optim.lr is "), refused.toString());
  }

  @Test
  void checkOnlyTrainsNothing() {
    var result = reproduce(dry(PublishedRecipe.VOC_DEIT_B, true), _ -> fail("training began"));
    assertEquals(End.CHECKED, result.end());
    assertNotNull(result.forecast());
    assertFalse(Files.exists(run()));
  }

  @Test
  void theForecastIsOfWholeSteps() {
    var result =
        reproduce(
            dry(PublishedRecipe.VOC_DEIT_B, true, "train.gradientAccumulation=3"),
            _ -> fail("trained"));
    var device = assertNotNullForecast(result).device();
    assertTrue(device.contains("6 images per step"), device); // 2 samples, 3 micro-batches
  }

  private static Forecast assertNotNullForecast(Reproduction.Result result) {
    var forecast = result.forecast();
    assertNotNull(forecast);
    return forecast;
  }

  @Test
  void allThatIsWrongIsFoundAtOnce() throws IOException {
    var data = Files.createDirectories(folder.resolve("voc"));
    Files.createDirectories(data.resolve("JPEGImages"));
    Files.createDirectories(data.resolve("lists"));
    Files.writeString(data.resolve("lists/train_aug.txt"), "2007_000032\n");
    var weights = Files.writeString(folder.resolve("weights.pth"), "no weights");
    var options =
        new ReproduceOptions(
            PublishedRecipe.VOC_DEIT_B,
            Path.of("configs"),
            data,
            weights,
            run(),
            Overrides.of("model.backbone", "deit_tiny_patch16_224"),
            false,
            false,
            true);
    var result = reproduce(options, _ -> fail("training began"));
    assertEquals(End.REFUSED, result.end());
    for (var part :
        List.of(
            "train_aug.txt: expected 10,582 names, got 1",
            "val.txt: no such list",
            "error    weights: " + weights,
            "cls_labels_onehot.npy",
            "model.backbone is deit_tiny_patch16_224, but deit_base_patch16_224 in the recipe")) {
      assertTrue(shown.toString().contains(part), part + " in\n" + shown);
    }
    assertFalse(Files.exists(run()));
  }

  /// As huggingface_hub downloads them.
  @Test
  void weightsMayBeAFolder() throws IOException {
    var weights = Files.createDirectories(folder.resolve("encoder"));
    var keys = new ArrayList<>(NETWORK);
    keys.addAll(HEADS);
    keys.addAll(List.of("model.backbone=custom", "model.imageSizePx=32", "model.numHeads=2"));
    var options =
        new ReproduceOptions(
            PublishedRecipe.VOC_DEIT_B,
            Path.of("configs"),
            folder,
            weights,
            run(),
            Overrides.parse(keys),
            false,
            true,
            true);
    try (var network = new Toco(Plan.of(options).training().model(), Device.CPU)) {
      WeightsFile.write(
          weights.resolve("model.safetensors"),
          network.params().all(),
          new WeightsFile.Form("", null));
    }
    reproduce(options, _ -> fail("training began"));
    var note = "fits, but is a folder, not the published file";
    assertTrue(shown.toString().contains(note), shown::toString);
  }
}
