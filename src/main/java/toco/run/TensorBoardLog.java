package toco.run;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.files.IoReason;
import toco.image.ImageWriter;
import toco.image.Picture;
import toco.tensorboard.EventLog;

/// What a run logs, as events for TensorBoard: numbers as `loss/total`, pictures as `sample 1/CAM`.
public final class TensorBoardLog implements AutoCloseable {
  private static final double MB = 1e6;

  /// The groups of a line of `metrics.jsonl`, and what they are called here.
  private static final Map<String, String> GROUPS =
      Map.of("losses", "loss", "weights", "weight", "lr", "lr");

  private final Path folder;
  private final EventLog events;

  /// @param step steps done so far: what older files say of later ones is void
  public TensorBoardLog(Path folder, long step) {
    this.folder = folder;
    try {
      events = EventLog.open(folder, step + 1);
    } catch (UncheckedIOException e) {
      throw failure(e);
    }
  }

  /// Logs a step's line of `metrics.jsonl`.
  public void step(long step, Map<String, Object> line) {
    var values = new LinkedHashMap<String, Double>();
    line.forEach((key, value) -> {
      if (value instanceof Map<?, ?> members && GROUPS.containsKey(key)) {
        members.forEach(
            (name, number) -> values.put(GROUPS.get(key) + "/" + name, (Double) number));
      }
    });
    values.put("speed/imagesPerSecond", number(line, "imagesPerSecond"));
    values.put("data/waitShare", number(line, "dataWaitShare"));
    values.put("data/skippedSamples", number(line, "skippedSamples"));
    values.put("memory/residentMB", number(line, "rssBytes") / MB);
    values.put("memory/peakResidentMB", number(line, "peakRssBytes") / MB);
    values.put("memory/liveTensors", number(line, "liveTensors"));
    append(log -> log.scalars(step, values));
  }

  private static double number(Map<String, Object> line, String key) {
    return line.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  /// Logs an evaluation; what had nothing to count is left out.
  ///
  /// @param json the object that `metrics.jsonl` has, see [toco.eval.Scores#toJson]
  public void evaluation(long step, Map<String, ? extends @Nullable Object> json) {
    var values = new LinkedHashMap<String, Double>();
    json.forEach((key, value) -> put(values, "eval", key, value));
    append(log -> log.scalars(step, values));
  }

  /// A number as `GROUP/KEY`, those of an object as `GROUP KEY/MEMBER`, and `perClass`, by class
  /// and then by kind of map, as `eval perClass KIND/CLASS`: a group has a kind's classes.
  private static void put(
      Map<String, Double> values, String group, Object key, @Nullable Object value) {
    if (value instanceof Number number) {
      values.put(group + "/" + key, number.doubleValue());
    } else if (value instanceof Map<?, ?> members) {
      members.forEach((member, its) -> {
        if (its instanceof Map<?, ?> kinds) {
          kinds.forEach(
              (kind, score) -> put(values, group + " " + key + " " + kind, member, score));
        } else {
          put(values, group + " " + key, member, its);
        }
      });
    }
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
        ("cannot write TensorBoard's events to %s: %s; free some space or check "
                + "permissions, then resume the run")
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
