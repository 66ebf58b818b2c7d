package toco.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import toco.Bench;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A checkpoint of as many tensors as a network of twelve blocks leaves with its optimizer's state.
/// They are of one element each, for only their number counts.
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SafeTensorsBench extends Bench {
  private static final int TENSORS = 500;

  private Path path;
  private MappedFile file;

  @Setup
  public void open() throws IOException {
    path = Files.createTempFile("bench", ".safetensors");
    try (var _ = TensorScope.open()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      for (int i = 0; i < TENSORS; i++) {
        tensors.put("encoder.blocks.%s.attn.qkv.weight.%s".formatted(i % 12, i), Tensor.ones(1));
      }
      SafeTensors.write(path, tensors, Map.of());
    }
    file = MappedFile.open(path);
  }

  @TearDown
  public void close() throws IOException {
    Files.delete(path);
  }

  /// Guards the parsing and checking of the header.
  @Benchmark
  public SafeTensorsHeader readHeader() {
    return SafeTensorsHeader.read(file);
  }

  /// The whole: guards that a tensor in a mapped file costs its wrapping and no more.
  @Benchmark
  public int readAndFree() {
    try (var _ = TensorScope.open()) {
      return SafeTensors.read(file).tensors().size();
    }
  }
}
