package toco.serve;

import java.net.URI;
import java.nio.file.Path;

/// Writes pictures of every view at phone and desktop width, light and dark, to be looked at.
///
/// ```
/// java … toco.serve.PageShots DIR [ADDRESS]
/// ```
///
/// ADDRESS is that of a server; without it the stand-in is shown.
final class PageShots {
  private final PageBrowser browser;
  private final Path dir;
  private final String suffix;

  private PageShots(PageBrowser browser, Path dir, String suffix) {
    this.browser = browser;
    this.dir = dir;
    this.suffix = suffix;
  }

  public static void main(String[] arguments) {
    try (var standIn = new PageStandIn(0);
        var browser = PageBrowser.start()) {
      standIn.runs.addAll(StandInRun.examples());
      var page = arguments.length > 1 ? URI.create(arguments[1]) : standIn.address();
      for (boolean dark : new boolean[] {false, true}) {
        for (int width : new int[] {1280, 390}) {
          browser.open(URI.create("about:blank"), width, width == 390 ? 844 : 900, dark);
          browser.open(page, width, width == 390 ? 844 : 900, dark);
          var suffix = "-%d-%s.png".formatted(width, dark ? "dark" : "light");
          new PageShots(browser, Path.of(arguments[0]), suffix).all();
        }
      }
      System.out.println(browser.errors());
    }
  }

  private void all() {
    browser.await("thumbnails", () -> browser.isShown("#thumbnails img[src]"));
    pause();
    shoot("01-empty");
    browser.click("#thumbnails [data-image]");
    awaitMaps();
    shoot("02-segmentation");
    browser.click("input[value=cam]");
    shoot("03-cam");
    browser.click("input[name=as][value=labels]");
    shoot("04-thresholds");
    browser.click("input[name=as][value=heat]");
    browser.click("#tab-patches");
    browser.stroke("canvas", 0.42, 0.53);
    browser.await("cosines", () -> browser.text("#patch-result").contains("Row"));
    shoot("05-patches");
    if (browser.isShown("#compare-switch")) {
      browser.click("#compare");
      browser.await("two cosines", () -> browser.text("#patch-result").contains(";"));
      shoot("06-patches-two");
      browser.click("#tab-classes");
      shoot("07-cam-two");
      browser.click("#compare");
    }
    browser.click("#tab-correct");
    browser.await("labels", () -> browser.isShown("#image-labels span"));
    browser.click("#brushes label:nth-of-type(2) input");
    browser.slide("#radius", 5);
    browser.stroke("canvas", 0.4, 0.75, 0.45, 0.76, 0.5, 0.75);
    browser.click("#brushes input[value='0']");
    browser.stroke("canvas", 0.1, 0.3, 0.14, 0.35, 0.2, 0.3);
    shoot("08-correct");
    browser.click("#save");
    browser.awaitText("#save-note", "Saved");
    browser.script("scrollTo(0, 1e6)");
    shoot("09-saved");
    browser.click("#to-runs");
    browser.await("charts", () -> browser.isShown("#training .line"));
    pause();
    browser.script("scrollTo(0, 0)");
    shoot("10-runs");
    browser.click("#runs-table tr:not(.main) input");
    pause();
    browser.script("document.querySelector('.facts').scrollIntoView()");
    shoot("11-two-runs");
    browser.script("document.querySelector('#training details').scrollIntoView()");
    shoot("12-charts");
  }

  private void awaitMaps() {
    browser.await(
        "maps",
        () ->
            browser.attribute("#stages", "aria-busy").equals("false")
                && browser.isShown("#class-list label"));
  }

  private void shoot(String name) {
    browser.pixels("canvas"); // after the next frame
    browser.screenshot(dir.resolve(name + suffix));
  }

  private static void pause() {
    try {
      Thread.sleep(700);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
