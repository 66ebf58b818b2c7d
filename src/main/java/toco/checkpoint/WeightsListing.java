package toco.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import toco.torch.DType;
import toco.torch.Shape;
import toco.torch.TensorScope;

/// What a file of weights holds.
///
/// @param source the file
/// @param kind what it is, in words
/// @param metadata texts that a safetensors file carries beside its tensors; a checkpoint's
///   configuration among them
/// @param tensors all of them, a checkpoint's optimizer and random state too, in the file's order
public record WeightsListing(
    Path source, String kind, Map<String, String> metadata, List<Line> tensors) {
  public WeightsListing {
    metadata = Map.copyOf(metadata);
    tensors = List.copyOf(tensors);
  }

  /// A tensor.
  ///
  /// @param byteSize of its elements
  public record Line(String name, DType dtype, Shape shape, long byteSize) {}

  /// Lists a file of any kind that [StateDict#load] reads.
  ///
  /// @throws CheckpointException as there
  public static WeightsListing of(Path path) {
    try (var _ = TensorScope.open()) {
      var file = MappedFile.open(ShardedSafeTensors.indexIn(path));
      var kind = FileKind.of(file);
      var contents =
          kind == FileKind.SAFETENSORS
              ? SafeTensors.read(file)
              : new SafeTensors.Contents(StateDict.load(path).tensors(), Map.of());
      var tensors =
          contents.tensors().entrySet().stream()
              .map(line -> {
                var info = line.getValue().info();
                return new Line(
                    line.getKey(),
                    info.dtype(),
                    info.shape(),
                    info.shape().numel() * info.dtype().byteSize());
              })
              .toList();
      var words =
          kind == FileKind.JSON
              ? "an index of safetensors files"
              : CheckpointFormat.isCheckpoint(contents)
                  ? "a checkpoint of a training run, a safetensors file"
                  : kind.toString();
      return new WeightsListing(path, words, new TreeMap<>(contents.metadata()), tensors);
    }
  }

  /// Elements of all tensors.
  public long elements() {
    return tensors.stream().mapToLong(line -> line.shape().numel()).sum();
  }

  /// Bytes of all tensors.
  public long byteSize() {
    return tensors.stream().mapToLong(Line::byteSize).sum();
  }
}
