package toco.run;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import toco.checkpoint.Checkpoint;
import toco.config.Config;
import toco.config.Overrides;
import toco.files.AtomicFile;
import toco.files.FileLocks;
import toco.files.IoReason;
import toco.files.ResultFolder;

/// A run's folder, held by one process at a time: `config.yaml`, `metrics.jsonl`, `sessions.jsonl`,
/// `checkpoints/`, `overlays/`, `tensorboard/`.
public final class RunFolder implements AutoCloseable {
  private static final String CONFIG = "config.yaml";
  static final String METRICS = "metrics.jsonl";
  static final String SESSIONS = "sessions.jsonl";

  private final Path path;
  private final FileChannel lockFile;
  private final boolean locked;

  private RunFolder(Path path) {
    this.path = path;
    try {
      lockFile = FileChannel.open(path.resolve(".lock"), CREATE, WRITE);
      var outcome = FileLocks.tryLock(lockFile);
      if (outcome == FileLocks.Outcome.TAKEN) {
        lockFile.close();
        throw new RunException(
            "another process is training in %s; wait for it, or choose another run.dir"
                .formatted(path));
      }
      locked = outcome == FileLocks.Outcome.HELD;
    } catch (IOException e) {
      throw new RunException(
          "cannot write to the run folder %s: %s".formatted(path, IoReason.of(e)), e);
    }
  }

  /// Creates the folder of a new run and writes its configuration.
  ///
  /// @throws RunException if the folder holds a run's checkpoints already, or cannot be written
  public static RunFolder create(Config config) {
    var path = config.run().dir();
    if (Checkpoint.existsIn(path)) {
      throw new RunException(
          ("%s already holds a run; resume it with --resume %s, or choose another folder with --set"
                  + " run.dir=…")
              .formatted(path, path));
    }
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new RunException(
          "the run folder %s is a file; choose another folder with --set run.dir=…"
              .formatted(path));
    }
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new RunException(
          "cannot create the run folder %s: %s".formatted(path, IoReason.of(e)), e);
    }
    return open(config);
  }

  /// Opens the folder of a run, new or resumed, and writes its configuration.
  public static RunFolder open(Config config) {
    var path = config.run().dir();
    var folder = new RunFolder(path);
    try {
      AtomicFile.write(path.resolve(CONFIG), config.toYaml().getBytes(StandardCharsets.UTF_8));
      return folder;
    } catch (IOException e) {
      folder.close();
      throw new RunException(
          "cannot write the configuration to %s: %s".formatted(path, IoReason.of(e)), e);
    }
  }

  /// Keeps other processes away from the folder of a run, and changes nothing in it.
  ///
  /// @throws RunException if it is not the folder of a run, or a process is training in it
  public static RunFolder hold(Path run) {
    if (!Files.isRegularFile(run.resolve(CONFIG))) {
      throw new RunException(
          "%s is not a run: it has no config.yaml; give the run.dir of a training".formatted(run));
    }
    return new RunFolder(run);
  }

  /// The configuration, with changes to it.
  public Config config(Overrides overrides) {
    return Config.load(path.resolve(CONFIG), overrides);
  }

  public Path path() {
    return path;
  }

  /// Whether other processes are kept away; false where the file system has no locks.
  public boolean isLocked() {
    return locked;
  }

  public Path metrics() {
    return path.resolve(METRICS);
  }

  public Path sessions() {
    return path.resolve(SESSIONS);
  }

  public Path tensorBoard() {
    return path.resolve("tensorboard");
  }

  /// The file for a step's picture; creates its folder.
  public Path overlay(long step) {
    try {
      ResultFolder.create(path.resolve("overlays"));
      return path.resolve("overlays", String.format(Locale.ROOT, "step-%06d.png", step));
    } catch (UncheckedIOException e) {
      throw new RunException(
          "cannot create the folder for pictures in %s: %s".formatted(path, e.getCause()), e);
    }
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new RunException(
          "cannot release the run folder %s: %s".formatted(path, IoReason.of(e)), e);
    }
  }
}
