package toco.download;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import toco.files.UserPath;

/// Where a file can be had.
sealed interface Location {
  /// On a web server.
  record Web(URI uri) implements Location {
    /// Without what may be secret: a password, the signature of a personal link.
    @Override
    public String toString() {
      return shown(uri);
    }
  }

  /// In the file system.
  record OnDisk(Path file) implements Location {
    @Override
    public String toString() {
      return file.toString();
    }
  }

  /// Reads a location as a user writes it.
  ///
  /// @param text an `http`, `https` or `file` URL, or a path; if it ends with `/` or is a folder,
  ///   it is a mirror that has the file under its name
  /// @param name the file's name
  /// @throws IllegalArgumentException if it is none of these
  static Location parse(String text, String name) {
    if (!text.matches("(?i)[a-z][a-z0-9+.-]+:/.*")) {
      return onDisk(UserPath.of(text), name);
    }
    var uri = uri(text);
    return switch (uri.getScheme().toLowerCase(java.util.Locale.ROOT)) {
      case "http", "https" -> {
        if (uri.getHost() == null) {
          throw new IllegalArgumentException("%s names no host".formatted(text));
        }
        boolean isMirror = uri.getRawPath().isEmpty() || uri.getRawPath().endsWith("/");
        yield new Web(isMirror ? uri("%s/%s".formatted(text.replaceFirst("/+$", ""), name)) : uri);
      }
      case "file" -> onDisk(Path.of(uri.getPath()), name);
      default ->
          throw new IllegalArgumentException(
              "%s: expected an http, https or file URL, a folder or a file".formatted(text));
    };
  }

  private static OnDisk onDisk(Path path, String name) {
    return new OnDisk(Files.isDirectory(path) ? path.resolve(name) : path);
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("%s is not a URL: %s".formatted(text, e.getReason()), e);
    }
  }

  static String shown(URI uri) {
    var port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    var query = uri.getRawQuery() == null ? "" : "?…";
    return "%s://%s%s%s%s".formatted(uri.getScheme(), uri.getHost(), port, uri.getRawPath(), query);
  }
}
