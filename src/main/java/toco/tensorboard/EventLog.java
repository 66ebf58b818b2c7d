package toco.tensorboard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// Writes a run's numbers and pictures, step by step, to a TensorBoard event file.
///
/// ```java
/// try (var log = EventLog.open(runDir.resolve("tensorboard"), 1)) {
///   log.scalars(20, Map.of("loss/total", 1.5));
///   log.image(20, "sample 1/CAM", png, 192, 192);
/// }
/// ```
///
/// Every start of a run opens a new file and records its first step: TensorBoard ignores events of
/// that and later steps in older files. So a run that is resumed from a checkpoint has every step
/// once.
public final class EventLog implements AutoCloseable {
  private static final String PREFIX = "events.out.tfevents.";
  private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{10})\\..*");
  private static final String FILE_VERSION = "brain.Event:2";
  private static final int SESSION_START = 1;
  private static final int RGB = 3;

  private final Path file;
  private final RecordFile records;

  private EventLog(Path file) throws IOException {
    this.file = file;
    records = new RecordFile(file);
  }

  /// Opens a new file.
  ///
  /// @param folder created if it does not exist; TensorBoard reads its files in order of their
  ///   names, which hold their start in seconds
  /// @param firstStep the first step that will be logged
  /// @throws UncheckedIOException if the folder or the file cannot be written
  public static EventLog open(Path folder, long firstStep) {
    try {
      Files.createDirectories(folder);
      var log =
          new EventLog(
              folder.resolve(
                  String.format(
                      Locale.ROOT,
                      "%s%010d.toco.%s",
                      PREFIX,
                      startSeconds(folder),
                      ProcessHandle.current().pid())));
      log.append(event(0).putString(Event.FILE_VERSION, FILE_VERSION));
      var session = new ProtoMessage().putInt(SessionLog.STATUS, SESSION_START);
      log.append(event(firstStep).putMessage(Event.SESSION_LOG, session));
      return log;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Appends numbers.
  ///
  /// @param step steps done
  /// @param values by name; TensorBoard groups names by what is before their first `/`
  /// @throws UncheckedIOException if they cannot be written
  public void scalars(long step, Map<String, Double> values) {
    var summary = new ProtoMessage();
    values.forEach((name, value) ->
        summary.putMessage(
            Summary.VALUE,
            new ProtoMessage()
                .putString(Value.TAG, name)
                .putFloat(Value.SIMPLE_VALUE, value.floatValue())));
    append(event(step).putMessage(Event.SUMMARY, summary));
  }

  /// Appends a picture.
  ///
  /// @param step steps done
  /// @param png an encoded RGB picture of this size
  /// @throws UncheckedIOException if it cannot be written
  public void image(long step, String name, byte[] png, int widthPx, int heightPx) {
    var image =
        new ProtoMessage()
            .putInt(Image.HEIGHT, heightPx)
            .putInt(Image.WIDTH, widthPx)
            .putInt(Image.COLORSPACE, RGB)
            .putBytes(Image.ENCODED, png);
    var value = new ProtoMessage().putString(Value.TAG, name).putMessage(Value.IMAGE, image);
    append(
        event(step).putMessage(Event.SUMMARY, new ProtoMessage().putMessage(Summary.VALUE, value)));
  }

  /// The file that is written.
  public Path file() {
    return file;
  }

  @Override
  public void close() {
    try {
      records.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void append(ProtoMessage event) {
    try {
      records.append(event.toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ProtoMessage event(long step) {
    return new ProtoMessage()
        .putDouble(Event.WALL_TIME, System.currentTimeMillis() / 1e3)
        .putInt(Event.STEP, step);
  }

  /// Now, or a second after the newest file's start if that is not before now: the clock may have
  /// been set back, or a run resumed within a second.
  private static long startSeconds(Path folder) throws IOException {
    long seconds = System.currentTimeMillis() / 1000;
    try (var files = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (var older : files) {
        var name = NAME.matcher(older.getFileName().toString());
        if (name.matches()) {
          seconds = Math.max(seconds, Long.parseLong(name.group(1)) + 1);
        }
      }
    }
    return seconds;
  }

  // Field numbers of TensorFlow's event.proto and summary.proto.

  private static final class Event {
    static final int WALL_TIME = 1;
    static final int STEP = 2;
    static final int FILE_VERSION = 3;
    static final int SUMMARY = 5;
    static final int SESSION_LOG = 7;
  }

  private static final class SessionLog {
    static final int STATUS = 1;
  }

  private static final class Summary {
    static final int VALUE = 1;
  }

  private static final class Value {
    static final int TAG = 1;
    static final int SIMPLE_VALUE = 2;
    static final int IMAGE = 4;
  }

  private static final class Image {
    static final int HEIGHT = 1;
    static final int WIDTH = 2;
    static final int COLORSPACE = 3;
    static final int ENCODED = 4;
  }
}
