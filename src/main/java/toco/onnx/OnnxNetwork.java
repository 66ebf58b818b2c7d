package toco.onnx;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import toco.files.OptionalLibrary;
import toco.torch.DType;
import toco.torch.LibTorch;
import toco.torch.Tensor;

/// An ONNX file of any origin, run by ONNX Runtime on the CPU. Tensors are LibTorch's: inputs are
/// read where they are, outputs are copied.
///
/// ```java
/// try (var network = OnnxNetwork.open(Path.of("net.onnx"))) {
///   var outputs = network.run(images, List.of("seg"));
/// }
/// ```
///
/// Several threads may run one network.
public sealed interface OnnxNetwork extends AutoCloseable permits OrtNetwork {
  /// An input or output.
  ///
  /// @param type of the elements; empty if it is no tensor, or of a type that LibTorch lacks
  /// @param sizes −1 where any size goes
  /// @param names of the sizes, empty where one has none
  record Port(Optional<DType> type, List<Long> sizes, List<String> names) {
    /// Such as `float32 [batch, 3, height, width]`.
    @Override
    public String toString() {
      var text = new StringBuilder(type.map(DType::toString).orElse("no tensor of numbers"));
      for (int i = 0; i < sizes.size(); i++) {
        var size = sizes.get(i) >= 0 ? sizes.get(i).toString() : names.get(i);
        text.append(i == 0 ? " [" : ", ").append(size.isEmpty() ? "?" : size);
      }
      return text.append(sizes.isEmpty() ? "" : "]").toString();
    }
  }

  /// Opens a file, to be run on as many threads as LibTorch's operators.
  ///
  /// @throws OnnxException if ONNX Runtime is missing or does not start, or the file is not there,
  ///   damaged, or needs an operator or a version that ONNX Runtime does not have
  static OnnxNetwork open(Path file) {
    return open(file, LibTorch.numThreads());
  }

  /// The same on this number of threads.
  static OnnxNetwork open(Path file, int threads) {
    var missing = OptionalLibrary.ONNX_RUNTIME.missing();
    if (missing.isPresent()) {
      throw new OnnxException(file, "cannot be run: " + missing.get());
    }
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new OnnxException(
          file, "is no file that can be read; expected an ONNX network, check the path");
    }
    return OrtNetwork.open(file, threads);
  }

  /// By name, in the file's order.
  Map<String, Port> inputs();

  /// By name, in the file's order.
  Map<String, Port> outputs();

  /// The file's own entries: class names and the like.
  Map<String, String> metadata();

  /// Runs a network with one input.
  ///
  /// @param input of any floating-point type if the network takes one, or of the network's type
  /// @param names of the outputs to be computed
  /// @return by name, in the order of `names`; they belong to the innermost scope, or to the caller
  /// @throws OnnxException if the network takes more or another input, or has no such output, or
  ///   refuses the sizes
  Map<String, Tensor> run(Tensor input, List<String> names);

  @Override
  void close();
}
