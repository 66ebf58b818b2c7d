package toco.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import toco.torch.DType;
import toco.torch.Shape;
import toco.torch.TensorScope;

/// The contents of a file of weights.
///
/// @param source the file
/// @param kind description of the file's format
/// @param metadata strings in a safetensors file besides its tensors, including the configuration
///   in a checkpoint
/// @param tensors all tensors in the file's order, including optimizer and random state in a
///   checkpoint
/// @param encoder what vision transformer is in it, by the publisher's names; empty if there is
///   none
/// @param networks in a checkpoint; empty for any other file
/// @param origin where in a `.pth` file they are, and what else is in it
public record WeightsListing(
    Path source,
    String kind,
    Map<String, String> metadata,
    List<Line> tensors,
    String encoder,
    Optional<CheckpointNetworks> networks,
    WeightsOrigin origin) {
  public WeightsListing {
    metadata = Map.copyOf(metadata);
    tensors = List.copyOf(tensors);
  }

  /// One tensor.
  ///
  /// @param section what it belongs to in a checkpoint, such as `optimizer`; empty in other files
  /// @param byteSize bytes of all elements
  public record Line(String section, String name, DType dtype, Shape shape, long byteSize) {}

  /// Lists a file of any format that [StateDict#load] reads.
  ///
  /// @throws CheckpointException as [StateDict#load]
  public static WeightsListing of(Path path) {
    try (var _ = TensorScope.open()) {
      var file = MappedFile.open(ShardedWeights.indexIn(path));
      var kind = FileKind.of(file);
      var state = kind == FileKind.SAFETENSORS ? null : StateDict.load(path);
      var contents =
          state == null
              ? SafeTensors.read(file)
              : new SafeTensors.Contents(state.tensors(), Map.of());
      boolean isCheckpoint = CheckpointFormat.isCheckpoint(contents);
      var tensors =
          contents.tensors().entrySet().stream()
              .map(entry -> {
                var info = entry.getValue().info();
                return new Line(
                    isCheckpoint ? CheckpointFormat.sectionOf(entry.getKey()) : "",
                    entry.getKey(),
                    info.dtype(),
                    info.shape(),
                    info.shape().numel() * info.dtype().byteSize());
              })
              .toList();
      var description =
          kind == FileKind.JSON
              ? "an index of files of weights"
              : isCheckpoint
                  ? "a checkpoint of a training run, a safetensors file"
                  : kind.toString();
      return new WeightsListing(
          path,
          description,
          new TreeMap<>(contents.metadata()),
          tensors,
          EncoderAdvice.described(new StateDict(path, contents.tensors())),
          CheckpointNetworks.in(contents, path),
          state == null ? WeightsOrigin.PLAIN : state.origin());
    }
  }

  /// The number of elements of all tensors.
  public long elements() {
    return tensors.stream().mapToLong(line -> line.shape().numel()).sum();
  }

  /// The bytes of all tensors.
  public long byteSize() {
    return tensors.stream().mapToLong(Line::byteSize).sum();
  }
}
