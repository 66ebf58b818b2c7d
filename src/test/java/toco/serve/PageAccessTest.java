package toco.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every view, on a phone and on a desk, light and dark: nothing that axe-core calls serious or
/// critical, no line in the console, nothing wider than the screen.
class PageAccessTest {
  private final List<String> found = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({"390, false", "390, true", "1280, false", "1280, true"})
  void everyViewCanBeUsedByEveryone(int width, boolean dark) {
    try (var server = new PageStandIn(0);
        var browser = PageBrowser.start()) {
      server.runs.addAll(StandInRun.examples());
      browser.open(server.address(), width, 844, dark);
      browser.await("thumbnails", () -> browser.isShown("#thumbnails img[src]"));
      check(browser, "empty", width);
      browser.click("#thumbnails [data-image]");
      browser.await("maps", () -> browser.isShown("#class-list label"));
      check(browser, "segmentation", width);
      browser.click("input[value=cam]");
      check(browser, "CAM", width);
      browser.click("input[name=as][value=labels]");
      check(browser, "thresholds", width);
      browser.click("#compare");
      browser.click("#tab-patches");
      browser.stroke("canvas", 0.5, 0.4);
      browser.await("cosines", () -> browser.text("#patch-result").contains(";"));
      check(browser, "patches", width);
      browser.click("#tab-correct");
      browser.await("labels", () -> browser.isShown("#image-labels span"));
      browser.stroke("canvas", 0.5, 0.4);
      browser.click("#save");
      browser.awaitText("#save-note", "Saved");
      browser.click("#saved summary");
      browser.await("the list", () -> browser.isShown("#saved-list li"));
      check(browser, "correct", width);
      browser.drop("notes.txt", "text/plain", new byte[1]);
      check(browser, "problem", width);
      browser.click("#problem-close");
      browser.click("#to-runs");
      browser.await("charts", () -> browser.isShown("#training .line"));
      browser.click("#runs-table tr:not(.main) input");
      browser.await("two curves", () -> browser.isShown("#training .line.other"));
      browser.script("document.querySelectorAll('details').forEach((each) => each.open = true)");
      check(browser, "runs", width);
      assertEquals(List.of(), found);
      assertEquals(List.of(), browser.errors());
    }
  }

  private void check(PageBrowser browser, String view, int width) {
    browser.violations().forEach(each -> found.add(view + ": " + each));
    long wide = (Long) browser.script("return document.documentElement.scrollWidth");
    assertTrue(wide <= width, () -> "%s is %s px wide on %s".formatted(view, wide, width));
  }
}
