package toco.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import toco.image.Resources;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// The files under `npy` are numpy's own.
@TensorTest
class NpyFileTest {
  @TempDir Path folder;

  private static Tensor read(String name) throws IOException {
    return NpyFile.read(Resources.path("npy/" + name));
  }

  /// Quarters from -3/4 on: exact in every floating-point type.
  @ParameterizedTest
  @CsvSource({
    "c.npy, FLOAT32",
    "fortran.npy, FLOAT32",
    "version2.npy, FLOAT32",
    "half.npy, FLOAT16",
    "double-fortran.npy, FLOAT64"
  })
  void everyOrderAndFloatTypeGivesTheSameArray(String name, DType dtype) throws IOException {
    var array = read(name);
    assertEquals(dtype, array.dtype());
    assertEquals(Shape.of(2, 3, 4), array.shape());
    assertTrue(array.isContiguous());
    var expected = new double[24];
    for (int i = 0; i < 24; i++) {
      expected[i] = (i - 3) / 4.0;
    }
    assertArrayEquals(expected, array.toDoubleArray());
  }

  @Test
  void scalarsEmptyArraysAndFlagsAreRead() throws IOException {
    assertEquals(1.5, read("scalar.npy").item());
    assertEquals(Shape.of(0, 3), read("empty.npy").shape());
    assertArrayEquals(new long[] {1, 0, 1}, read("flags.npy").toLongArray());
  }

  @ParameterizedTest
  @CsvSource({"c.npy", "half.npy", "scalar.npy", "empty.npy", "flags.npy"})
  void whatIsWrittenIsByteForByteNumpys(String name) throws IOException {
    var file = folder.resolve("made/" + name);
    NpyFile.write(file, read(name));
    assertArrayEquals(Resources.bytes("npy/" + name), Files.readAllBytes(file));
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.MATCH_NONE,
      names = {"BFLOAT16", "COMPLEX32", "FLOAT8.*"})
  void aRoundTripKeepsEveryType(DType dtype) throws IOException {
    var array = Tensor.arange(-2, 4, DType.INT64, Device.CPU).reshape(2, 3).to(dtype);
    var transposed = array.transpose(0, 1).contiguous();
    var file = folder.resolve("a.npy");
    NpyFile.write(file, array.transpose(0, 1));
    var back = NpyFile.read(file);
    assertEquals(dtype, back.dtype());
    assertEquals(Shape.of(3, 2), back.shape());
    assertEquals(-1, transposed.segment().mismatch(back.segment()));
  }

  @Test
  void bfloat16IsRefusedAndTheOldFileStays() throws IOException {
    var file = folder.resolve("a.npy");
    NpyFile.write(file, Tensor.ones(2));
    var refused = Tensor.ones(2).to(DType.BFLOAT16);
    assertThrows(IllegalArgumentException.class, () -> NpyFile.write(file, refused));
    assertEquals(2, NpyFile.read(file).sum().item());
  }

  @ParameterizedTest
  @CsvSource({"big-endian.npy, >f4", "objects.npy, |O"})
  void otherTypesAreNamed(String name, String descr) {
    var thrown = assertThrows(FileSystemException.class, () -> read(name));
    assertTrue(thrown.getMessage().contains(name), thrown.getMessage());
    assertTrue(thrown.getReason().contains("'" + descr + "'"), thrown.getReason());
  }

  @Test
  void whatIsNoNumpyFileIsNamed() throws IOException {
    var missing = folder.resolve("none.npy");
    assertThrows(NoSuchFileException.class, () -> NpyFile.read(missing));
    var text = Files.writeString(folder.resolve("text.npy"), "0.1, 0.2, 0.3");
    var thrown = assertThrows(FileSystemException.class, () -> NpyFile.read(text));
    assertTrue(thrown.getReason().contains("not a .npy file"), thrown.getReason());
  }

  @Test
  void aFileCutAnywhereIsRefusedOnOneLine() throws IOException {
    var whole = Resources.bytes("npy/c.npy");
    for (int length = 0; length < whole.length; length += 3) {
      var cut = Files.write(folder.resolve("cut.npy"), Arrays.copyOf(whole, length));
      var thrown = assertThrows(FileSystemException.class, () -> NpyFile.read(cut));
      assertEquals(1, thrown.getMessage().lines().count(), thrown.getMessage());
    }
  }

  /// A damaged header either still describes the same number of bytes or is refused; it never takes
  /// memory that the file does not have.
  @Test
  void damagedHeadersNeverEscapeTheFile() throws IOException {
    var whole = Resources.bytes("npy/c.npy");
    var random = new Random(5);
    for (int round = 0; round < 2000; round++) {
      var damaged = whole.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        damaged[random.nextInt(128)] = (byte) random.nextInt(256);
      }
      var file = Files.write(folder.resolve("damaged.npy"), damaged);
      try (var array = NpyFile.read(file)) {
        assertEquals(96, array.numel() * array.dtype().byteSize());
      } catch (FileSystemException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      }
    }
  }
}
