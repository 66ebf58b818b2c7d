package toco.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import toco.recipe.Recipe;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The network with the best segmentation in any evaluation of a run so far, in
/// `RUN/checkpoints/best.safetensors`: a checkpoint with the weights of that network alone, which
/// can be evaluated and exported, but no run resumes from it.
///
/// @param network its name, [Recipe#TRAINED] or that of another of the recipe's networks
/// @param step steps done
/// @param segMiou mean IoU of its segmentation, 0…1
public record BestWeights(String network, long step, double segMiou) {
  private static final String FILE = "best.safetensors";

  /// The file of a run.
  public static Path file(Path runDir) {
    return Checkpoint.file(runDir, 0).resolveSibling(FILE);
  }

  /// What the file of a run has; empty if there is none.
  ///
  /// @throws CheckpointException if it is damaged
  public static Optional<BestWeights> of(Path runDir) {
    var file = file(runDir);
    return Files.exists(file)
        ? Optional.of(CheckpointFormat.bestOf(MappedFile.open(file)))
        : Optional.empty();
  }

  /// Writes the file of a run, atomically and durably.
  ///
  /// @param weights of the network, on any device
  /// @param processes number of processes of the run
  /// @param configYaml the effective configuration
  /// @throws CheckpointException if it cannot be written; an older one is then unchanged
  public void save(Path runDir, Map<String, Tensor> weights, int processes, String configYaml) {
    boolean isTrained = network.equals(Recipe.TRAINED);
    try (var _ = TensorScope.open()) {
      var onCpu = Checkpoint.onCpu(weights);
      var named = new LinkedHashMap<String, Tensor>();
      onCpu.forEach((name, weight) -> named.put(network + "." + name, weight));
      var checkpoint =
          new Checkpoint(
              isTrained ? onCpu : Map.of(),
              Map.of(),
              Map.of(),
              isTrained ? Map.of() : named,
              step,
              processes,
              configYaml,
              LibTorch.version());
      var contents = CheckpointFormat.encode(checkpoint, segMiou);
      SafeTensors.write(file(runDir), contents.tensors(), contents.metadata());
    }
  }
}
