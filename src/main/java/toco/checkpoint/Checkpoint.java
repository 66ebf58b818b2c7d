package toco.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import toco.config.Config;
import toco.config.NetworkFolder;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The state of a training run, in one safetensors file: a resumed run continues as if it had never
/// been interrupted.
///
/// Tensor names begin with `model.`, `optimizer.`, `rng.` (states of random number generators) or
/// `state.` (of the recipe); everything else, with a checksum, is metadata. A run saves its
/// checkpoints as `RUN/checkpoints/step-000600.safetensors`.
///
/// @param model parameters by PyTorch's names
/// @param optimizer state of the optimizer, with the optimizer's own names
/// @param rng states of random number generators, by device
/// @param state what else the recipe keeps, such as the weights of an EMA teacher
/// @param step training steps done
/// @param processes number of processes (world size) of the run
/// @param configYaml the effective configuration
/// @param libTorchVersion version of LibTorch that trained up to this step, to explain why two runs
///   differ
public record Checkpoint(
    Map<String, Tensor> model,
    Map<String, Tensor> optimizer,
    Map<String, Tensor> rng,
    Map<String, Tensor> state,
    long step,
    int processes,
    String configYaml,
    String libTorchVersion) {
  /// Earlier versions wrote the digits of the locale.
  private static final Pattern NAME = Pattern.compile("step-(\\p{Nd}{6,18})\\.safetensors");

  /// @throws IllegalArgumentException if the step is negative
  public Checkpoint {
    if (step < 0) {
      throw new IllegalArgumentException("step must be ≥ 0, got " + step);
    }
    if (processes < 1) {
      throw new IllegalArgumentException("processes must be ≥ 1, got " + processes);
    }
    model = Collections.unmodifiableMap(new LinkedHashMap<>(model));
    optimizer = Collections.unmodifiableMap(new LinkedHashMap<>(optimizer));
    rng = Collections.unmodifiableMap(new LinkedHashMap<>(rng));
    state = Collections.unmodifiableMap(new LinkedHashMap<>(state));
  }

  /// The newest usable checkpoint of a run.
  ///
  /// @param damaged why newer files could not be used, newest first; to be shown to the user
  public record Found(Path file, Checkpoint checkpoint, List<String> damaged) {
    public Found {
      damaged = List.copyOf(damaged);
    }
  }

  /// Writes the checkpoint atomically and durably: once this returns, it survives a power failure.
  /// Tensors may be on any device.
  ///
  /// @throws CheckpointException if it cannot be written; an existing file is then unchanged
  public void save(Path file) {
    try (var _ = TensorScope.open()) {
      var contents =
          CheckpointFormat.encode(
              new Checkpoint(
                  onCpu(model),
                  onCpu(optimizer),
                  onCpu(rng),
                  onCpu(state),
                  step,
                  processes,
                  configYaml,
                  libTorchVersion));
      SafeTensors.write(file, contents.tensors(), contents.metadata());
    }
  }

  /// Writes the checkpoint to the folder of a run, then removes all but the newest checkpoints
  /// there and temporary files of killed processes. Only one process at a time may write to a run.
  ///
  /// @param keep how many checkpoints to keep, ≥ 1
  /// @return the file
  public Path saveToRun(Path runDir, int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("keep must be ≥ 1, got " + keep);
    }
    var file = file(runDir, step);
    save(file);
    try {
      for (var old :
          newestFirst(runDir).stream().skip(keep).filter(old -> !old.equals(file)).toList()) {
        Files.deleteIfExists(old);
      }
      try (var temporary = Files.newDirectoryStream(folder(runDir), AtomicFile::isTemporary)) {
        for (var unfinished : temporary) {
          Files.deleteIfExists(unfinished);
        }
      }
    } catch (IOException e) {
      throw new CheckpointException(
          folder(runDir), "older checkpoints cannot be removed: " + IoReason.of(e), e);
    }
    return file;
  }

  /// Maps a checkpoint into memory. Its tensors are on the CPU and belong to the innermost scope,
  /// or to the caller if there is none.
  ///
  /// @throws CheckpointException if the file is damaged or not a checkpoint
  public static Checkpoint load(Path file) {
    var mapped = MappedFile.open(file);
    var kind = FileKind.of(mapped);
    return switch (kind) {
      case SAFETENSORS, OTHER -> CheckpointFormat.decode(mapped);
      case ZIP, PICKLE ->
          throw new CheckpointException(
              file,
              "holds weights saved by PyTorch, which cannot resume a training run; give a file in"
                  + " RUN/checkpoints");
      default ->
          throw new CheckpointException(
              file, "expected a checkpoint of a training run, but it is " + kind);
    };
  }

  /// Whether a file is a checkpoint of a run, by its metadata; not whether it is intact.
  ///
  /// @throws CheckpointException if the file cannot be read
  public static boolean is(Path file) {
    var mapped = MappedFile.open(file);
    try (var _ = TensorScope.open()) {
      return FileKind.of(mapped) == FileKind.SAFETENSORS
          && CheckpointFormat.isCheckpoint(SafeTensors.read(mapped));
    }
  }

  /// The effective configuration that a checkpoint was trained with, or the one next to the weights
  /// of an exported folder, as YAML; empty for any other file of weights.
  public static Optional<String> configOf(Path file) {
    return CheckpointFormat.configOf(MappedFile.open(file)).or(() -> NetworkFolder.configOf(file));
  }

  /// Checks that a checkpoint was trained with the recipe and network that a configuration has.
  /// Other files of weights are not checked: they hold no configuration.
  ///
  /// @throws toco.config.ConfigException naming the first difference
  public static void requireSameNetwork(Path file, Config given) {
    configOf(file)
        .map(trained -> Config.parse(trained, file.toString(), List.of()))
        .ifPresent(trained -> trained.requireSameNetwork(given, file));
  }

  /// Loads the newest checkpoint of a run; if it is damaged, the one before it, and so on.
  /// Temporary files of killed processes are ignored.
  ///
  /// @param runDir the run's folder
  /// @return empty if the run has no checkpoint yet
  /// @throws CheckpointException if all of its checkpoints are damaged
  public static Optional<Found> latest(Path runDir) {
    var damaged = new ArrayList<String>();
    for (var file : newestFirst(runDir)) {
      try {
        return Optional.of(new Found(file, load(file), damaged));
      } catch (CheckpointException e) {
        damaged.add(String.valueOf(e.getMessage()));
      }
    }
    if (damaged.isEmpty()) {
      return Optional.empty();
    }
    throw new CheckpointException(
        folder(runDir),
        "none of the %s checkpoints can be used: %s"
            .formatted(damaged.size(), String.join("; ", damaged)));
  }

  /// Whether a run has a checkpoint, intact or damaged.
  public static boolean existsIn(Path runDir) {
    return !newestFirst(runDir).isEmpty();
  }

  /// The steps of which a run has checkpoints, whole or damaged, newest first.
  public static List<Long> stepsIn(Path runDir) {
    return newestFirst(runDir).stream().map(Checkpoint::stepOf).toList();
  }

  /// The file in which a run saves the checkpoint of a step.
  public static Path file(Path runDir, long step) {
    return folder(runDir).resolve(String.format(Locale.ROOT, "step-%06d.safetensors", step));
  }

  private static Path folder(Path runDir) {
    return runDir.resolve("checkpoints");
  }

  private static List<Path> newestFirst(Path runDir) {
    var files = new ArrayList<Path>();
    try (var all = Files.newDirectoryStream(folder(runDir), "step-*.safetensors")) {
      all.forEach(file -> {
        if (NAME.matcher(file.getFileName().toString()).matches()) {
          files.add(file);
        }
      });
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException e) {
      throw new CheckpointException(folder(runDir), "cannot be listed: " + IoReason.of(e), e);
    }
    files.sort(Comparator.comparingLong(Checkpoint::stepOf).reversed());
    return files;
  }

  private static long stepOf(Path file) {
    var name = NAME.matcher(file.getFileName().toString());
    return name.matches() ? Long.parseLong(name.group(1)) : -1;
  }

  static Map<String, Tensor> onCpu(Map<String, Tensor> tensors) {
    var copies = new LinkedHashMap<String, Tensor>();
    tensors.forEach(
        (name, tensor) -> copies.put(name, tensor.detach().to(Device.CPU).contiguous()));
    return copies;
  }
}
