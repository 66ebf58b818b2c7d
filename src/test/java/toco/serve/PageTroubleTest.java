package toco.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// What the page says when something is amiss, and what it keeps.
class PageTroubleTest extends PageFixture {
  @Test
  void aFileThatIsNoImageIsRefusedInWords() {
    browser.drop("notes.txt", "text/plain", "hello".getBytes(StandardCharsets.UTF_8));
    browser.awaitText("#problem-text", "notes.txt is not an image");
    browser.drop("broken.png", "image/png", "hello".getBytes(StandardCharsets.UTF_8));
    browser.awaitText("#problem-text", "no image that can be read");
    browser.drop("large.png", "image/png", new byte[2_000_001]);
    browser.awaitText("#problem-text", "the server takes up to 1.9 MB");
    assertTrue(browser.isShown("#drop"), "no place to drop the next one");
  }

  @Test
  void aBusyServerIsAskedAgain() {
    server.busy.set(1);
    browser.drop("lake.png", "image/png", new DrawnScene(0).png());
    browser.await("a word about it", () -> browser.isShown("#busy"));
    awaitMaps();
    assertFalse(browser.isShown("#busy"));
    assertFalse(browser.isShown("#problem"));
  }

  @Test
  void aServerThatIsGoneIsSaidAndItsReturnNoticed() {
    int port = server.address().getPort();
    server.close();
    browser.drop("lake.png", "image/png", new DrawnScene(0).png());
    browser.await("the notice", () -> browser.isShown("#gone"));
    server = new PageStandIn(port);
    browser.await("its end", () -> !browser.isShown("#gone"));
    browser.click("#problem-retry");
    awaitMaps();
  }

  @Test
  void theTokenIsTakenFromTheAddressOrAskedFor() {
    server.token = "secret";
    var page = server.address();
    leave();
    browser.open(page, WIDTH, HEIGHT, false);
    browser.await("the question", () -> browser.isShown("#token-dialog"));
    browser.find("#token").sendKeys("secret", Keys.ENTER);
    browser.await("thumbnails", () -> browser.isShown("#thumbnails img[src]"));

    browser.script("sessionStorage.clear()");
    leave();
    browser.open(page.resolve("#token=secret"), WIDTH, HEIGHT, false);
    browser.await("thumbnails", () -> browser.isShown("#thumbnails img[src]"));
    assertFalse(browser.isShown("#token-dialog"));
    assertEquals("", browser.script("return location.hash"), "the token stayed in the address");
    browser.script("sessionStorage.clear()");
  }

  @Test
  void theChosenThemeOutlivesTheVisit() {
    var light = browser.find("body").getCssValue("background-color");
    browser.click("#theme");
    var dark = browser.find("body").getCssValue("background-color");
    assertNotEquals(light, dark);
    browser.open(server.address(), WIDTH, HEIGHT, false);
    assertEquals(dark, browser.find("body").getCssValue("background-color"));
    browser.script("localStorage.clear()");
  }
}
