package toco.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.recipe.Recipe;
import toco.recipes.Recipes;
import toco.torch.Tensor;

/// The networks in a checkpoint: the trained one, and those that its recipe keeps next to it, such
/// as an EMA teacher.
///
/// @param others names of the latter
/// @param evaluated the one that is evaluated and exported
public record CheckpointNetworks(List<String> others, String evaluated) {
  public CheckpointNetworks {
    others = List.copyOf(others);
  }

  /// The networks in a safetensors file; empty if it is no checkpoint.
  static Optional<CheckpointNetworks> in(SafeTensors.Contents contents, Path file) {
    if (!CheckpointFormat.isCheckpoint(contents)) {
      return Optional.empty();
    }
    var others = CheckpointFormat.otherNetworks(contents);
    var evaluated =
        others.isEmpty() // the configuration of an old checkpoint may be unreadable
            ? Optional.<String>empty()
            : CheckpointFormat.configOf(contents)
                .map(yaml -> Config.parse(yaml, file.toString(), List.of()))
                .flatMap(config -> Recipes.of(config).evaluated());
    return Optional.of(
        new CheckpointNetworks(others, evaluated.filter(others::contains).orElse(Recipe.TRAINED)));
  }

  /// All names.
  public List<String> names() {
    var names = new ArrayList<String>();
    names.add(Recipe.TRAINED);
    names.addAll(others);
    return names;
  }

  /// The weights of two files, as [#load] gives them; the name applies to checkpoints.
  ///
  /// @throws CheckpointException also if a network is named and neither file is a checkpoint
  public static List<StateDict> loadBoth(Path first, Path second, @Nullable String network) {
    boolean hasNetworks = isCheckpoint(first) || isCheckpoint(second);
    return Stream.of(first, second)
        .map(file -> load(file, hasNetworks && !isCheckpoint(file) ? null : network))
        .toList();
  }

  private static boolean isCheckpoint(Path path) {
    return Checkpoint.is(ShardedWeights.indexIn(path));
  }

  /// The weights of a file: one network of a checkpoint, all of any other file.
  ///
  /// @param network name of a network in a checkpoint; null: the evaluated one
  /// @throws CheckpointException as [StateDict#load], and if a network is named that is not there
  public static StateDict load(Path path, @Nullable String network) {
    var file = MappedFile.open(ShardedWeights.indexIn(path));
    if (FileKind.of(file) == FileKind.SAFETENSORS) {
      var contents = SafeTensors.read(file);
      var networks = in(contents, path);
      if (networks.isPresent()) {
        return new StateDict(path, networks.get().weights(contents, network, path));
      }
    }
    if (network != null) {
      throw new CheckpointException(
          path,
          "is not a checkpoint of a training run, so there is no network %s to choose; leave"
                  .formatted(network)
              + " --network out");
    }
    return StateDict.load(path);
  }

  private Map<String, Tensor> weights(
      SafeTensors.Contents contents, @Nullable String network, Path path) {
    var name = network == null ? evaluated : network;
    var weights =
        name.equals(Recipe.TRAINED)
            ? CheckpointFormat.modelOf(contents)
            : CheckpointFormat.networkOf(contents, name);
    if (weights.isEmpty()) { // of a run's best network, the file has no other
      var there = names().stream().filter(other -> !other.equals(name)).toList();
      throw new CheckpointException(
          path, "has no network %s; it has %s".formatted(name, String.join(", ", there)));
    }
    return WeightNames.plain(weights);
  }

  /// The recipe's state in a checkpoint, weights of its other networks included; empty for any
  /// other file.
  public static StateDict state(Path path) {
    var file = MappedFile.open(ShardedWeights.indexIn(path));
    var state =
        FileKind.of(file) == FileKind.SAFETENSORS
            ? CheckpointFormat.stateOf(SafeTensors.read(file))
            : Map.<String, Tensor>of();
    return new StateDict(path, state);
  }
}
