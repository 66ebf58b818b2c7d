package toco.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// Corrections of an image, in Chromium.
class PageStrokesTest extends PageFixture {
  @Test
  void strokesAndLabelsAreSavedAsTheyWereDrawn() {
    browser.click("[data-image=val-1]");
    awaitMaps();
    browser.click("#tab-correct");
    browser.await("labels", () -> browser.isShown("#image-labels span"));
    assertFalse(browser.find("#save").isEnabled(), "nothing to save yet");
    var before = browser.pixels(CANVAS);
    browser.click("#brushes input[value='6']"); // sheep
    browser.slide("#radius", 6);
    browser.stroke(CANVAS, 0.2, 0.5, 0.3, 0.5, 0.4, 0.5);
    assertNotEquals(before, browser.pixels(CANVAS));
    browser.click("#brushes input[value='255']");
    browser.stroke(CANVAS, 0.3, 0.5);
    browser.stroke(CANVAS, 0.6, 0.6);
    browser.click("#undo");
    browser.script("document.querySelector('#image-labels input').click()"); // not a bird
    browser.click("#save");
    browser.awaitText("#save-note", "Saved 1234 pixels");

    var saved = server.saved("val-1");
    assertEquals(2, saved.path("strokes").size(), saved::toString);
    var stroke = saved.path("strokes").get(0);
    assertEquals(6, stroke.path("label").asInt());
    assertEquals(6, stroke.path("radiusPx").asInt());
    assertEquals(100, stroke.path("points").get(0).get(0).asDouble(), 1.5); // 20 % of 500 pixels
    assertEquals(187.5, stroke.path("points").get(0).get(1).asDouble(), 1.5);
    assertTrue(stroke.path("points").size() >= 3, stroke::toString);
    assertEquals(255, saved.path("strokes").get(1).path("label").asInt());
    assertFalse(saved.path("labels").toString().contains("bird"), saved::toString);
    assertTrue(saved.path("labels").toString().contains("sheep"), saved::toString);
    assertEquals(List.of(), browser.errors());
  }

  @Test
  void pointsAreDrawnAndTakenBackWithTheKeys() {
    dropScene();
    browser.click("#tab-correct");
    browser.await("labels", () -> browser.isShown("#image-labels span"));
    browser.script("document.querySelector(arguments[0]).focus()", CANVAS);
    browser.keys(Keys.ARROW_LEFT, Keys.SPACE, Keys.ARROW_LEFT, Keys.SPACE);
    browser.keys(Keys.chord(Keys.CONTROL, "z"));
    browser.click("#save");
    browser.awaitText("#save-note", "Saved");
    var strokes = server.saved("up-0").path("strokes");
    assertEquals(1, strokes.size(), strokes::toString);
    assertEquals(240, strokes.get(0).path("points").get(0).get(0).asDouble(), 0.5);
  }

  @Test
  void withoutAFolderForCorrectionsThePageSaysHowToHaveOne() {
    server.refuseCorrections();
    leave();
    browser.open(server.address(), WIDTH, HEIGHT, false);
    browser.await("the data set", () -> browser.isShown("#thumbnails [data-image]"));
    browser.click("[data-image=val-1]");
    awaitMaps();
    browser.click("#tab-correct");
    assertTrue(browser.isShown("#correct-off"));
    assertFalse(browser.isShown("#save"));
    var before = browser.pixels(CANVAS);
    browser.stroke(CANVAS, 0.4, 0.4, 0.6, 0.6);
    assertEquals(before, browser.pixels(CANVAS));
    assertEquals("img", browser.attribute(CANVAS, "role"));
  }

  @Test
  void unsavedStrokesAreThereAgainAfterAnotherImage() {
    browser.click("[data-image=val-1]");
    awaitMaps();
    browser.click("#tab-correct");
    browser.await("labels", () -> browser.isShown("#image-labels span"));
    browser.stroke(CANVAS, 0.5, 0.5);
    browser.click("[data-image=val-2]");
    browser.await("no strokes", () -> !browser.find("#undo").isEnabled());
    browser.click("[data-image=val-1]");
    browser.await("the stroke", () -> browser.find("#undo").isEnabled());
    assertTrue(browser.find("#save").isEnabled());
  }
}
