package toco.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.function.Executable;

/// Valid and invalid files for the tests of this package.
final class TestFiles {
  /// The storage 0, 1, … 5, little-endian.
  static final byte[] SIX_FLOATS =
      ByteBuffer.allocate(24)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putFloat(0)
          .putFloat(1)
          .putFloat(2)
          .putFloat(3)
          .putFloat(4)
          .putFloat(5)
          .array();

  private TestFiles() {}

  static Path resource(String name) {
    try {
      return Path.of(TestFiles.class.getResource("/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path golden(String name) {
    return resource("golden/" + name);
  }

  /// A safetensors file with this header and this number of zero bytes as data.
  static Path safetensors(Path file, String header, int dataBytes) throws IOException {
    var json = header.getBytes(UTF_8);
    var all = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    return Files.write(file, all.putLong(json.length).put(json).array());
  }

  /// An archive as torch.save writes it, with this pickle and these storages.
  static Path archive(Path file, byte[] pickle, Map<String, byte[]> storages) throws IOException {
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      store(zip, "archive/data.pkl", pickle);
      store(zip, "archive/byteorder", "little".getBytes(UTF_8));
      for (var storage : storages.entrySet()) {
        store(zip, "archive/data/" + storage.getKey(), storage.getValue());
      }
    }
    return file;
  }

  static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    var crc = new CRC32();
    crc.update(content);
    var entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
  }

  /// Pickle code from characters, and from numbers as bytes.
  static byte[] pickle(Object... parts) {
    var bytes = new ByteArrayOutputStream();
    for (var part : parts) {
      if (part instanceof Integer number) {
        bytes.write(number);
      } else {
        bytes.writeBytes(part.toString().getBytes(UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  /// Pickle code for a string.
  static String text(String value) {
    return "X" + (char) value.length() + "\0\0\0" + value;
  }

  /// Pickle code for a float tensor [size] with this stride in storage '0' with this number of
  /// elements; all numbers < 128.
  static String tensor(int offset, int size, int stride, int elements) {
    return "ctorch._utils\n_rebuild_tensor_v2\n(("
        + text("storage")
        + "ctorch\nFloatStorage\n"
        + text("0")
        + text("cpu")
        + "K"
        + (char) elements
        + "tQ"
        + "K"
        + (char) offset
        + "(K"
        + (char) size
        + "t(K"
        + (char) stride
        + "tNNtR";
  }

  /// Asserts that the action fails with a message of one line that names the file and contains the
  /// words.
  static void assertRefused(Path file, Executable action, String... words) {
    var message = String.valueOf(assertThrows(CheckpointException.class, action).getMessage());
    assertTrue(message.startsWith(file.toString()) && !message.contains("\n"), message);
    for (var word : words) {
      assertTrue(message.contains(word), () -> "expected '%s' in: %s".formatted(word, message));
    }
  }
}
