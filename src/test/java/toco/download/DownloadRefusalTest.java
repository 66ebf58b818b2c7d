package toco.download;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is not the file is refused, and the line says what it is.
class DownloadRefusalTest extends DownloadCase {
  @Test
  void aWrongHashDeletesWhatWasReceived() throws IOException {
    var expected = "0".repeat(64);
    var message = failure(source(Checksum.sha256(expected), server.url("/w/net.bin")));
    assertTrue(
        message.contains("its SHA-256 is %s, expected %s".formatted(sha256().hex(), expected)),
        message);
    assertEquals(List.of(), names());
  }

  @Test
  void md5AndFirstDigitsVerify() throws IOException {
    var prefix = Checksum.sha256(sha256().hex().substring(0, 8));
    fetch(source(prefix, server.url("/w/net.bin")));
    Files.delete(target);
    var md5 = checksum(Checksum.Kind.MD5, CONTENT);
    for (var stated : List.of(md5, Checksum.md5(md5.hex().substring(0, 6)))) {
      fetch(source(stated, server.url("/w/net.bin")));
      assertComplete();
      Files.delete(target);
    }
    assertTrue(
        failure(source(Checksum.sha256("0badcafe"), server.url("/w/net.bin")))
            .contains("expected 0badcafe…"));
    assertTrue(
        failure(source(Checksum.md5("0".repeat(32)), server.url("/w/net.bin")))
            .contains("its MD5 is "));
    assertThrows(IllegalArgumentException.class, () -> Checksum.sha256("abc"));
    assertThrows(IllegalArgumentException.class, () -> Checksum.md5("0badc"));
  }

  @Test
  void anotherFileInItsPlaceStays() throws IOException {
    Files.createDirectories(target.getParent());
    Files.writeString(target, "precious");
    var message = failure(source(sha256(), server.url("/w/net.bin")));
    assertTrue(message.startsWith(target + " is another file: its SHA-256 is "), message);
    assertEquals("precious", Files.readString(target));
  }

  @Test
  void theLineSaysHowToFetchItByHand() {
    var url = server.url("/w/none.bin");
    assertEquals(
        "cannot download net.bin from %s: there is no such file (HTTP 404); to fetch it by hand,"
                .formatted(url)
            + " save %s as %s; name another place with --from".formatted(url, target),
        failure(new Source("net.bin", List.of(url), null, null, "name another place with --from")));
  }

  @Test
  void aLoginPageIsNoFile() throws IOException {
    server.with("/login", "\n<!DOCTYPE html><title>Hotel</title>".getBytes());
    var message = failure(source(null, server.url("/login")));
    assertTrue(message.contains("it answers with a web page instead of the file"), message);
    assertEquals(List.of(), names());
    var binary = new byte[] {'<', 0, 0, 0, 0, 0, 0, 0, '{'}; // as a safetensors file can begin
    server.with("/w/net.bin", binary);
    fetch(source());
    assertArrayEquals(binary, Files.readAllBytes(target));
  }

  @Test
  void anotherSizeThanExpectedIsRefusedAtOnce() {
    var message = failure(new Source("net.bin", List.of(server.url("/w/net.bin")), 5L, null, ""));
    assertTrue(message.contains("it has another file, of 300000 bytes; expected 5"), message);
    assertTrue(done.isEmpty(), "bytes were received");
  }

  @Test
  void hostsThatAreNotThereAreNamed() {
    var message = failure(source(null, "http://no-such-host.invalid/net.bin"));
    assertTrue(message.contains("the host no-such-host.invalid is not known"), message);
    int port = server.port();
    server.close();
    message = failure(source(null, "http://localhost:" + port + "/net.bin"));
    assertTrue(message.contains("no connection to localhost:" + port), message);
    assertEquals(List.of(), messages, "what cannot pass is not tried again");
  }

  @Test
  void mirrorsAreTriedInTheirOrder() throws IOException {
    var mirror = Files.createDirectories(folder.resolve("mirror"));
    var url = server.url("/w/");
    fetch(source(sha256(), server.url("/elsewhere/"), mirror.toString(), url));
    assertComplete();
    assertEquals(List.of("/elsewhere/net.bin", "/w/net.bin"), server.header(":path"));
    Files.copy(target, mirror.resolve("net.bin"));
    for (var from : List.of(mirror.toString(), mirror.toUri().toString(), mirror + "/net.bin")) {
      Files.delete(target);
      fetch(source(sha256(), from));
      assertComplete();
    }
    assertEquals(2, server.requests.size());
    Files.delete(target);
    assertTrue(
        failure(source(null, folder + "/none.bin"))
            .contains("none.bin: there is no such file or folder;"));
  }

  /// A part of one place is continued from another if a hash tells that it is the same file.
  @Test
  void anotherLocationContinues() throws IOException {
    server.with("/mirror/net.bin", CONTENT);
    server.failing(server.cutAfter(100_000), FileServer.status(404));
    fetch(source(sha256(), server.url("/w/"), server.url("/mirror/")));
    assertComplete();
    assertEquals("bytes=100000-", ranges().getLast());
  }

  @Test
  void locationsThatAreNoneAreRefused() {
    for (var text : List.of("ftp://host/net.bin", "https:///net.bin", "http://ho st/net.bin")) {
      assertThrows(IllegalArgumentException.class, () -> Source.of(text), text);
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Files.writeString(folder.resolve("cache"), "a file");
    var message = failure(source());
    assertTrue(message.startsWith("cannot write " + target + ".part"), message);
    assertFalse(message.contains("Exception"), message);
  }
}
