package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.PythonTorch;
import toco.torch.CompiledModel;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TorchException;

class CompiledModelTest extends TensorLaws {
  @TempDir Path folder;

  /// A model compiled by Python gives Python's outputs; fused kernels sum in another order.
  @Test
  void aPackageGivesPythonsOutputs() throws Exception {
    var file = folder.resolve("net.pt2");
    var in = folder.resolve("in.f32");
    var out = folder.resolve("out.f32");
    PythonTorch.run("make_package.py", file, in, out);
    try (var model = CompiledModel.load(file)) {
      var x = read(in, 2, 3, 8, 8);
      for (int i = 0; i < 2; i++) {
        var outputs = model.run(List.of(x, floats(2)));
        assertEquals(2, outputs.size());
        assertTrue(outputs.get(0).allClose(read(out, 2, 4, 6, 6), 1e-5, 1e-6));
        assertTrue(outputs.get(1).allClose(x.mean(), 1e-5, 1e-6));
      }
    }
  }

  private static Tensor read(Path file, long... sizes) throws IOException {
    var data = MemorySegment.ofArray(Files.readAllBytes(file));
    return Tensor.copyOf(data, DType.FLOAT32, sizes);
  }

  @Test
  void aFileThatIsNotAPackageIsRefused() throws IOException {
    var absent = folder.resolve("absent.pt2");
    assertThrows(TorchException.class, () -> CompiledModel.load(absent));
    var text = Files.writeString(folder.resolve("text.pt2"), "text");
    assertThrows(TorchException.class, () -> CompiledModel.load(text));
  }
}
