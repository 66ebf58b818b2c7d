package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.assertRefused;
import static toco.checkpoint.TestFiles.golden;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.PythonTorch;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Weights written as `.pth` are read back bit for bit, here and in Python.
@TensorTest
final class TorchArchiveTest {
  @TempDir Path folder;

  /// Every dtype, views, no elements, no dimensions, names beyond ASCII, more entries than a batch
  /// of pickled items or a byte's memo.
  private static Map<String, Tensor> manyKinds() {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (var dtype : PickledValue.STORAGE_TYPES.values()) {
      tensors.put(
          "dtype." + dtype, Tensor.arange(0, 6, DType.INT64, Device.CPU).to(dtype).reshape(2, 3));
    }
    var base = Tensor.randn(4, 5, 6);
    tensors.put("transposed", base.transpose(0, 2));
    tensors.put("middle", base.select(1, 2));
    tensors.put("expanded", Tensor.ones(1, 3).expand(70000, 3));
    tensors.put("none", Tensor.zeros(0, 3));
    tensors.put("scalar", Tensor.full(2.5, DType.FLOAT32, Device.CPU));
    tensors.put("fünf", Tensor.zeros(1, 1, 1, 1, 1));
    for (int i = 0; i < 2100; i++) {
      tensors.put("many." + i, Tensor.full(i, DType.INT64, Device.CPU, 1));
    }
    return tensors;
  }

  private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> got) {
    assertEquals(new ArrayList<>(expected.keySet()), new ArrayList<>(got.keySet()));
    expected.forEach((name, tensor) -> {
      var twin = got.get(name);
      assertEquals(tensor.dtype(), twin.dtype(), name);
      assertEquals(tensor.shape(), twin.shape(), name);
      assertArrayEquals(
          tensor.contiguous().segment().toArray(ValueLayout.JAVA_BYTE),
          twin.contiguous().segment().toArray(ValueLayout.JAVA_BYTE),
          name);
    });
  }

  @Test
  void writtenWeightsAreReadBackBitForBit() {
    var file = folder.resolve("x.pth");
    var tensors = manyKinds();
    TorchPickle.write(file, tensors);
    assertSame(tensors, TorchPickle.read(file));
  }

  @ParameterizedTest
  @EnumSource(names = {"COMPLEX64", "FLOAT8_E4M3FN", "UINT16"})
  void otherDtypesAreNamed(DType dtype) {
    var file = folder.resolve("x.pth");
    var tensors = Map.of("x", Tensor.ones(1).to(dtype));
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> TorchPickle.write(file, tensors));
    assertTrue(thrown.getMessage().contains(dtype.toString()), thrown.getMessage());
    assertFalse(Files.exists(file));
  }

  @Test
  void pythonReadsItWithWeightsOnlyAndReturnsTheSame() throws Exception {
    var file = folder.resolve("x.pth");
    var back = folder.resolve("back.safetensors");
    var tensors = manyKinds();
    TorchPickle.write(file, tensors);
    PythonTorch.run("convert_weights.py", file, back);
    assertSame(tensors, SafeTensors.read(back).tensors());
  }

  /// The hash is of the pickle that Python's torch 2.15 writes for
  /// `torch.save(OrderedDict(torch.load("micro.pth")), …)`.
  @Test
  void thePickleEqualsPythonsByteForByte() throws Exception {
    var file = folder.resolve("x.pth");
    TorchPickle.write(file, TorchPickle.read(golden("micro.pth")));
    var hash = MessageDigest.getInstance("SHA-256").digest(pickleOf(file));
    assertEquals(
        "328c9a87172eca853defe7618766efaa91003768eea34fb4808104a18133daad",
        HexFormat.of().formatHex(hash));
  }

  private static byte[] pickleOf(Path archive) {
    var mapped = MappedFile.open(archive);
    var entry =
        ZipDirectory.read(mapped).values().stream()
            .filter(it -> it.name().endsWith("/data.pkl"))
            .findFirst()
            .orElseThrow();
    return mapped.bytes().asSlice(entry.offset(), entry.byteSize()).toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void contentsAreAlignedTo64BytesSoThatTheyCanBeMapped() {
    var file = folder.resolve("x.pth");
    TorchPickle.write(file, manyKinds());
    for (var entry : ZipDirectory.read(MappedFile.open(file)).values()) {
      assertEquals(0, entry.offset() % ZipWriter.ALIGNMENT, entry.name());
    }
  }

  /// ZIP64, as files of more than 4 GiB need it, here used for numbers from 100 on.
  @Test
  void zip64IsReadBack() throws IOException {
    var file = folder.resolve("wide");
    var content = new byte[300];
    content[299] = 7;
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      var zip = new ZipWriter(channel, 100);
      zip.add("small", new byte[] {1, 2});
      zip.add("large", MemorySegment.ofArray(content));
      zip.add("after", new byte[] {3});
      zip.finish();
    }
    var mapped = MappedFile.open(file);
    var entries = ZipDirectory.read(mapped);
    assertEquals(3, entries.size());
    var large = entries.get("large");
    assertEquals(300, large.byteSize());
    assertEquals(7, mapped.bytes().get(ValueLayout.JAVA_BYTE, large.offset() + 299));
    assertEquals(3, mapped.bytes().get(ValueLayout.JAVA_BYTE, entries.get("after").offset()));
    try (var zip = new java.util.zip.ZipFile(file.toFile())) { // another reader sees the same
      assertArrayEquals(content, zip.getInputStream(zip.getEntry("large")).readAllBytes());
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsNamedAndLeavesTheOldOne() throws IOException {
    var file = Files.writeString(folder.resolve("x.pth"), "old");
    var below = file.resolve("y.pth"); // a path below a file
    assertRefused(below, () -> TorchPickle.write(below, Map.of("w", Tensor.ones(1))), "cannot");
    assertTrue(Files.readString(file).equals("old"));
  }
}
