package toco.download;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import toco.files.IoReason;

/// Downloads files. A file is complete and has the stated size and hash, or it is not there: what
/// was received before a failure, Ctrl-C or `kill -9` is next to it and resumed by the next call,
/// also from another location. Cut connections, servers that stop sending and busy servers are
/// tried again.
public final class Download {
  private final Map<String, String> environment;
  private final Map<String, String> tokens;
  private final Timing timing;

  /// @param connect how long to wait for a connection
  /// @param stall how long to wait for an answer, and for further bytes
  /// @param pause before the second attempt, twice as long before each further one
  /// @param attempts in a row that bring no bytes
  record Timing(Duration connect, Duration stall, Duration pause, int attempts) {
    static final Timing USUAL =
        new Timing(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(1), 6);
  }

  /// @param tokens by origin, as in [WebServer]
  Download(Map<String, String> environment, Map<String, String> tokens, Timing timing) {
    this.environment = environment;
    this.tokens = tokens;
    this.timing = timing;
  }

  /// With the environment of this process: its proxies, and the access token `HF_TOKEN`, which only
  /// huggingface.co receives.
  public static Download ofProcess() {
    var token = System.getenv().getOrDefault("HF_TOKEN", "").strip();
    return new Download(
        System.getenv(),
        token.isEmpty() ? Map.of() : Map.of("https://huggingface.co", token),
        Timing.USUAL);
  }

  /// Gets a file, unless it is there. Creates its folder if necessary. Of several processes that
  /// get the same file, one downloads it and the others wait.
  ///
  /// @throws DownloadException if no location gives it, it cannot be written, or another file is in
  ///   its place
  public Fetched fetch(Source source, Path target, DownloadProgress progress) {
    try {
      if (Files.exists(target)) {
        return existing(source, target);
      }
      try (var part = UnfinishedFile.open(target, progress);
          var web = new WebServer(environment, tokens, timing.connect, timing.stall)) {
        return Files.exists(target)
            ? existing(source, target)
            : fetch(source, target, part, web, progress);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DownloadException(
          "the download of %s was interrupted; the next one resumes it".formatted(source.name()));
    }
  }

  private static Fetched existing(Source source, Path target) {
    var problem = source.problem(target);
    if (problem != null) {
      throw new DownloadException(
          "%s is another file: %s; delete it, or name another folder".formatted(target, problem));
    }
    return new Fetched(target, size(target), source.checksum(), true);
  }

  private Fetched fetch(
      Source source, Path target, UnfinishedFile part, WebServer web, DownloadProgress progress)
      throws InterruptedException {
    var failures = new ArrayList<String>();
    for (var location : source.parsed()) {
      try {
        var checksum = new Transfer(source, location, part, web, progress, timing).run();
        part.finish();
        return new Fetched(target, size(target), checksum, false);
      } catch (Unavailable e) {
        failures.add("%s: %s".formatted(location, e.reason()));
      }
    }
    throw failure(source, target, part, failures);
  }

  private static DownloadException failure(
      Source source, Path target, UnfinishedFile part, List<String> failures) {
    var kept =
        part.size() == 0
            ? ""
            : "; the %s received so far are kept and resumed".formatted(ByteCount.of(part.size()));
    var hint = source.hint().isEmpty() ? "" : "; " + source.hint();
    return new DownloadException(
        "cannot download %s from %s%s; to fetch it by hand, save %s as %s%s"
            .formatted(
                source.name(),
                String.join("; ", failures),
                kept,
                source.byHand(),
                target.toAbsolutePath(),
                hint));
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new DownloadException("cannot read %s: %s".formatted(file, IoReason.of(e)));
    }
  }
}
