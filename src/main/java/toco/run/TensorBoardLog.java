package toco.run;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import toco.files.IoReason;
import toco.image.ImageWriter;
import toco.image.Picture;
import toco.tensorboard.EventLog;

/// Writes what a run logs as TensorBoard events: numbers as `loss/total`, pictures as `sample
/// 1/CAM`.
public final class TensorBoardLog implements AutoCloseable {
  private final Path folder;
  private final EventLog events;

  /// @param step steps done so far; events of later steps in older files are ignored
  public TensorBoardLog(Path folder, long step) {
    this.folder = folder;
    try {
      events = EventLog.open(folder, step + 1);
    } catch (UncheckedIOException e) {
      throw failure(e);
    }
  }

  /// Logs a step's numbers.
  public void step(LoggedStep line) {
    append(log -> log.scalars(line.step(), line.scalars()));
  }

  /// Logs an evaluation's scores; those that had nothing to count are left out. Those of another
  /// network than the one that the recipe evaluates are in groups of its own, such as `eval
  /// trained/segMiou`.
  public void evaluation(LoggedEvaluation line) {
    append(log -> log.scalars(line.step(), line.scalars()));
  }

  /// Logs a step's pictures.
  ///
  /// @param pictures by tag, such as `sample 1/CAM`
  public void pictures(long step, Map<String, Picture> pictures) {
    append(log ->
        pictures.forEach((tag, picture) ->
            log.image(step, tag, ImageWriter.png(picture), picture.widthPx(), picture.heightPx())));
  }

  private void append(Consumer<EventLog> content) {
    try {
      content.accept(events);
    } catch (UncheckedIOException e) {
      throw failure(e);
    }
  }

  private RunException failure(UncheckedIOException e) {
    return new RunException(
        ("cannot write TensorBoard's events to %s: %s; free some space or check permissions, then"
                + " resume the run")
            .formatted(folder, IoReason.of(Objects.requireNonNull(e.getCause()))),
        e);
  }

  @Override
  public void close() {
    try {
      events.close();
    } catch (UncheckedIOException e) {
      throw failure(e);
    }
  }
}
