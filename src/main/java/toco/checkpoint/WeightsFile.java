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

/// Writes and averages weights without the rest of a checkpoint, for `toco checkpoint`.
public final class WeightsFile {
  private static final long IMAGENET_CLASSES = 1000;

  private WeightsFile() {}

  /// How to write weights.
  ///
  /// @param prefix prefix of all names, such as `module.`
  /// @param dtype dtype of all floating-point tensors, or null to keep each tensor's
  public record Form(String prefix, @Nullable DType dtype) {
    /// @throws IllegalArgumentException if the dtype is not a floating-point one
    public Form {
      if (dtype != null && !dtype.isFloatingPoint()) {
        throw new IllegalArgumentException("dtype must be a floating-point type, got " + dtype);
      }
    }

    Map<String, Tensor> of(Map<String, Tensor> tensors) {
      var converted = new LinkedHashMap<String, Tensor>();
      tensors.forEach((name, tensor) ->
          converted.put(
              prefix + name,
              dtype != null && tensor.dtype().isFloatingPoint() ? tensor.to(dtype) : tensor));
      return converted;
    }
  }

  /// Writes weights atomically, in the format of the file name extension: `.safetensors`, or `.pth`
  /// and `.pt` as torch.save does.
  ///
  /// @throws CheckpointException for any other extension, or if the file cannot be written
  public static void write(Path path, Map<String, Tensor> tensors, Form form) {
    var writer = writer(path);
    try (var _ = TensorScope.open()) {
      writer.accept(path, form.of(tensors));
    }
  }

  /// Adds the tensors that strict loading in the published code expects: its encoder's classifier
  /// of the 1000 ImageNet classes, which nothing uses; here zeros.
  ///
  /// @param tensors of a whole network
  /// @return these and the added tensors, which belong to the innermost scope
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

  /// Checks that [#write] supports the extension of a file name.
  ///
  /// @throws CheckpointException if it does not
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
              path, "has an unknown extension; expected .safetensors, .pth or .pt");
    };
  }

  /// Averages the weights of several files, in float64, with results in the dtypes of the first
  /// file. Tensors of integers and booleans must be equal in all files.
  ///
  /// @param all weights of the same network, at least one
  /// @return tensors that belong to the innermost scope
  /// @throws CheckpointException naming the first tensor that differs in shape or dtype or, unless
  ///   it is a floating-point tensor, in value
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
