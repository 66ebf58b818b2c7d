package toco.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.files.NpyFile;

/// Writes a dict of arrays, pickled in a `.npy` file, as Python's `numpy.save(file, {name: array,
/// …})` does. numpy 1 and 2 read it with `numpy.load(file, allow_pickle=True).item()`.
public final class NumpyDict {
  private NumpyDict() {}

  /// Writes the arrays in the map's order.
  ///
  /// @throws DataException if the file cannot be written; an existing one is then unchanged
  public static void write(Path file, Map<String, NumpyArray> byName) {
    var header = NpyFile.pickledObjectHeader();
    var pickle = NumpyPickler.pickle(byName);
    var bytes = Arrays.copyOf(header, Math.addExact(header.length, pickle.length));
    System.arraycopy(pickle, 0, bytes, header.length, pickle.length);
    try {
      AtomicFile.write(file, bytes);
    } catch (IOException e) {
      throw new DataException(
          "cannot write %s: %s; check the folder and the free space"
              .formatted(file, IoReason.of(e)),
          e);
    }
  }
}
