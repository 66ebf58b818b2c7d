package toco.download;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What ends early is resumed, or started again where that would not give the same file.
class DownloadTest extends DownloadCase {
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
}
