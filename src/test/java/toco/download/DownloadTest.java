package toco.download;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
  private static final byte[] CONTENT = bytes(300_000);
  private static final Download.Timing FAST =
      new Download.Timing(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofMillis(5), 3);

  @TempDir Path folder;
  private FileServer server;
  private Path target;
  private final List<String> messages = Collections.synchronizedList(new ArrayList<>());
  private final List<Long> done = Collections.synchronizedList(new ArrayList<>());

  private final DownloadProgress progress =
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

  private Fetched fetch(Source source) {
    return new Download(Map.of(), Map.of(), FAST).fetch(source, target, progress);
  }

  private String failure(Source source) {
    return String.valueOf(assertThrows(DownloadException.class, () -> fetch(source)).getMessage());
  }

  private Source source(@Nullable Checksum checksum, String... locations) {
    return new Source("net.bin", List.of(locations), null, checksum, "");
  }

  private Source source() {
    return source(null, server.url("/w/net.bin"));
  }

  private static Checksum sha256() throws IOException {
    return checksum(Checksum.Kind.SHA256, CONTENT);
  }

  private static Checksum checksum(Checksum.Kind kind, byte[] content) throws IOException {
    var file = Files.createTempFile("checksum", ".bin");
    try {
      Files.write(file, content);
      return new Checksum(
          kind, new Checksum(kind, "0".repeat(kind == Checksum.Kind.MD5 ? 32 : 64)).compute(file));
    } finally {
      Files.delete(file);
    }
  }

  private List<String> names() throws IOException {
    if (!Files.exists(folder.resolve("cache"))) {
      return List.of();
    }
    try (var files = Files.list(folder.resolve("cache"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /// The file, and nothing next to it.
  private void assertComplete() throws IOException {
    assertArrayEquals(CONTENT, Files.readAllBytes(target));
    assertEquals(List.of("net.bin"), names());
  }

  private void writePart(int bytes, String version) throws IOException {
    Files.createDirectories(target.getParent());
    Files.write(folder.resolve("cache/net.bin.part"), Arrays.copyOf(CONTENT, bytes));
    Files.writeString(folder.resolve("cache/net.bin.part.version"), version);
  }

  private List<String> ranges() {
    return server.header("Range");
  }

  @Test
  void aFileIsCompleteAndVerified() throws IOException {
    var fetched = fetch(source(sha256(), server.url("/w/net.bin")));
    assertComplete();
    assertEquals(new Fetched(target, CONTENT.length, sha256(), false), fetched);
    assertEquals(CONTENT.length, done.getLast());
    assertEquals(
        new Fetched(target, CONTENT.length, sha256(), true),
        fetch(source(sha256(), "http://localhost:1/none")));
    assertEquals(1, server.requests.size());
  }

  @Test
  void aServerThatStatesNoLengthWillDo() throws IOException {
    server.statesLength = false;
    fetch(source());
    assertComplete();
  }

  @Test
  void aCutConnectionIsResumedWhereItEnded() throws IOException {
    server.failing(server.cutAfter(100_000), server.cutAfter(50_000));
    fetch(source(sha256(), server.url("/w/net.bin")));
    assertComplete();
    assertEquals(Arrays.asList(null, "bytes=100000-", "bytes=150000-"), ranges());
    assertEquals(Arrays.asList(null, "\"first\"", "\"first\""), server.header("If-Range"));
    assertTrue(
        messages.getFirst().startsWith("net.bin: the connection was cut"), messages.toString());
    assertTrue(
        messages.getFirst().contains(" after 100.0 kB; trying again in 1 s"), messages.toString());
  }

  /// As after `kill -9`, in another process.
  @Test
  void anEarlierAttemptIsResumed() throws IOException {
    writePart(120_000, "\"first\"");
    fetch(source());
    assertComplete();
    assertEquals(List.of("bytes=120000-"), ranges());
    assertEquals(120_000, done.getFirst());
  }

  @Test
  void aCompletePartIsFinished() throws IOException {
    writePart(CONTENT.length, "\"first\"");
    fetch(source());
    assertComplete();
    assertEquals(List.of("bytes=300000-"), ranges());
  }

  @Test
  void aFileThatChangedOnTheServerStartsAgain() throws IOException {
    writePart(120_000, "\"earlier\"");
    Files.write(folder.resolve("cache/net.bin.part"), new byte[120_000]);
    fetch(source());
    assertComplete();
    assertEquals(List.of("bytes=120000-"), ranges());
  }

  @Test
  void aServerWithoutRangesStartsAgain() throws IOException {
    server.takesRanges = false;
    server.failing(server.cutAfter(100_000));
    fetch(source());
    assertComplete();
    assertEquals(Arrays.asList(null, "bytes=100000-"), ranges());
  }

  /// Without a version and a hash nothing tells whether the rest is of the same file.
  @Test
  void bytesOfAnUnknownVersionAreResumedOnlyWithAHash() throws IOException {
    server.etag = "";
    server.failing(server.cutAfter(100_000));
    fetch(source());
    assertEquals(Arrays.asList(null, null), ranges());
    Files.delete(target);
    server.failing(server.cutAfter(100_000));
    fetch(source(sha256(), server.url("/w/net.bin")));
    assertComplete();
    assertEquals(Arrays.asList(null, null, null, "bytes=100000-"), ranges());
  }

  /// Bytes of something else are found by the hash; the file is then downloaded from its beginning.
  @Test
  void aWrongPartIsReplaced() throws IOException {
    writePart(120_000, "\"first\"");
    Files.write(folder.resolve("cache/net.bin.part"), new byte[120_000]);
    fetch(source(sha256(), server.url("/w/net.bin")));
    assertComplete();
    assertEquals(Arrays.asList("bytes=120000-", null), ranges());
  }

  @Test
  void aPartLongerThanTheFileStartsAgain() throws IOException {
    writePart(120_000, "\"first\"");
    Files.write(folder.resolve("cache/net.bin.part"), new byte[CONTENT.length + 5]);
    fetch(source());
    assertComplete();
    assertEquals(Arrays.asList("bytes=300005-", null), ranges());
  }

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
  void md5AndTheFirstDigitsOfSha256Verify() throws IOException {
    var prefix = Checksum.sha256(sha256().hex().substring(0, 8));
    fetch(source(prefix, server.url("/w/net.bin")));
    Files.delete(target);
    fetch(source(checksum(Checksum.Kind.MD5, CONTENT), server.url("/w/net.bin")));
    assertComplete();
    Files.delete(target);
    assertTrue(
        failure(source(Checksum.sha256("0badcafe"), server.url("/w/net.bin")))
            .contains("expected 0badcafe…"));
    assertTrue(
        failure(source(Checksum.md5("0".repeat(32)), server.url("/w/net.bin")))
            .contains("its MD5 is "));
    assertThrows(IllegalArgumentException.class, () -> Checksum.sha256("abc"));
    assertThrows(IllegalArgumentException.class, () -> Checksum.md5("0badcafe"));
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
  void aStalledServerIsTriedAgain() throws IOException {
    server.failing(server.stallAfter(100_000));
    fetch(source());
    assertComplete();
    assertTrue(
        messages.getFirst().startsWith("net.bin: nothing was sent for 2 s after "),
        messages.toString());
  }

  @Test
  void aBusyServerIsTriedAgainWhenItSays() throws IOException {
    server.failing(FileServer.status(503), FileServer.status(429, "Retry-After", "1"));
    long started = System.nanoTime();
    fetch(source());
    assertComplete();
    assertTrue(System.nanoTime() - started >= 1e9, "after less than a second");
    assertEquals(
        List.of(
            "net.bin: HTTP 503 after 0 bytes; trying again in 1 s",
            "net.bin: HTTP 429 after 0 bytes; trying again in 1 s"),
        messages);
  }

  @Test
  void aServerThatStaysBusyIsGivenUp() {
    server.failing(FileServer.status(500), FileServer.status(502), FileServer.status(504));
    var message = failure(source());
    assertTrue(message.contains("/w/net.bin: HTTP 504, in 3 attempts; "), message);
    server.failing(FileServer.status(503, "Retry-After", "86400"));
    message = failure(source());
    assertTrue(message.contains("HTTP 503, to be tried again after 86400 s"), message);
  }

  /// Attempts that bring bytes do not count.
  @Test
  void attemptsAreCountedFromTheLastProgress() throws IOException {
    server.failing(
        Stream.generate(() -> server.cutAfter(20_000)).limit(10).toArray(FileServer.Fault[]::new));
    fetch(source());
    assertComplete();
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
  void whatWasReceivedBeforeAFailureIsKept() throws IOException {
    server.failing(server.cutAfter(100_000), FileServer.status(403));
    var message = failure(source());
    assertTrue(message.contains("access is refused (HTTP 403)"), message);
    assertTrue(message.contains("the 100.0 kB received so far are kept and resumed"), message);
    assertEquals(List.of("net.bin.part", "net.bin.part.version"), names());
    fetch(source());
    assertComplete();
    assertEquals("bytes=100000-", ranges().getLast());
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
  void ofTwoDownloadsOneWaits() throws Exception {
    server.failing(server.stallAfter(100_000)); // its client gives up after 2 s
    var first = CompletableFuture.supplyAsync(() -> fetch(source()));
    var second = CompletableFuture.supplyAsync(() -> fetch(source()));
    assertTrue(first.get().existed() != second.get().existed());
    assertComplete();
    assertEquals(2, server.requests.size());
    assertTrue(messages.contains("waiting for another process that downloads net.bin"));
  }

  @Test
  void anInterruptedDownloadIsResumedByTheNextOne() throws Exception {
    server.failing(server.stallAfter(100_000));
    var thread =
        Thread.ofPlatform()
            .start(() ->
                new Download(Map.of(), Map.of(), Download.Timing.USUAL)
                    .fetch(source(), target, progress));
    while (!done.contains(100_000L)) {
      assertTrue(thread.isAlive());
      Thread.sleep(5);
    }
    thread.interrupt();
    thread.join();
    assertEquals(List.of("net.bin.part", "net.bin.part.version"), names());
    fetch(source());
    assertComplete();
    assertEquals("bytes=100000-", ranges().getLast());
  }

  /// A network that is gone for a moment, unlike one that never was there.
  @Test
  void aLostNetworkIsWaitedFor() {
    server.failing((exchange, file) -> {
      server.cutAfter(100_000).answer(exchange, file);
      server.close();
    });
    var message = failure(source());
    assertTrue(message.contains(", in 3 attempts; the 100.0 kB received so far"), message);
    assertEquals(2, messages.size(), messages.toString());
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Files.writeString(folder.resolve("cache"), "a file");
    var message = failure(source());
    assertTrue(message.startsWith("cannot write " + target + ".part"), message);
    assertFalse(message.contains("Exception"), message);
  }
}
