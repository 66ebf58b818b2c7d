package toco.prepare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.data.DataException;
import toco.image.Resources;

class SbdMaskTest {
  /// SciPy's files, of `python/prepare_cases.py`, with sparse boundaries as SBD's have.
  @ParameterizedTest
  @ValueSource(strings = {"sbd.mat", "sbd-plain.mat"})
  void theMaskOfAMatlabFileIsRead(String name) throws IOException {
    var map = SbdMask.read(Files.readAllBytes(Resources.path("prepare/" + name)), name);
    assertEquals(4, map.widthPx());
    assertEquals(3, map.heightPx());
    assertArrayEquals(
        new byte[] {0, 1, 2, 3, 20, 0, 0, 15, 7, 7, 0, 0},
        map.labels().toArray(ValueLayout.JAVA_BYTE));
  }

  /// However a file is cut off, the error is one of data.
  @ParameterizedTest
  @ValueSource(strings = {"sbd.mat", "sbd-plain.mat"})
  void aFileThatIsCutOffIsRefused(String name) throws IOException {
    var whole = Files.readAllBytes(Resources.path("prepare/" + name));
    for (int length = 0; length < whole.length / 2; length += 7) {
      var cut = Arrays.copyOf(whole, length);
      assertThrows(DataException.class, () -> SbdMask.read(cut, name), "at " + length);
    }
  }
}
