package toco.serve;

import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// Shared by the tests of the page: one Chromium for a class, a stand-in server for each test.
abstract class PageFixture {
  /// The picture of the first network.
  static final String CANVAS = "[data-network=main]";

  static final int WIDTH = 1280;
  static final int HEIGHT = 900;

  static PageBrowser browser;
  PageStandIn server;

  @BeforeAll
  static void startBrowser() {
    browser = PageBrowser.start();
  }

  @AfterAll
  static void stopBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() {
    server = new PageStandIn(0);
    browser.errors(); // of the test before
    browser.open(server.address(), WIDTH, HEIGHT, false);
    browser.await("thumbnails", () -> browser.isShown("#thumbnails img[src]"));
  }

  @AfterEach
  void close() {
    // strokes that are not saved would ask whether to stay
    browser.script("addEventListener('beforeunload', (e) => e.stopImmediatePropagation(), true)");
    leave();
    server.close();
  }

  /// Leaves the page, so that the next address loads it again even if only its fragment differs.
  static void leave() {
    browser.open(URI.create("about:blank"), WIDTH, HEIGHT, false);
  }

  void dropScene() {
    browser.drop("lake.png", "image/png", new DrawnScene(0).png());
    awaitMaps();
  }

  /// Waits until everything about the image is computed.
  static void awaitMaps() {
    browser.await(
        "maps",
        () ->
            browser.isShown("#class-list label")
                && browser.attribute("#stages", "aria-busy").equals("false"));
  }
}
