package toco.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.eval.EvaluationListener;
import toco.eval.MapKind;
import toco.html.Page;
import toco.run.LoggedEvaluation;
import toco.run.RunHistory;
import toco.torch.LibTorch;
import toco.train.TinyRun;

class RunReportTest {
  private static final String METRICS = "metrics.jsonl";

  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void train() {
    var config =
        TinyRun.config(
            shared.resolve("run"),
            shared.resolve("data"),
            "train.maxIters=6",
            "train.logEvery=1",
            "train.evalEvery=3",
            "train.checkpointEvery=3");
    TinyRun.train(config, new TinyRun.Watcher());
  }

  /// A copy of the run's folder, without what `left` names and what other tests wrote.
  private Path copyWithout(String... left) throws IOException {
    var copy = folder.resolve("copy");
    try (var files = Files.walk(shared.resolve("run"))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var name = shared.resolve("run").relativize(file);
        if (!List.of(left).contains(name.getName(0).toString()) && !name.endsWith("report.html")) {
          Files.createDirectories(copy.resolve(name).getParent());
          Files.copy(file, copy.resolve(name));
        }
      }
    }
    return copy;
  }

  private static RunReport.Result write(Path run, int images, String... overrides) {
    return RunReport.write(
        new RunReport.Options(run, null, "last", images, List.of(overrides)),
        EvaluationListener.NONE);
  }

  @Test
  void theReportShowsAllSectionsAndIsSelfContained() throws IOException {
    long before = LibTorch.liveTensors();
    var out = folder.resolve("new/report.html");
    var result =
        RunReport.write(
            new RunReport.Options(shared.resolve("run"), out, "last", 9, List.of()),
            EvaluationListener.NONE);
    assertEquals(new RunReport.Result(out, 2, List.of()), result);
    assertEquals(before, LibTorch.liveTensors());
    var page = Page.read(out);
    assertEquals(
        List.of(
            "losses",
            "scores",
            "classes",
            "confusion",
            "images",
            "smoothing",
            "speed",
            "environment"),
        page.attributes("//section", "id"));
    assertFalse(page.html().contains("http"), "no network");
    assertEquals(List.of(), page.all("//script | //link"));
    for (var src : page.attributes("//img", "src")) {
      assertTrue(src.startsWith("data:image/jpeg;base64,"));
    }
    assertEquals(2 * 6, page.all("//img").size());
  }

  @Test
  void everyPictureHasAnAlternativeText() throws IOException {
    var page = Page.read(write(shared.resolve("run"), 1).page());
    assertTrue(page.attributes("//img", "alt").stream().noneMatch(String::isBlank));
    for (var svg : page.all("//svg")) {
      var described =
          svg.getAttribute("role").equals("img") && !svg.getAttribute("aria-label").isBlank();
      assertTrue(described || svg.getAttribute("aria-hidden").equals("true"));
    }
    assertTrue(page.all("//th[not(@scope)]").isEmpty());
    assertEquals(1, page.all("//h1").size());
    var total =
        page.attributes("//section[@id='losses']//svg[@role='img']", "aria-label").getFirst();
    assertTrue(total.matches("Total by step\\. Total: [\\d.]+ at 1, [\\d.]+ at 6\\."), total);
  }

  /// Rows of the confusion matrix are shares: they sum to 100 %, up to rounding.
  @Test
  void theScoresAreThoseOfTheLastEvaluation() throws IOException {
    var run = shared.resolve("run");
    var history = RunHistory.read(run);
    assertEquals(
        List.of(3L, 6L), history.evaluations().stream().map(LoggedEvaluation::step).toList());
    var last = history.evaluations().getLast();
    var page = Page.read(write(run, 0).page());
    assertEquals(
        NumberFormat.PERCENT.text(last.miou(MapKind.SEG)),
        page.texts("//dl[@class='figures']//dd").getFirst());
    assertEquals(
        last.iou().keySet().stream().toList(), page.texts("//section[@id='classes']//tbody//th"));
    for (var row : page.all("//table[@class='confusion']/tbody/tr")) {
      var cells = row.getElementsByTagName("td");
      int sum = 0;
      for (int i = 0; i < cells.getLength(); i++) {
        sum +=
            cells.item(i).getTextContent().equals("–")
                ? 0
                : Integer.parseInt(cells.item(i).getTextContent());
      }
      assertTrue(sum == 0 || Math.abs(sum - 100) <= 4, row.getTextContent());
    }
  }

  @Test
  void imagesAreSortedByTheirSegmentationsIou() {
    var config = TinyRun.config(shared.resolve("run"), shared.resolve("data"));
    var checkpoint = shared.resolve("run/checkpoints/step-000006.safetensors");
    var gallery = Gallery.of(config, checkpoint, 6, 5, _ -> {}, EvaluationListener.NONE);
    assertTrue(gallery.isScored());
    var iou = gallery.images().stream().map(GalleryImage::segIou).toList();
    assertEquals(2, iou.size());
    assertTrue(iou.get(0) >= iou.get(1), iou.toString());
    assertEquals(3, gallery.blockCosine().size());
    assertTrue(gallery.blockCosine().stream().allMatch(cosine -> cosine > -1 && cosine <= 1));
  }

  @Test
  void damagedLinesAreSkippedAndReported() throws IOException {
    var run = copyWithout();
    var intact = RunHistory.read(run);
    Files.write(
        run.resolve(METRICS), new byte[] {'{', (byte) 0xFF, '}', '\n'}, StandardOpenOption.APPEND);
    Files.writeString(
        run.resolve(METRICS),
        "{\"step\":7,\"los\n[1]\n{\"losses\":{}}\n{\"step\":7,\"losses\":{\"total\":1",
        StandardOpenOption.APPEND);
    var result = write(run, 0);
    assertEquals(1, result.notes().size());
    assertTrue(
        result.notes().getFirst().startsWith("Skipped 4 damaged lines"), result.notes().toString());
    assertEquals(result.notes(), Page.read(result.page()).texts("//p[@class='warning']"));
    assertEquals(intact.steps(), RunHistory.read(run).steps());
  }

  /// The folder of a run before its first evaluation, or with only the small files copied.
  @Test
  void aRunWithoutScoresCheckpointOrSessionsIsShownWithoutThem() throws IOException {
    var run = copyWithout("checkpoints", "sessions.jsonl");
    var lines = Files.readAllLines(run.resolve(METRICS));
    Files.write(run.resolve(METRICS), lines.subList(0, 1));
    var result = write(run, 4);
    assertEquals(0, result.images());
    assertEquals(2, result.notes().size(), result.notes().toString());
    var page = Page.read(result.page());
    assertEquals(List.of("losses", "speed", "environment"), page.attributes("//section", "id"));
    assertTrue(page.texts("//p[@class='lead']").getFirst().startsWith("1 of 6 steps so far"));
  }

  /// Masks are optional: the training images are shown without scores.
  @Test
  void withoutValidationListTrainingImagesAreShownAndWithoutImagesNone() throws IOException {
    var run = copyWithout();
    var unlisted = write(run, 3, "data.layout=voc", "data.valList=lists/none.txt");
    assertEquals(3, unlisted.images());
    assertTrue(Page.read(unlisted.page()).html().contains("3 of the 8 images"));
    var away = write(run, 3, "data.layout=voc", "data.root=" + folder.resolve("nowhere"));
    assertEquals(0, away.images());
    assertTrue(away.notes().getFirst().contains("nowhere"), away.notes().toString());
  }

  @Test
  void anUnreadableImageIsReportedAndTheOthersAreShown() throws IOException {
    var image = shared.resolve("data/JPEGImages/val_00001.jpg");
    var whole = Files.readAllBytes(image);
    try {
      Files.write(image, new byte[] {1});
      var report = write(copyWithout(), 2);
      assertEquals(1, report.images());
      assertTrue(report.notes().getLast().contains(image.toString()), report.notes().toString());
      assertTrue(Page.read(report.page()).html().contains("1 of the 2 images"));
    } finally {
      Files.write(image, whole);
    }
  }

  @Test
  void theBestCheckpointIsThatOfTheBestSegmentation() throws IOException {
    var run = copyWithout();
    var history = RunHistory.read(run);
    var best =
        history.evaluations().get(0).miou(MapKind.SEG)
                >= history.evaluations().get(1).miou(MapKind.SEG)
            ? 3
            : 6;
    assertEquals(best, ReportedCheckpoint.find(run, "best", history).orElseThrow().step());
    assertEquals(6, ReportedCheckpoint.find(run, "last", history).orElseThrow().step());
    var file = run.resolve("checkpoints/step-000003.safetensors");
    assertEquals(3, ReportedCheckpoint.find(run, file.toString(), history).orElseThrow().step());
  }

  @Test
  void aFolderWithoutRunOrMetricsIsRejectedWithTheReason() throws IOException {
    var e = assertThrows(IllegalArgumentException.class, () -> write(folder, 0));
    assertTrue(e.getMessage().contains("config.yaml"), e.getMessage());
    var run = copyWithout(METRICS);
    var early = assertThrows(IllegalArgumentException.class, () -> write(run, 0));
    assertTrue(early.getMessage().contains("no metrics yet"), early.getMessage());
    assertFalse(Files.exists(run.resolve("report.html")));
  }
}
