package toco.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.image.Resources;

class NumpyDictTest {
  /// Prints what Python reads, in the order of the dict.
  private static final String READER =
      """
      import sys, numpy
      d = numpy.load(sys.argv[1], allow_pickle=True).item()
      for k, v in d.items():
          print(k, v.dtype, v.shape, v.flatten().tolist(), v.flags.c_contiguous)
      """;

  @TempDir Path folder;

  private static Map<String, NumpyArray> arrays() {
    var arrays = new LinkedHashMap<String, NumpyArray>();
    arrays.put("keys", NumpyArray.of(new long[] {2, 4}, 2));
    arrays.put("high_res", NumpyArray.of(new float[] {0, .5f, 1, -2, 3, 4e9f}, 2, 1, 3));
    arrays.put("none", NumpyArray.of(new float[0], 0, 1, 3));
    arrays.put("more", NumpyArray.of(new long[] {-1, Long.MAX_VALUE}, 1, 2));
    return arrays;
  }

  /// numpy 2.4.6 and 1.26.4 read the stored file as these arrays.
  @Test
  void theBytesAreThoseThatNumpyWasSeenToRead() throws IOException {
    NumpyDict.write(folder.resolve("d.npy"), arrays());
    assertArrayEquals(Resources.bytes("npy/dict.npy"), Files.readAllBytes(folder.resolve("d.npy")));
  }

  @Test
  void pythonReadsIt() throws IOException, InterruptedException {
    assumeTrue(python("import numpy", "").status() == 0, "no Python with numpy here");
    NumpyDict.write(folder.resolve("d.npy"), arrays());
    var read = python(READER, folder.resolve("d.npy").toString());
    assertEquals(0, read.status(), read.out());
    assertEquals(
        """
        keys int64 (2,) [2, 4] True
        high_res float32 (2, 1, 3) [0.0, 0.5, 1.0, -2.0, 3.0, 4000000000.0] True
        none float32 (0, 1, 3) [] True
        more int64 (1, 2) [-1, 9223372036854775807] True
        """,
        read.out());
  }

  @Test
  void sizesThatDoNotFitAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> NumpyArray.of(new float[3], 2));
    assertThrows(IllegalArgumentException.class, () -> NumpyArray.of(new float[1]));
    assertThrows(IllegalArgumentException.class, () -> NumpyArray.of(new float[1], 1, 1, 1, 1));
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() throws IOException {
    var file = Files.writeString(folder.resolve("file"), "").resolve("d.npy");
    var thrown = assertThrows(DataException.class, () -> NumpyDict.write(file, arrays()));
    assertTrue(thrown.getMessage().contains("d.npy"), thrown.getMessage());
  }

  private record Run(int status, String out) {}

  private static Run python(String code, String argument) throws IOException, InterruptedException {
    var command = System.getenv().getOrDefault("TOCO_TEST_PYTHON", "python3");
    try {
      var process =
          new ProcessBuilder(command, "-c", code, argument).redirectErrorStream(true).start();
      var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Run(process.waitFor(), out);
    } catch (IOException e) {
      return new Run(-1, "no " + command);
    }
  }
}
