package toco.serve;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import toco.html.Chromium;

/// A headless Chromium that shows the page.
final class PageBrowser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private static final Logger LOGGER = Logger.getLogger("org.openqa.selenium");

  /// Of the library that checks accessibility.
  private static final String AXE = "/axe.min.js";

  private final ChromeDriver driver;

  private PageBrowser(ChromeDriver driver) {
    this.driver = driver;
  }

  /// Starts Chromium; where Debian's packages chromium and chromium-driver are missing, the test is
  /// skipped.
  static PageBrowser start() {
    var program = Chromium.program();
    var driver = driver();
    assumeTrue(
        program.isPresent() && driver.isPresent(),
        "no Chromium or no chromedriver on the path: packages chromium and chromium-driver");
    LOGGER.setLevel(Level.SEVERE); // it warns that it has no class for this version's debugging
    var options = new ChromeOptions();
    options.setBinary(program.get().toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--hide-scrollbars",
        "--force-color-profile=srgb");
    var logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    var service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.get().toFile())
            .usingAnyFreePort()
            .withSilent(true)
            .build();
    return new PageBrowser(new ChromeDriver(service, options));
  }

  private static Optional<Path> driver() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .map(folder -> Path.of(folder, "chromedriver"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// Shows a page in a viewport of a width and a height in CSS pixels.
  void open(URI page, int width, int height, boolean dark) {
    look(width, height, dark);
    driver.get(page.toString());
  }

  /// Changes the viewport, and what the system prefers.
  void look(int width, int height, boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    var scheme = Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
    driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
  }

  WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  /// Whether any such element can be seen. In one script: the page may replace elements meanwhile.
  boolean isShown(String css) {
    return (Boolean)
        script(
            """
            return [...document.querySelectorAll(arguments[0])]
              .some((each) => each.checkVisibility({visibilityProperty: true}));
            """,
            css);
  }

  /// An attribute's text, `null` as text if there is none.
  String attribute(String css, String name) {
    return String.valueOf(
        script(
            "return document.querySelector(arguments[0])?.getAttribute(arguments[1])", css, name));
  }

  /// What is written in an element, seen or not.
  String text(String css) {
    return String.valueOf(script("return document.querySelector(arguments[0]).textContent", css));
  }

  /// Clicks an element, or the label of an input that is drawn by its label.
  void click(String css) {
    script("document.querySelector(arguments[0]).click()", css);
  }

  void keys(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /// Presses, moves and releases the pointer on a canvas; places are fractions of it.
  void stroke(String css, double... places) {
    var canvas = find(css);
    script("arguments[0].scrollIntoView({block: 'center'})", canvas);
    var box = canvas.getRect();
    var actions = new Actions(driver, Duration.ofMillis(20));
    for (int i = 0; i < places.length; i += 2) {
      int x = (int) Math.round((places[i] - 0.5) * box.width);
      int y = (int) Math.round((places[i + 1] - 0.5) * box.height);
      actions.moveToElement(canvas, x, y);
      if (i == 0) {
        actions.clickAndHold();
      }
    }
    actions.release().perform();
  }

  /// Moves a slider as a reader does, by its input event.
  void slide(String css, double value) {
    script(
        """
        const slider = document.querySelector(arguments[0]);
        slider.value = arguments[1];
        slider.dispatchEvent(new Event('input', {bubbles: true}));
        """,
        css,
        value);
  }

  /// Drops a file onto the page.
  void drop(String name, String type, byte[] content) {
    script(
        """
        const bytes = Uint8Array.from(atob(arguments[2]), (each) => each.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], arguments[0], {type: arguments[1]}));
        const event = (type) =>
          new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: transfer});
        const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
        for (const type of ['dragenter', 'dragover', 'drop']) {
          target.dispatchEvent(event(type));
        }
        """,
        name,
        type,
        Base64.getEncoder().encodeToString(content));
  }

  /// A value of the canvas's pixels that differs if any pixel does.
  String pixels(String css) {
    return String.valueOf(
        driver.executeAsyncScript(
            """
            const [css, done] = arguments;
            // drawing happens with the next frame
            requestAnimationFrame(() => requestAnimationFrame(() => {
              const canvas = document.querySelector(css);
              // reading the page's own canvas would slow its drawing down
              const copy = new OffscreenCanvas(canvas.width, canvas.height);
              copy.getContext('2d', {willReadFrequently: true}).drawImage(canvas, 0, 0);
              const data = copy.getContext('2d')
                .getImageData(0, 0, canvas.width, canvas.height);
              crypto.subtle.digest('SHA-256', data.data).then((digest) =>
                done([...new Uint8Array(digest)].join()));
            }));
            """,
            css));
  }

  /// Red, green and blue of a canvas at a place in fractions of it.
  List<Long> colour(String css, double x, double y) {
    @SuppressWarnings("unchecked")
    var rgb =
        (List<Long>)
            script(
                """
                const canvas = document.querySelector(arguments[0]);
                const copy = new OffscreenCanvas(1, 1);
                const [x, y] = [canvas.width * arguments[1], canvas.height * arguments[2]];
                const context = copy.getContext('2d', {willReadFrequently: true});
                context.drawImage(canvas, -Math.floor(x), -Math.floor(y));
                return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
                """,
                css,
                x,
                y);
    return rgb;
  }

  Object script(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /// Waits until something holds; fails with its description if it does not within 30 s.
  void await(String what, BooleanSupplier holds) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) {
        fail(
            "waited %s s in vain: %s; console: %s".formatted(PATIENCE.toSeconds(), what, errors()));
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  void awaitText(String css, String part) {
    await(css + " contains " + part, () -> text(css).contains(part));
  }

  /// Errors and warnings of the console since the last call.
  List<String> errors() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(entry -> entry.getMessage())
        .toList();
  }

  /// What axe-core finds wrong and calls serious or critical: a line per rule, with the elements.
  @SuppressWarnings("unchecked")
  List<String> violations() {
    if (script("return typeof axe").equals("undefined")) {
      script(axe());
    }
    return (List<String>)
        driver.executeAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run().then(({violations}) => done(violations
              .filter(({impact}) => impact === 'serious' || impact === 'critical')
              .map(({id, help, nodes}) =>
                [id, help, ...nodes.map(({target, failureSummary}) => target + failureSummary)]
                  .join(': '))));
            """);
  }

  private static String axe() {
    try (var source = PageBrowser.class.getResourceAsStream(AXE)) {
      return new String(source.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes a picture of what is in the viewport.
  void screenshot(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
