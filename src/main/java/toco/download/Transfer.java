package toco.download;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import toco.files.IoReason;

/// One file from one location, in as many attempts as it takes.
final class Transfer {
  private static final int CHUNK = 1 << 17;

  private final Source source;
  private final Location location;
  private final UnfinishedFile part;
  private final WebServer web;
  private final DownloadProgress progress;
  private final Download.Timing timing;
  private @Nullable Checksum stated; // by the server
  private boolean received; // anything, in this process

  Transfer(
      Source source,
      Location location,
      UnfinishedFile part,
      WebServer web,
      DownloadProgress progress,
      Download.Timing timing) {
    this.source = source;
    this.location = location;
    this.part = part;
    this.web = web;
    this.progress = progress;
    this.timing = timing;
  }

  /// Fills the unfinished file and verifies it.
  ///
  /// @return the hash that it was verified with; null if none is known
  @Nullable Checksum run() throws Unavailable, InterruptedException {
    boolean isResumed = part.size() > 0;
    receiveAll();
    var problem = problem();
    if (problem != null && isResumed) {
      progress.onMessage("%s: %s after resuming; starting again".formatted(source.name(), problem));
      part.restart("");
      receiveAll();
      problem = problem();
    }
    if (problem != null) {
      part.restart(""); // deletes what was received
      throw Unavailable.forGood(problem + "; what was received is deleted");
    }
    return checksum();
  }

  private @Nullable Checksum checksum() {
    return source.checksum() == null ? stated : source.checksum();
  }

  private @Nullable String problem() {
    return new Verification(source.bytes(), checksum()).problem(part.path());
  }

  private void receiveAll() throws Unavailable, InterruptedException {
    long furthest = part.size();
    var pause = timing.pause();
    for (int failures = 1; ; failures++) {
      try {
        receive();
        return;
      } catch (Unavailable e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (part.size() > furthest) {
          furthest = part.size();
          pause = timing.pause();
          failures = 1;
        }
        if (!e.mayPass(received)) {
          throw e;
        }
        if (failures == timing.attempts()) {
          throw Unavailable.forGood("%s, in %s attempts".formatted(e.reason(), failures));
        }
        sleep(e, pause);
        pause = pause.multipliedBy(2);
      }
    }
  }

  private void sleep(Unavailable e, Duration pause) throws InterruptedException {
    var wanted = e.pause == null || e.pause.compareTo(pause) < 0 ? pause : e.pause;
    progress.onMessage(
        "%s: %s after %s; trying again in %s s"
            .formatted(
                source.name(),
                e.reason(),
                ByteCount.of(part.size()),
                Math.ceilDiv(wanted.toMillis(), 1000)));
    Thread.sleep(wanted);
  }

  /// One attempt, from where the last one ended if the file there is still the same.
  private void receive() throws Unavailable, InterruptedException {
    boolean isSure = !part.version().isEmpty() || checksum() != null;
    long offset = isSure ? part.size() : 0;
    try (var reply = open(offset);
        var watch = new StallWatch(reply.body(), timing.stall())) {
      if (stated == null) {
        stated = reply.stated();
      }
      if (source.bytes() != null && reply.total() >= 0 && reply.total() != source.bytes()) {
        throw Unavailable.forGood(
            "it has another file, of %s bytes; expected %s"
                .formatted(reply.total(), source.bytes()));
      }
      if (reply.offset() == 0) {
        part.restart(reply.version());
      }
      requireSpace(reply);
      copy(reply, watch);
    } catch (IOException e) {
      throw e instanceof Unavailable unavailable ? unavailable : cut(e);
    }
  }

  private Reply open(long offset) throws Unavailable, InterruptedException {
    return switch (location) {
      case Location.Web(var uri) -> web.open(uri, offset, part.version());
      case Location.OnDisk(var file) -> read(file, offset, part.version());
    };
  }

  private static Reply read(Path file, long offset, String version) throws Unavailable {
    try {
      var known = Files.readAttributes(file, BasicFileAttributes.class);
      if (!known.isRegularFile()) {
        throw Unavailable.forGood("it is no file");
      }
      var its = "%s %s".formatted(known.size(), known.lastModifiedTime());
      boolean resumes = offset <= known.size() && (version.isEmpty() || version.equals(its));
      var body = Files.newInputStream(file);
      body.skipNBytes(resumes ? offset : 0);
      return new Reply(body, resumes ? offset : 0, known.size(), its, null);
    } catch (Unavailable e) {
      throw e;
    } catch (IOException e) {
      throw Unavailable.forGood(IoReason.of(e));
    }
  }

  private void copy(Reply reply, StallWatch watch) throws IOException, InterruptedException {
    var chunk = new byte[CHUNK];
    long at = reply.offset();
    progress.onBytes(source.name(), at, reply.total());
    while (true) {
      int n = read(reply.body(), chunk, watch);
      if (n < 0) {
        break;
      }
      if (at == 0) {
        LoginPage.refuse(chunk, n, source.name());
      }
      write(ByteBuffer.wrap(chunk, 0, n), at, reply.total());
      received = true;
      at += n;
      progress.onBytes(source.name(), at, reply.total());
    }
    if (reply.total() >= 0 && at != reply.total()) {
      throw Unavailable.forNow("it ended at %s of %s bytes".formatted(at, reply.total()));
    }
  }

  private int read(InputStream body, byte[] chunk, StallWatch watch) throws Unavailable {
    try {
      int n = body.read(chunk);
      watch.onBytes();
      return n;
    } catch (IOException e) {
      throw watch.hasStalled()
          ? Unavailable.forNow("nothing was sent for %s s".formatted(timing.stall().toSeconds()))
          : cut(e);
    }
  }

  private static Unavailable cut(IOException e) {
    return Unavailable.forNow("the connection was cut (%s)".formatted(ConnectionFailure.reason(e)));
  }

  private void write(ByteBuffer bytes, long at, long total) throws InterruptedException {
    try {
      part.write(bytes, at);
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      throw new InterruptedException();
    } catch (IOException e) {
      var missing = total < 0 ? "" : ", %s are missing".formatted(ByteCount.of(total - at));
      throw new DownloadException(
          "cannot write %s: %s at %s%s; free some space and run again, which resumes"
              .formatted(part.path(), IoReason.of(e), ByteCount.of(at), missing));
    }
  }

  /// Better now than after an hour.
  private void requireSpace(Reply reply) {
    long needed = reply.total() - reply.offset();
    long free = part.freeSpace();
    if (reply.total() >= 0 && free < needed) {
      throw new DownloadException(
          ("the disk has no room for %s: %s are needed, %s are free in the folder of %s; free %s"
                  + " more")
              .formatted(
                  source.name(),
                  ByteCount.of(needed),
                  ByteCount.of(free),
                  part.path(),
                  ByteCount.of(needed - free)));
    }
  }
}
