package toco.run;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import toco.files.IoReason;
import toco.image.ImageWriter;
import toco.image.Picture;
import toco.tensorboard.EventLog;
import tools.jackson.databind.JsonNode;

/// Writes what a run logs as TensorBoard events: numbers as `loss/total`, pictures as `sample
/// 1/CAM`.
public final class TensorBoardLog implements AutoCloseable {
  private static final double MB = 1e6;

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
    var values = new LinkedHashMap<String, Double>();
    line.losses().forEach((term, loss) -> values.put("loss/" + term, loss));
    line.weights().forEach((term, weight) -> values.put("weight/" + term, weight));
    line.learningRates().forEach((group, rate) -> values.put("lr/" + group, rate));
    values.put("speed/imagesPerSecond", line.imagesPerSecond());
    values.put("data/waitShare", line.dataWaitShare());
    values.put("data/skippedSamples", line.skippedSamples());
    values.put("memory/residentMB", line.residentBytes() / MB);
    values.put("memory/peakResidentMB", line.peakResidentBytes() / MB);
    values.put("memory/liveTensors", line.liveTensors());
    append(log -> log.scalars(line.step(), values));
  }

  /// Logs an evaluation's scores; those that had nothing to count are left out. Those of another
  /// network than the one that the recipe evaluates are in groups of its own, such as `eval
  /// trained/segMiou`.
  public void evaluation(LoggedEvaluation line) {
    var values = new LinkedHashMap<String, Double>();
    var group = line.network() == null ? "eval" : "eval " + line.network();
    line.scores()
        .properties()
        .forEach(score -> put(values, group, score.getKey(), score.getValue()));
    append(log -> log.scalars(line.step(), values));
  }

  /// A number as `GROUP/KEY`, those of an object as `GROUP KEY/MEMBER`, and `perClass`, by class
  /// and then by kind of map, as `eval perClass KIND/CLASS`: a group has a kind's classes.
  private static void put(Map<String, Double> values, String group, String key, JsonNode value) {
    if (value.isNumber()) {
      values.put(group + "/" + key, value.doubleValue());
    }
    for (var member : value.properties()) {
      if (member.getValue().isObject()) {
        for (var kind : member.getValue().properties()) {
          put(values, group + " " + key + " " + kind.getKey(), member.getKey(), kind.getValue());
        }
      } else {
        put(values, group + " " + key, member.getKey(), member.getValue());
      }
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
