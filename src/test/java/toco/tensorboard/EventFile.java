package toco.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Event files read back by an independent reader: framing, checksums and protocol buffers, none of
/// it shared with the writer.
public final class EventFile {
  private static final int POLYNOMIAL = 0x82F63B78; // CRC-32C, bits reversed

  private EventFile() {}

  /// An event.
  ///
  /// @param fileVersion or an empty text
  /// @param sessionStart whether it says that the run starts at this step
  /// @param scalars by tag
  /// @param images by tag
  public record Event(
      double wallTime,
      long step,
      String fileVersion,
      boolean sessionStart,
      Map<String, Double> scalars,
      Map<String, Image> images) {}

  /// An encoded picture.
  @SuppressWarnings("ArrayRecordComponent")
  public record Image(long heightPx, long widthPx, long colorspace, byte[] png) {}

  /// All events of a file. A last record cut short ends it, as it does for TensorBoard; a wrong
  /// checksum fails the test.
  public static List<Event> read(Path file) throws IOException {
    var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    var events = new ArrayList<Event>();
    while (bytes.remaining() >= 12) {
      var length = new byte[8];
      bytes.get(length);
      assertEquals(masked(length), bytes.getInt(), "checksum of a length");
      long size = little(length).getLong();
      if (bytes.remaining() < size + 4) {
        break;
      }
      var record = new byte[(int) size];
      bytes.get(record);
      assertEquals(masked(record), bytes.getInt(), "checksum of a record");
      events.add(event(record));
    }
    return events;
  }

  /// What TensorBoard shows of a folder: its files in order of their names, where a session's start
  /// voids that step and all later ones of the files before.
  public static List<Event> readFolder(Path folder) throws IOException {
    var events = new ArrayList<Event>();
    try (var files = Files.list(folder)) {
      for (var file : files.sorted().toList()) {
        for (var event : read(file)) {
          if (event.sessionStart) {
            events.removeIf(older -> older.step >= event.step);
          }
          events.add(event);
        }
      }
    }
    return events;
  }

  static int crc(byte[] bytes) {
    int crc = -1;
    for (byte b : bytes) {
      crc ^= b & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL;
      }
    }
    return ~crc;
  }

  private static int masked(byte[] bytes) {
    int crc = crc(bytes);
    return (crc >>> 15 | crc << 17) + 0xA282EAD8;
  }

  private static Event event(byte[] record) {
    var fields = fields(record);
    var scalars = new LinkedHashMap<String, Double>();
    var images = new LinkedHashMap<String, Image>();
    for (var summary : all(fields, 5)) {
      for (var encoded : all(fields((byte[]) summary), 1)) {
        var value = fields((byte[]) encoded);
        var tag = text(all(value, 1).getFirst());
        if (value.containsKey(2)) {
          scalars.put(tag, (double) little((byte[]) all(value, 2).getFirst()).getFloat());
        }
        if (value.containsKey(4)) {
          var image = fields((byte[]) all(value, 4).getFirst());
          images.put(
              tag,
              new Image(
                  number(image, 1),
                  number(image, 2),
                  number(image, 3),
                  (byte[]) all(image, 4).getFirst()));
        }
      }
    }
    var sessions = all(fields, 7);
    return new Event(
        little((byte[]) all(fields, 1).getFirst()).getDouble(),
        fields.containsKey(2) ? number(fields, 2) : 0,
        fields.containsKey(3) ? text(all(fields, 3).getFirst()) : "",
        !sessions.isEmpty() && number(fields((byte[]) sessions.getFirst()), 1) == 1,
        scalars,
        images);
  }

  /// Values by field number: Long of varints, byte[] of all else.
  private static Map<Integer, List<Object>> fields(byte[] message) {
    var fields = new LinkedHashMap<Integer, List<Object>>();
    var bytes = ByteBuffer.wrap(message);
    while (bytes.hasRemaining()) {
      long tag = varint(bytes);
      Object value =
          switch ((int) (tag & 7)) {
            case 0 -> varint(bytes);
            case 1 -> take(bytes, 8);
            case 2 -> take(bytes, (int) varint(bytes));
            case 5 -> take(bytes, 4);
            default -> throw new AssertionError("wire type " + (tag & 7));
          };
      fields.computeIfAbsent((int) (tag >>> 3), _ -> new ArrayList<>()).add(value);
    }
    return fields;
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = bytes.get();
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private static byte[] take(ByteBuffer bytes, int count) {
    var taken = new byte[count];
    bytes.get(taken);
    return taken;
  }

  private static List<Object> all(Map<Integer, List<Object>> fields, int number) {
    return fields.getOrDefault(number, List.of());
  }

  private static long number(Map<Integer, List<Object>> fields, int number) {
    return (Long) all(fields, number).getFirst();
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
