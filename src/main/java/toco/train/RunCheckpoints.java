package toco.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.optim.Optimizer;
import toco.recipe.Objective;
import toco.recipe.TrainStep;
import toco.run.RunFolder;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Ops;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Saves and restores the state of a run: weights, optimizer, the recipe's state, random generators
/// and step. What is not finite is never saved, so that the run can be resumed from its newest
/// checkpoint.
///
/// Of random generators only the CPU's is saved: it initialises weights, and what a step draws is a
/// function of seed and step. So a run may be resumed on another device than it was saved on.
final class RunCheckpoints implements AutoCloseable {
  private static final int KEPT = 2;
  private static final String CPU_GENERATOR = "cpu";

  private final Config config;
  private final Objective objective;
  private final Optimizer optimizer;
  private final @Nullable RunFolder folder; // of rank 0
  private final int processes;
  private final FiniteSteps finite = new FiniteSteps();
  private long savedStep = -1;

  /// @param folder of the run; null in every process but rank 0, which alone writes
  RunCheckpoints(
      Config config,
      Objective objective,
      Optimizer optimizer,
      @Nullable RunFolder folder,
      int processes) {
    this.config = config;
    this.objective = objective;
    this.optimizer = optimizer;
    this.folder = folder;
    this.processes = processes;
  }

  /// Takes in a step, without waiting for the device.
  void add(long step, TrainStep.Result result) {
    finite.add(step, result);
  }

  /// The last checkpoint of the run.
  private Path lastSaved() {
    return Checkpoint.file(config.run().dir(), savedStep);
  }

  /// Whether the state after a step is saved.
  boolean isSaved(long step) {
    return savedStep == step;
  }

  /// Checks that all losses and gradients so far were finite; waits for the device.
  ///
  /// @throws TrainingException naming the step, the checkpoint to resume from and the remedy
  void requireFiniteSteps() {
    long step = finite.firstNonFinite();
    if (step > 0) {
      throw diverged("the loss or its gradient is not finite in step " + step, step);
    }
  }

  /// Writes the state after a step, if it is finite.
  ///
  /// @throws TrainingException if it is not; the older checkpoints are untouched
  void save(long step) {
    requireFiniteSteps();
    if (folder == null) {
      savedStep = step;
      return;
    }
    try (var _ = TensorScope.open()) {
      requireFiniteState(step);
      new Checkpoint(
              weights(),
              optimizer.state(),
              Map.of(CPU_GENERATOR, Rng.state(Device.CPU)),
              objective.state(),
              step,
              processes,
              config.toYaml(),
              LibTorch.version())
          .saveToRun(folder.path(), KEPT);
      savedStep = step;
    }
  }

  private Map<String, Tensor> weights() {
    return objective.network().params().all();
  }

  private void requireFiniteState(long step) {
    var sums = new LinkedHashMap<String, Tensor>();
    weights().forEach((name, weight) -> sums.put(name, sum(weight)));
    objective.state().forEach((name, value) -> sums.put(name, sum(value)));
    optimizer.state().forEach((name, moment) -> sums.put(name, sum(moment)));
    var values = Tensor.stack(List.copyOf(sums.values()), 0).toDoubleArray(); // read back once
    int i = 0;
    for (var name : sums.keySet()) {
      if (!Double.isFinite(values[i++])) {
        throw diverged("%s is not finite after step %s".formatted(name, step), step + 1);
      }
    }
  }

  /// Finite exactly if every value is: float32 values are too small to overflow a sum in double.
  private static Tensor sum(Tensor values) {
    return Ops.call("aten::sum", values.detach(), DType.FLOAT64);
  }

  /// @param step the first whose result is unusable
  private TrainingException diverged(String what, long step) {
    if (savedStep < 0) {
      return new TrainingException(
          what + "; look at the weights of model.pretrained with toco checkpoint inspect");
    }
    var unusable = savedStep == step - 1 ? setAside() : Optional.<Path>empty();
    var resume =
        "resume with a lower optim.lr than %s from %s: toco train --resume %s --set optim.lr=…"
            .formatted(config.optim().lr(), lastSaved(), config.run().dir());
    return new TrainingException(
        unusable
            .map(file ->
                "%s; the weights of the step before give no finite loss and are set aside as %s; %s"
                    .formatted(what, file.getFileName(), resume))
            .orElse("%s; it was not saved; %s".formatted(what, resume)));
  }

  /// Renames the newest checkpoint, whose very first step failed, if there is an older one: nothing
  /// is lost, and resuming starts from weights that are known to give a finite loss.
  ///
  /// @return its new name, or empty if it stays
  private Optional<Path> setAside() {
    if (folder == null) {
      return Optional.empty();
    }
    var newest = lastSaved();
    var older =
        Checkpoint.stepsIn(folder.path()).stream().filter(step -> step < savedStep).findFirst();
    if (older.isEmpty()) {
      return Optional.empty();
    }
    var aside = newest.resolveSibling("diverged-" + newest.getFileName());
    try {
      Files.move(newest, aside, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      return Optional.empty(); // it is finite, and resuming from it says the same again
    }
    savedStep = older.get();
    return Optional.of(aside);
  }

  /// Loads a checkpoint into model, optimizer, the recipe's state and random generator.
  ///
  /// @return its step
  long restore(Checkpoint.Found found) {
    var saved = found.checkpoint();
    new StateDict(found.file(), saved.model()).into(weights());
    new StateDict(found.file(), saved.optimizer()).into(optimizer.state());
    new StateDict(found.file(), saved.state()).into(objective.state());
    var cpuState = saved.rng().get(CPU_GENERATOR);
    if (cpuState != null) { // states of other devices, which no step draws from, are not needed
      Rng.setState(Device.CPU, cpuState);
    }
    savedStep = saved.step();
    return savedStep;
  }

  @Override
  public void close() {
    finite.close();
  }
}
