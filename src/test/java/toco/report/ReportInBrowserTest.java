package toco.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.eval.EvaluationListener;
import toco.html.Chromium;
import toco.image.ImageDecoder;
import toco.train.TinyRun;

/// The page in a browser. Skipped without Chromium.
class ReportInBrowserTest {
  private static final String TOO_WIDE =
      """
      [...document.querySelectorAll('body *')]
        .filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + 0.5)
        .map(e => e.tagName + '.' + e.className)
      """;
  private static final String TOPS =
      "[...document.querySelectorAll('.shot')].map(e => e.getBoundingClientRect().top)";

  @TempDir Path folder;

  @Test
  void thePageFitsPhonesAndScreensInLightAndDark() throws Exception {
    var program = Chromium.program();
    assumeTrue(program.isPresent(), "no Chromium on the path");
    var run = folder.resolve("run");
    var classes =
        IntStream.rangeClosed(1, 6).mapToObj("a class with the long name %d"::formatted).toList();
    TinyRun.train(
        TinyRun.config(
            run,
            folder.resolve("data"),
            "train.maxIters=3",
            "train.logEvery=1",
            "data.valList=lists/train.txt"),
        new TinyRun.Watcher());
    var names = "data.classNames=[" + String.join(", ", classes) + "]";
    var page =
        RunReport.write(
                new RunReport.Options(run, null, "last", 4, List.of("data.layout=voc", names)),
                EvaluationListener.NONE)
            .page();
    try (var browser = Chromium.start(program.get(), folder.resolve("profile"))) {
      for (int width : new int[] {390, 1280}) {
        for (boolean dark : new boolean[] {false, true}) {
          browser.open(page, width, 900, dark);
          var where = width + (dark ? " px, dark" : " px, light");
          assertEquals("[]", browser.evaluate(TOO_WIDE).toString(), where);
          var root = browser.evaluate("document.documentElement.scrollWidth").intValue();
          assertTrue(root <= width, where + ": " + root);
          assertTrue(
              browser
                  .evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
                  .booleanValue(),
              where);
          assertShows(browser.screenshot(), width, dark);
        }
      }
      var bestFirst = browser.evaluate(TOPS);
      browser.evaluate("document.getElementById('worst-first').click()");
      var worstFirst = browser.evaluate(TOPS);
      int last = bestFirst.size() - 1;
      assertEquals(3, last);
      assertTrue(bestFirst.get(0).doubleValue() < bestFirst.get(last).doubleValue());
      assertTrue(worstFirst.get(0).doubleValue() > worstFirst.get(last).doubleValue());
    }
  }

  /// A picture as wide as the page, on paper of the scheme, with ink on it.
  private void assertShows(byte[] png, int width, boolean dark) throws Exception {
    var file = Files.write(folder.resolve("page.png"), png);
    try (var arena = Arena.ofConfined()) {
      var picture = ImageDecoder.decode(file, arena);
      assertTrue(picture.widthPx() <= width && picture.widthPx() > width - 20);
      assertTrue(picture.heightPx() > 2000);
      var pixels = picture.pixels().asByteBuffer();
      int paper = pixels.get(0) & 0xFF;
      assertTrue(dark ? paper < 40 : paper > 240, "paper " + paper);
      int ink = 0;
      for (int i = 0; i < pixels.limit(); i += 3) {
        ink += Math.abs((pixels.get(i) & 0xFF) - paper) > 100 ? 1 : 0;
      }
      assertTrue(ink > 10_000, "ink " + ink);
    }
  }
}
