package toco.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// What a reader does with a photograph, in Chromium.
class PageTest extends PageFixture {
  @Test
  void aDroppedPhotographIsUploadedAndShownWithItsClasses() {
    dropScene();
    assertTrue(server.requests.contains("/api/images?name=lake.png"), server.requests::toString);
    assertEquals("lake", browser.text("#look-title"));
    assertTrue(
        browser.text("#look-result").contains("boat\u00a0.95"), browser.text("#look-result"));
    assertTrue(
        browser.attribute(CANVAS, "aria-label").contains("boat, score .95, covers 4 %"),
        browser.attribute(CANVAS, "aria-label"));
    assertTrue(browser.text("#announcer").contains("boat"), "not read out");
    assertEquals(List.of(), browser.errors());
  }

  @Test
  void slidersChangeThePictureAtOnceWithoutAnyRequest() {
    dropScene();
    browser.click("input[value=cam]");
    var before = browser.pixels(CANVAS);
    int asked = server.asked().size();

    browser.slide("#opacity", 0.2);
    var fainter = browser.pixels(CANVAS);
    browser.slide("#cut", 0.8);
    var less = browser.pixels(CANVAS);
    browser.click("input[name=as][value=labels]");
    var labels = browser.pixels(CANVAS);
    browser.slide("#high", 0.9);
    var stricter = browser.pixels(CANVAS);
    browser.click("input[value=aux]");
    var auxiliary = browser.pixels(CANVAS);

    var pictures = List.of(before, fainter, less, labels, stricter, auxiliary);
    assertEquals(pictures.size(), pictures.stream().distinct().count(), "some were equal");
    assertEquals(asked, server.asked().size(), server.requests::toString);
  }

  @Test
  void theOverlayIsClearAtOpacityZeroAndTheClassColourAtOne() {
    dropScene();
    var boat = boat();
    browser.slide("#opacity", 1);
    browser.pixels(CANVAS);
    assertEquals(List.of(0L, 128L, 0L), browser.colour(CANVAS, boat[0], boat[1]));
    browser.slide("#opacity", 0);
    browser.pixels(CANVAS);
    var bare = browser.colour(CANVAS, boat[0], boat[1]);
    browser.slide("#opacity", 1);
    browser.click("#class-list input[value='2']"); // hides the boat
    browser.pixels(CANVAS);
    assertEquals(bare, browser.colour(CANVAS, boat[0], boat[1]));
  }

  /// The middle of the scene's boat, as fractions.
  private static double[] boat() {
    var labels = new DrawnScene(0).labels();
    double x = 0;
    double y = 0;
    int count = 0;
    for (int at = 0; at < labels.length; at++) {
      if (labels[at] == 2 && at / DrawnScene.WIDTH_PX > 285) { // the hull, without the sails
        x += at % DrawnScene.WIDTH_PX;
        y += at / DrawnScene.WIDTH_PX;
        count++;
      }
    }
    return new double[] {x / count / DrawnScene.WIDTH_PX, y / count / DrawnScene.HEIGHT_PX};
  }

  @Test
  void theLowThresholdNeverPassesTheHighOne() {
    dropScene();
    browser.click("input[value=cam]");
    browser.click("input[name=as][value=labels]");
    browser.slide("#low", 0.9);
    assertEquals("0.9", browser.script("return document.querySelector('#high').value"));
    browser.slide("#high", 0.4);
    assertEquals("0.4", browser.script("return document.querySelector('#low').value"));
  }

  @Test
  void theCrfIsComputedOnlyOnRequest() {
    dropScene();
    var before = browser.pixels(CANVAS);
    assertFalse(server.requests.stream().anyMatch(path -> path.contains("/crf")));
    browser.click("#crf");
    browser.await("another picture", () -> !browser.pixels(CANVAS).equals(before));
    browser.click("#crf");
    assertEquals(before, browser.pixels(CANVAS));
    browser.click("#crf");
    assertEquals(
        1, server.requests.stream().filter(path -> path.contains("/crf")).count(), "asked again");
  }

  @Test
  void aClickedPatchIsComparedWithAllOthersAtEveryBlock() {
    dropScene();
    browser.click("#tab-patches");
    browser.stroke(CANVAS, 0.5, 0.5);
    browser.awaitText("#patch-result", "Row 11, column 15");
    var last = browser.pixels(CANVAS);
    int asked = server.asked().size();
    browser.slide("#block", 2);
    assertNotEquals(last, browser.pixels(CANVAS));
    assertTrue(browser.text("#patch-result").contains("block 2 of 12"));
    assertEquals(asked, server.asked().size(), "the slider asked the server");
    assertTrue(browser.isShown("#curve .line.main"));
    assertTrue(browser.isShown("#curve .line.thin"), "no curve of the patch");
  }

  @Test
  void keysMoveThePatchAndTheBlock() {
    dropScene();
    browser.click("#tab-patches");
    browser.script("document.querySelector(arguments[0]).focus()", CANVAS);
    browser.keys(Keys.ARROW_RIGHT); // chooses the middle
    browser.awaitText("#patch-result", "Row 11, column 15");
    browser.keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN);
    browser.awaitText("#patch-result", "Row 12, column 16");
    browser.keys(Keys.PAGE_DOWN);
    browser.awaitText("#patch-result", "block 11 of 12");
    assertTrue(browser.text("#announcer").contains("Row 12, column 16"), "not read out");
  }

  @Test
  void twoNetworksStandSideBySide() {
    dropScene();
    assertFalse(server.requests.stream().anyMatch(path -> path.contains("network=compare")));
    browser.click("#compare");
    browser.awaitText(".stage:nth-child(2) figcaption", "boat");
    browser.click("#tab-patches");
    browser.stroke(CANVAS, 0.5, 0.5);
    browser.awaitText("#patch-result", "(without-contrasts)");
    assertNotEquals(browser.pixels(CANVAS), browser.pixels("[data-network=compare]"));
    assertTrue(browser.isShown("#curve .line.other"));
    var left = browser.find(CANVAS).getRect();
    var right = browser.find("[data-network=compare]").getRect();
    assertEquals(left.y, right.y);
    assertTrue(right.x >= left.x + left.width);
  }
}
