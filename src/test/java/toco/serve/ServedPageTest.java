package toco.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The page and the server together: a network, the folder of corrections, and a training in
/// another process.
class ServedPageTest extends ServeFixture {
  private static final String CANVAS = "[data-network=main]";

  @Test
  void aPhotographIsSegmentedComparedAndCorrected() throws IOException {
    var choice = new Choice();
    choice.annotations = folder.resolve("corrections");
    var networks = List.of(network(11), network(12));
    try (var browser = PageBrowser.start();
        var server = PageServer.start(choice.options(), networks, messages::add)) {
      browser.open(URI.create(server.url()), 1280, 900, false);
      browser.await("thumbnails", () -> browser.isShown("#thumbnails img[src]"));
      browser.drop("lake.png", "image/png", new DrawnScene(0).png());
      awaitMaps(browser);
      assertEquals("lake", browser.text("#look-title"));
      browser.click("#compare");
      browser.click("#tab-patches");
      browser.stroke(CANVAS, 0.5, 0.5);
      browser.await("both cosines", () -> browser.text("#patch-result").contains(";"));
      browser.click("#compare");
      browser.click("#tab-classes");
      var coarse = browser.pixels(CANVAS);
      browser.click("#crf");
      browser.await("the CRF", () -> !browser.pixels(CANVAS).equals(coarse));

      browser.click("#thumbnails [data-image=val-1]");
      awaitMaps(browser);
      browser.click("#tab-correct");
      browser.await("labels", () -> browser.isShown("#image-labels span"));
      browser.slide("#radius", 3);
      browser.stroke(CANVAS, 0.3, 0.5, 0.6, 0.5);
      browser.click("#save");
      browser.awaitText("#save-note", "hints/");
      assertEquals(List.of(), browser.errors());
    }
    assertTrue(Files.isRegularFile(choice.annotations.resolve("labels.csv")));
    try (var hints = Files.walk(choice.annotations.resolve("hints"))) {
      assertEquals(1, hints.filter(Files::isRegularFile).count());
    }
  }

  private static void awaitMaps(PageBrowser browser) {
    browser.await(
        "maps",
        () ->
            browser.isShown("#class-list label")
                && browser.attribute("#stages", "aria-busy").equals("false"));
  }

  @Test
  void aTrainingInAnotherProcessIsWatchedFromItsBeginningToItsEnd() throws Exception {
    var choice = new Choice();
    choice.runs = List.of(Files.createDirectories(folder.resolve("runs")));
    try (var browser = PageBrowser.start();
        var server = PageServer.start(choice.options(), List.of(), messages::add)) {
      browser.open(URI.create(server.url()), 390, 844, true);
      browser.awaitText("#runs-table", "No runs in this folder yet");
      var training = train(folder.resolve("runs/night"));
      try {
        browser.awaitText("#runs-table", "night");
        browser.await("losses", () -> browser.isShown("#training .line"));
        browser.awaitText("#runs-table", "of 24");
        browser.awaitText("#runs-table", "24 of 24, finished");
        browser.awaitText("#training", "CAM mIoU");
        browser.await(
            "the last picture",
            () -> browser.attribute(".run-pictures img", "alt").endsWith("after step 24"));
        assertEquals(0, training.waitFor());
      } finally {
        training.destroyForcibly();
      }
      assertEquals(List.of(), browser.errors());
    }
  }

  private static Process train(Path run) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dtoco.library=" + System.getProperty("toco.library"),
                "-cp",
                System.getProperty("java.class.path"),
                "toco.cli.Main",
                "train",
                Path.of(System.getProperty("toco.home"), "configs", "demo.yaml").toString()));
    for (var set :
        List.of(
            "run.dir=" + run,
            "data.root=" + data,
            "data.synthetic.trainImages=5",
            "data.synthetic.valImages=3",
            "data.synthetic.testImages=2",
            "train.maxIters=24",
            "train.warmupIters=2",
            "train.logEvery=2",
            "train.samplesPerProcess=2",
            "train.threads=1",
            "train.device=cpu",
            "train.evalEvery=12",
            "train.checkpointEvery=12",
            "train.overlayEvery=12")) {
      command.add("--set");
      command.add(set);
    }
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(run.resolveSibling("night.log").toFile())
        .start();
  }
}
