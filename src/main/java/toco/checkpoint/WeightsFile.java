package toco.checkpoint;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Weights alone, in the format that a file's name asks for: what `toco checkpoint` works on.
public final class WeightsFile {
  private static final long IMAGENET_CLASSES = 1000;

  private WeightsFile() {}

  /// How weights are written.
  ///
  /// @param prefix stands before every name, such as `module.`
  /// @param dtype of all floating-point tensors, or null for each its own
  public record Form(String prefix, @Nullable DType dtype) {
    /// @throws IllegalArgumentException if the dtype is no floating-point one
    public Form {
      if (dtype != null && !dtype.isFloatingPoint()) {
        throw new IllegalArgumentException(
            "weights are floating-point numbers; dtype must be one of these, got " + dtype);
      }
    }

    Map<String, Tensor> of(Map<String, Tensor> tensors) {
      var formed = new LinkedHashMap<String, Tensor>();
      tensors.forEach((name, tensor) ->
          formed.put(
              prefix + name,
              dtype != null && tensor.dtype().isFloatingPoint() ? tensor.to(dtype) : tensor));
      return formed;
    }
  }

  /// Writes weights by the ending of the file's name: `.safetensors`, or `.pth` and `.pt` as
  /// torch.save does. A file appears whole or not at all.
  ///
  /// @throws CheckpointException for any other ending, or if the file cannot be written
  public static void write(Path path, Map<String, Tensor> tensors, Form form) {
    var writer = writer(path);
    try (var _ = TensorScope.open()) {
      writer.accept(path, form.of(tensors));
    }
  }

  /// The weights with what the published code's strict loading expects besides: the classifier of
  /// ImageNet's 1000 classes on its encoder, which nothing uses; here of zeros.
  ///
  /// @param tensors of a whole network
  /// @return them, and tensors of the innermost scope
  public static Map<String, Tensor> asPublished(Map<String, Tensor> tensors) {
    var published = new LinkedHashMap<>(tensors);
    var norm = tensors.get("encoder.norm.weight");
    if (norm != null) {
      published.putIfAbsent(
          NetworkWeights.ENCODER_HEAD + "weight", Tensor.zeros(IMAGENET_CLASSES, norm.size(0)));
      published.putIfAbsent(NetworkWeights.ENCODER_HEAD + "bias", Tensor.zeros(IMAGENET_CLASSES));
    }
    return published;
  }

  /// @throws CheckpointException for an ending that is none of them
  public static void requireWritable(Path path) {
    var _ = writer(path);
  }

  private static BiConsumer<Path, Map<String, Tensor>> writer(Path path) {
    var name = String.valueOf(path.getFileName());
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "safetensors" -> (file, tensors) -> SafeTensors.write(file, tensors, Map.of());
      case "pth", "pt" -> TorchPickle::write;
      default ->
          throw new CheckpointException(
              path, "has no ending that says a format; expected .safetensors, .pth or .pt");
    };
  }

  /// The mean of several networks' weights, computed in float64 and given in the first one's
  /// dtypes. Tensors of integers and booleans must be equal in all.
  ///
  /// @param all of one network, at least one
  /// @return tensors of the innermost scope
  /// @throws CheckpointException naming the first tensor that differs in shape, kind or, where it
  ///   is no floating-point one, value
  public static Map<String, Tensor> mean(List<StateDict> all) {
    var first = all.getFirst();
    var means = new LinkedHashMap<String, Tensor>();
    for (var other : all) {
      WeightsDifference.of(first, other).requireSameNetwork(other.source());
    }
    first
        .tensors()
        .forEach((name, tensor) ->
            means.put(name, tensor.dtype().isFloatingPoint() ? mean(name, all) : tensor));
    return means;
  }

  private static Tensor mean(String name, List<StateDict> all) {
    return TensorScope.scoped(() -> {
      var sum = all.getFirst().tensor(name).to(DType.FLOAT64).clone();
      for (var other : all.subList(1, all.size())) {
        sum.add_(other.tensor(name).to(DType.FLOAT64), 1);
      }
      return sum.div(all.size()).to(all.getFirst().tensor(name).dtype());
    });
  }
}
