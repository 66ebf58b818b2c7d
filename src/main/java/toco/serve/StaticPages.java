package toco.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.files.Sha256;

/// The files of the page, read into memory once. Which they are is listed in `files.txt`.
final class StaticPages {
  private static final String LIST = "files.txt";
  private static final String START = "index.html";
  private static final String API = "openapi.json";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "webmanifest", "application/manifest+json",
          "json", "application/json",
          "txt", "text/plain; charset=utf-8");

  private final Map<String, Answer> byPath = new LinkedHashMap<>();

  StaticPages() {
    for (var name : new String(read(LIST), StandardCharsets.UTF_8).lines().toList()) {
      if (!name.isBlank()) {
        byPath.put("/" + name.strip(), file(name.strip()));
      }
    }
    byPath.put("/", file(START));
    byPath.put("/" + API, file(API));
  }

  /// The routes of all files.
  List<Route> routes() {
    return byPath.entrySet().stream()
        .map(entry -> new Route("GET", entry.getKey(), call -> of(call, entry.getValue())))
        .toList();
  }

  private static Answer of(Call call, Answer file) {
    var tag = file.headers().get("ETag");
    return call.header("If-None-Match").contains(tag)
        ? new Answer(304, file.type(), new byte[0], file.headers())
        : file;
  }

  private static Answer file(String name) {
    var type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IllegalStateException(
          "%s has an ending of no known type; expected one of %s".formatted(name, TYPES.keySet()));
    }
    var content = read(name);
    return Answer.of(type, content)
        .with("ETag", "\"" + Sha256.of(content).substring(0, 16) + "\"")
        .with("Cache-Control", "no-cache");
  }

  private static byte[] read(String name) {
    try (var stream = StaticPages.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the page's file %s is not in the jar".formatted(name));
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
