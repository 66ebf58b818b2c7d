package toco.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import toco.files.AtomicFile;
import toco.files.IoReason;

/// Writes what Python's `numpy.save(file, {name: array, …})` writes: a dict of arrays, pickled in a
/// `.npy`. `numpy.load(file, allow_pickle=True).item()` reads it, of numpy 1 and 2.
public final class NumpyDict {
  private static final int HEADER_ALIGNMENT = 64;

  private NumpyDict() {}

  /// Writes the arrays in the map's order.
  ///
  /// @throws DataException if the file cannot be written; an earlier one is then as before
  public static void write(Path file, Map<String, NumpyArray> byName) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(OneHotNpy.MAGIC);
    out.write(1);
    out.write(0);
    String header = "{'descr': '|O', 'fortran_order': False, 'shape': (), }";
    int unpadded = OneHotNpy.MAGIC.length + 4 + header.length() + 1;
    header += " ".repeat((HEADER_ALIGNMENT - unpadded % HEADER_ALIGNMENT) % HEADER_ALIGNMENT);
    out.writeBytes(OneHotNpy.littleEndian(2, header.length() + 1));
    out.writeBytes((header + "\n").getBytes(StandardCharsets.US_ASCII));
    NumpyPickler.write(byName, out);
    try {
      AtomicFile.write(file, out.toByteArray());
    } catch (IOException e) {
      throw new DataException(
          "cannot write %s: %s; check the folder and the free space"
              .formatted(file, IoReason.of(e)),
          e);
    }
  }
}
