package toco.data;

import static toco.files.PickleValues.expect;
import static toco.files.QuotedText.quote;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.ZipInputStream;
import toco.files.IoReason;

/// Image-level labels in the file format of the published code: `numpy.save` of a dict from image
/// name to a float32 array with one value per class. Python reads it with `numpy.load(file,
/// allow_pickle=True).item()`.
///
/// The keys may be integers, and the values lists or arrays of any number or bool. A `.npz` with
/// such a dict, or with an array for each image, is read, too.
///
/// Reads files of numpy 1 and 2 with pickle protocols 2 to 5, and executes nothing in them, see
/// [toco.files.PickleReader]. Files written here are read by numpy 1 and 2.
public final class OneHotNpy {
  private static final long MAX_BYTES = 1 << 30; // COCO's has 40 MB

  private static final long MAX_ARCHIVE_BYTES = 1 << 28; // unpacked: a .npz of a few kB may bomb

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
    } catch (IOException | RuntimeException e) { // however the damage shows
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

  private static SequencedMap<String, float[]> parse(byte[] bytes) throws IOException {
    var byName = new LinkedHashMap<String, float[]>();
    if (bytes.length > 1 && bytes[0] == 'P' && bytes[1] == 'K') {
      addArchive(byName, bytes);
    } else {
      var file = NumpyFile.read(bytes);
      if (!file.isPickled()) {
        throw new IllegalArgumentException(
            "a plain array instead of a pickled dict: " + file.header());
      }
      addDict(byName, file);
    }
    return byName;
  }

  /// Adds the entries of a `.npz`: a label each, or a dict.
  private static void addArchive(Map<String, float[]> byName, byte[] bytes) throws IOException {
    long remaining = MAX_ARCHIVE_BYTES;
    try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        var content = zip.readNBytes((int) remaining);
        remaining -= content.length;
        if (remaining == 0) {
          throw new IllegalArgumentException("more than " + MAX_ARCHIVE_BYTES + " bytes");
        }
        var file = NumpyFile.read(content);
        if (file.isPickled()) {
          addDict(byName, file);
        } else {
          put(byName, entry.getName().replaceFirst("\\.npy$", ""), file.array().toFloats());
        }
      }
    }
  }

  private static void addDict(Map<String, float[]> byName, NumpyFile file) {
    if (!(file.array().onlyObject() instanceof Map<?, ?> dict)) {
      throw new IllegalArgumentException("something other than a dict");
    }
    var converted = new IdentityHashMap<Object, float[]>(); // images may share an array
    dict.forEach((key, value) -> {
      var name = key instanceof Long number ? number.toString() : expect(key, String.class);
      put(byName, name, converted.computeIfAbsent(value, _ -> floats(name, value, file)));
    });
  }

  private static float[] floats(String name, Object value, NumpyFile file) {
    return switch (value) {
      case NumpyValue.NdArray array -> {
        file.countCopy(array.byteSize());
        yield array.toFloats();
      }
      case List<?> list -> {
        file.countCopy(list.size());
        yield NumpyValue.floats(list);
      }
      default -> throw new IllegalArgumentException("no array for " + quote(name));
    };
  }

  private static void put(Map<String, float[]> byName, String name, float[] values) {
    if (byName.put(name, values) != null) {
      throw new IllegalArgumentException("two labels of " + quote(name));
    }
  }

  private static DataException refused(String source, String reason, Throwable cause) {
    String message =
        ("cannot read labels from %s: %s; expected numpy.save of a dict from image name to an array"
                + " with a 0 or 1 for each class")
            .formatted(source, reason);
    return new DataException(message, cause);
  }
}
