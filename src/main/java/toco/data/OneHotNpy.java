package toco.data;

import static toco.files.PickleValues.expect;
import static toco.files.QuotedText.quote;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import toco.files.IoReason;

/// Image-level labels in the file format of the published code: `numpy.save` of a dict from image
/// name to a float32 array with one value per class. Python reads it with `numpy.load(file,
/// allow_pickle=True).item()`.
///
/// Reads files of numpy 1 and 2 with pickle protocols 2 to 5, and executes nothing in them, see
/// [toco.files.PickleReader]. Files written here are read by numpy 1 and 2.
public final class OneHotNpy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final long MAX_BYTES = 1 << 30; // COCO's has 40 MB

  private OneHotNpy() {}

  /// Reads a labels file.
  ///
  /// @return the values of each name, in the file's order
  /// @throws DataException if the file is missing, damaged or holds anything else
  public static SequencedMap<String, float[]> read(Path file) {
    byte[] bytes;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new DataException(
            "%s has %s bytes; a labels file has at most %s"
                .formatted(file, Files.size(file), MAX_BYTES));
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new DataException(
          "no labels file "
              + file
              + "; put cls_labels_onehot.npy next to the lists, or name another folder",
          e);
    } catch (IOException e) {
      throw new DataException("cannot read " + file + ": " + IoReason.of(e), e);
    }
    return read(bytes, file.toString());
  }

  /// Reads the bytes of a labels file.
  ///
  /// @param source what to call it in an error message
  static SequencedMap<String, float[]> read(byte[] bytes, String source) {
    try {
      return parse(bytes);
    } catch (IllegalArgumentException e) {
      throw refused(
          source, "it holds " + DataException.shortened(String.valueOf(e.getMessage())), e);
    } catch (RuntimeException e) { // however the damage shows
      throw refused(source, "it is damaged or cut off", e);
    }
  }

  /// Writes a labels file.
  ///
  /// @throws DataException if it cannot be written; an existing file is then unchanged
  public static void write(Path file, Map<String, float[]> byName) {
    var arrays = new LinkedHashMap<String, NumpyArray>();
    byName.forEach((name, values) -> arrays.put(name, NumpyArray.of(values, values.length)));
    NumpyDict.write(file, arrays);
  }

  private static SequencedMap<String, float[]> parse(byte[] bytes) {
    var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (byte expected : MAGIC) {
      if (in.get() != expected) {
        throw new IllegalArgumentException("no numpy array");
      }
    }
    int major = in.get();
    in.get();
    int headerLength = major == 1 ? in.getShort() & 0xFFFF : in.getInt();
    int headerStart = in.position();
    if (headerLength < 0 || headerLength > in.remaining()) {
      throw new BufferUnderflowException();
    }
    in.position(headerStart + headerLength);
    String header = new String(bytes, headerStart, headerLength, StandardCharsets.UTF_8);
    if (!header.contains("'|O'")) {
      throw new IllegalArgumentException(
          "a plain array instead of a pickled dict: " + header.strip());
    }
    var pickled = NumpyGlobals.read(in);
    if (!(pickled.object() instanceof NumpyValue.NdArray outer)
        || !(outer.onlyObject() instanceof Map<?, ?> dict)) {
      throw new IllegalArgumentException("something other than a dict");
    }
    var byName = new LinkedHashMap<String, float[]>();
    var converted = new IdentityHashMap<Object, float[]>(); // images may share an array
    dict.forEach((key, value) -> {
      var name = expect(key, String.class);
      if (!(value instanceof NumpyValue.NdArray array)) {
        throw new IllegalArgumentException("no array for " + quote(name));
      }
      byName.put(
          name,
          converted.computeIfAbsent(
              value,
              _ -> {
                pickled.globals().countCopy(array.byteSize());
                return array.toFloats();
              }));
    });
    return byName;
  }

  private static DataException refused(String source, String reason, Throwable cause) {
    String message =
        ("cannot read labels from %s: %s; "
                + "expected numpy.save of a dict from image name to a float array")
            .formatted(source, reason);
    return new DataException(message, cause);
  }
}
