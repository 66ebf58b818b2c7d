package toco.html;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A headless browser, driven by the DevTools protocol: it renders a page at the width of a phone,
/// narrower than a window can be.
public final class Chromium implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long PATIENCE_MS = 60_000;

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
  private int sent;

  private Chromium(Process process, Path profile) throws Exception {
    this.process = process;
    this.profile = profile;
    var http = HttpClient.newHttpClient();
    var list = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/json/list"));
    var pages = JSON.readTree(http.send(list.build(), HttpResponse.BodyHandlers.ofString()).body());
    var address = pages.get(0).get("webSocketDebuggerUrl").asString();
    socket = http.newWebSocketBuilder().buildAsync(URI.create(address), new Listener()).join();
  }

  /// The browser's executable: `TOCO_CHROMIUM`, or the first of the common names on the path.
  public static Optional<Path> program() {
    var named = System.getenv("TOCO_CHROMIUM");
    var folders = System.getenv().getOrDefault("PATH", "").split(":");
    return named != null
        ? Optional.of(Path.of(named))
        : Stream.of("chromium", "chromium-browser", "google-chrome")
            .flatMap(name -> Stream.of(folders).map(folder -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
  }

  /// Starts the browser.
  ///
  /// @param profile an empty folder
  public static Chromium start(Path program, Path profile) throws Exception {
    var builder =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox", // the sandbox needs privileges that containers lack
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    // else it creates a folder that the profile links to, and does not delete it
    builder.environment().put("TMPDIR", Files.createDirectories(profile).toString());
    var process = builder.start();
    try {
      return new Chromium(process, profile);
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private String port() throws IOException, InterruptedException {
    var file = profile.resolve("DevToolsActivePort");
    for (long waited = 0; waited < PATIENCE_MS; waited += 50) {
      if (Files.exists(file) && Files.readAllLines(file).size() == 2) {
        return Files.readAllLines(file).getFirst();
      }
      Thread.sleep(50);
    }
    throw new IOException("the browser did not start");
  }

  /// Opens a page in a viewport.
  public void open(Path page, int widthPx, int heightPx, boolean dark) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width", widthPx, "height", heightPx, "deviceScaleFactor", 1, "mobile", widthPx < 600));
    var scheme = Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
    call("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
    call("Page.navigate", Map.of("url", page.toUri().toString()));
    for (long waited = 0; waited < PATIENCE_MS; waited += 50) {
      var state = "location.href.startsWith('file:') && document.readyState === 'complete'";
      if (evaluate(state).booleanValue()) {
        return;
      }
      Thread.sleep(50);
    }
    throw new IOException(page + " did not load");
  }

  /// The value of a JavaScript expression.
  public JsonNode evaluate(String expression) throws Exception {
    var answer = call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.get("result").path("value");
  }

  /// The whole page as a PNG.
  public byte[] screenshot() throws Exception {
    var size = call("Page.getLayoutMetrics", Map.of()).get("cssContentSize");
    var clip =
        Map.of(
            "x",
            0,
            "y",
            0,
            "scale",
            1,
            "width",
            size.get("width").doubleValue(),
            "height",
            size.get("height").doubleValue());
    var answer =
        call(
            "Page.captureScreenshot",
            Map.of("format", "png", "captureBeyondViewport", true, "clip", clip));
    return Base64.getDecoder().decode(answer.get("data").asString());
  }

  private JsonNode call(String method, Map<String, ?> parameters) throws Exception {
    int id = ++sent;
    var message = JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters));
    socket.sendText(message, true).join();
    while (true) {
      var answer = answers.poll(PATIENCE_MS, TimeUnit.MILLISECONDS);
      if (answer == null) {
        throw new IOException("no answer to " + method);
      }
      if (answer.path("id").asInt(0) == id) {
        if (answer.has("error")) {
          throw new IOException(method + ": " + answer.get("error"));
        }
        return answer.get("result");
      }
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        answers.add(JSON.readTree(text.toString()));
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  @Override
  public void close() {
    socket.abort();
    process.destroy(); // on SIGTERM it deletes its files outside the profile
    process.onExit().completeOnTimeout(process, PATIENCE_MS, TimeUnit.MILLISECONDS).join();
    process.destroyForcibly().onExit().join();
  }
}
