package toco.download;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A file on a server, and the place for it.
abstract class DownloadCase {
  static final byte[] CONTENT = bytes(300_000);
  static final Download.Timing FAST =
      new Download.Timing(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofMillis(5), 3);

  @TempDir Path folder;
  FileServer server;
  Path target;
  final List<String> messages = Collections.synchronizedList(new ArrayList<>());
  final List<Long> done = Collections.synchronizedList(new ArrayList<>());

  final DownloadProgress progress =
      new DownloadProgress() {
        @Override
        public void onBytes(String name, long bytes, long total) {
          done.add(bytes);
        }

        @Override
        public void onMessage(String line) {
          messages.add(line);
        }
      };

  private static byte[] bytes(int count) {
    var bytes = new byte[count];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  @BeforeEach
  void startServer() throws IOException {
    server = new FileServer().with("/w/net.bin", CONTENT);
    target = folder.resolve("cache/net.bin");
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  Fetched fetch(Source source) {
    return new Download(Map.of(), Map.of(), FAST).fetch(source, target, progress);
  }

  String failure(Source source) {
    return String.valueOf(assertThrows(DownloadException.class, () -> fetch(source)).getMessage());
  }

  Source source(@Nullable Checksum checksum, String... locations) {
    return new Source("net.bin", List.of(locations), null, checksum, "");
  }

  Source source() {
    return source(null, server.url("/w/net.bin"));
  }

  static Checksum sha256() throws IOException {
    return checksum(Checksum.Kind.SHA256, CONTENT);
  }

  static Checksum checksum(Checksum.Kind kind, byte[] content) throws IOException {
    var file = Files.createTempFile("checksum", ".bin");
    try {
      Files.write(file, content);
      return new Checksum(
          kind, new Checksum(kind, "0".repeat(kind == Checksum.Kind.MD5 ? 32 : 64)).compute(file));
    } finally {
      Files.delete(file);
    }
  }

  List<String> names() throws IOException {
    if (!Files.exists(folder.resolve("cache"))) {
      return List.of();
    }
    try (var files = Files.list(folder.resolve("cache"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /// The file, and nothing next to it.
  void assertComplete() throws IOException {
    assertArrayEquals(CONTENT, Files.readAllBytes(target));
    assertEquals(List.of("net.bin"), names());
  }

  void writePart(int bytes, String version) throws IOException {
    Files.createDirectories(target.getParent());
    Files.write(folder.resolve("cache/net.bin.part"), Arrays.copyOf(CONTENT, bytes));
    Files.writeString(folder.resolve("cache/net.bin.part.version"), version);
  }

  List<String> ranges() {
    return server.header("Range");
  }
}
