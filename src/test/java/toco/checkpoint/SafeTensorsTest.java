package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.assertRefused;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import toco.files.AtomicFile;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

@TensorTest
final class SafeTensorsTest {
  private static final List<DType> UNKNOWN =
      List.of(DType.COMPLEX32, DType.COMPLEX128, DType.FLOAT8_E5M2FNUZ, DType.FLOAT8_E4M3FNUZ);

  @TempDir Path folder;

  @Test
  void roundTripKeepsNamesOrderValuesAndMetadata() {
    var tensors = new LinkedHashMap<String, Tensor>();
    var dtypes = EnumSet.complementOf(EnumSet.copyOf(UNKNOWN));
    for (var dtype : dtypes) {
      tensors.put("of." + dtype, Tensor.randint(0, 2, 3, 5).to(dtype));
    }
    tensors.put("scalar", Tensor.full(7, DType.FLOAT64, Device.CPU));
    tensors.put("empty", Tensor.zeros(0, 4));
    tensors.put("transposed", Tensor.rand(2, 3).transpose(0, 1));
    tensors.put("naïve \"name\"\n", Tensor.rand(1));
    var metadata = Map.of("config", "a: ü\nb: \"2\"", "empty", "");
    var file = folder.resolve("new/folder/all.safetensors");

    SafeTensors.write(file, tensors, metadata);
    var read = SafeTensors.read(file);

    assertEquals(metadata, read.metadata());
    assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.tensors().keySet()));
    tensors.forEach((name, tensor) -> {
      var other = read.tensors().get(name);
      assertEquals(tensor.info().shape(), other.info().shape(), name);
      assertEquals(tensor.info().dtype(), other.info().dtype(), name);
      assertEquals(-1, tensor.contiguous().segment().mismatch(other.segment()), name);
    });
  }

  @ParameterizedTest
  @FieldSource("UNKNOWN")
  void dtypesThatTheFormatLacksAreNamed(DType dtype) {
    var tensors = Map.of("x", Tensor.ones(1).to(dtype));
    var file = folder.resolve("x.safetensors");
    var thrown =
        assertThrows(
            IllegalArgumentException.class, () -> SafeTensors.write(file, tensors, Map.of()));
    assertTrue(thrown.getMessage().contains(dtype.toString()), thrown.getMessage());
    assertFalse(Files.exists(file));
  }

  @Test
  void writingIsDeterministic() throws IOException {
    var tensors = Map.of("a", Tensor.rand(3), "b", Tensor.of(new long[] {1, 2}));
    SafeTensors.write(folder.resolve("1"), tensors, Map.of("k", "v"));
    SafeTensors.write(folder.resolve("2"), tensors, Map.of("k", "v"));
    assertEquals(-1, Files.mismatch(folder.resolve("1"), folder.resolve("2")));
  }

  @Test
  void dataAreAlignedToEightBytesAndWideElementsComeFirst() throws IOException {
    var file = folder.resolve("aligned.safetensors");
    SafeTensors.write(
        file,
        Map.of("x", Tensor.ones(3).to(DType.UINT8), "y", Tensor.ones(5).to(DType.FLOAT64)),
        Map.of());
    long header =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertEquals(0, header % 8);
    assertEquals(0, SafeTensors.read(file).tensors().get("y").segment().address() % 8);
  }

  /// The mapping is copy-on-write.
  @Test
  void changingATensorInPlaceDoesNotChangeTheFile() throws IOException {
    var file = folder.resolve("x.safetensors");
    SafeTensors.write(file, Map.of("x", Tensor.zeros(4096)), Map.of());
    var before = Files.readAllBytes(file);
    var x = SafeTensors.read(file).tensors().get("x");
    x.fill_(1);
    assertEquals(4096, x.sum().item());
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void replacingTheFileDoesNotChangeTensorsReadBefore() {
    var file = folder.resolve("x.safetensors");
    SafeTensors.write(file, Map.of("x", Tensor.zeros(1000)), Map.of());
    var old = SafeTensors.read(file).tensors().get("x");
    SafeTensors.write(file, Map.of("x", Tensor.ones(1000)), Map.of());
    assertEquals(0, old.sum().item());
    assertEquals(1000, SafeTensors.read(file).tensors().get("x").sum().item());
  }

  /// Other writers do not pad their headers; unaligned tensors are copied.
  @Test
  void unalignedDataAreRead() throws IOException {
    var header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} ";
    for (int shift = 0; shift < 4; shift++) {
      var file = TestFiles.safetensors(folder.resolve(shift + ""), header + " ".repeat(shift), 8);
      assertArrayEquals(new float[2], SafeTensors.read(file).tensors().get("x").toFloatArray());
    }
  }

  /// A header of 640 bytes makes the file begin like a pickle, one of 0x4b50 like half a ZIP
  /// archive.
  @Test
  void headersOfAnyLengthAreRecognised() throws IOException {
    for (int length : new int[] {640, 896, 1152, 1408, 0x4b50, 0x8b1f, 0xd8ff}) {
      var file =
          TestFiles.safetensors(folder.resolve("x" + length), "{}" + " ".repeat(length - 2), 0);
      assertEquals(Map.of(), SafeTensors.read(file).tensors());
      assertEquals(Map.of(), StateDict.load(file).tensors());
    }
  }

  @Test
  void everyGoldenFileIsReadAndWrittenBackTheSame() throws IOException {
    try (var files =
        Files.newDirectoryStream(TestFiles.golden("micro.pth").getParent(), "*.safetensors")) {
      for (var golden : files) {
        try (var _ = TensorScope.open()) {
          var contents = SafeTensors.read(golden);
          var copy = folder.resolve(golden.getFileName().toString());
          SafeTensors.write(copy, contents.tensors(), contents.metadata());
          var again = SafeTensors.read(copy);
          assertEquals(contents.metadata(), again.metadata());
          contents
              .tensors()
              .forEach((name, tensor) ->
                  assertArrayEquals(
                      tensor.contiguous().segment().toArray(ValueLayout.JAVA_BYTE),
                      again.tensors().get(name).segment().toArray(ValueLayout.JAVA_BYTE),
                      () -> golden + " " + name));
        }
      }
    }
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNoOther() throws IOException {
    var target = folder.resolve("kept");
    Files.writeString(target, "old");
    assertThrows(
        IOException.class,
        () ->
            AtomicFile.writeDurably(
                target,
                channel -> {
                  channel.write(ByteBuffer.wrap(new byte[100]));
                  throw new IOException("No space left on device");
                }));
    assertEquals("old", Files.readString(target));
    try (var all = Files.list(folder)) {
      assertEquals(List.of(target), all.toList());
    }
  }

  @Test
  void aTargetThatCannotBeReplacedGivesOneLine() throws IOException {
    var target = Files.createDirectories(folder.resolve("taken/inner")).getParent();
    assertRefused(
        target,
        () -> SafeTensors.write(target, Map.of("x", Tensor.zeros(1)), Map.of()),
        "cannot be written");
    try (var all = Files.list(folder)) {
      assertEquals(List.of(target), all.toList());
    }
  }

  @Test
  void theReservedKeyIsRefusedAsATensorsName() {
    var tensors = Map.of("__metadata__", Tensor.zeros(1));
    assertThrows(
        IllegalArgumentException.class,
        () -> SafeTensors.write(folder.resolve("x"), tensors, Map.of()));
    assertTrue(Files.notExists(folder.resolve("x")));
  }
}
