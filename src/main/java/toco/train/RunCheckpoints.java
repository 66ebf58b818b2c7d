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
import toco.model.Network;
import toco.optim.Optimizer;
import toco.recipe.TrainStep;
import toco.run.RunFolder;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Ops;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Saves and restores the state of a run: weights, optimizer, random generators and step. What is
/// not finite is never saved, so that the run can be resumed from its newest checkpoint.
final class RunCheckpoints implements AutoCloseable {
  private static final int KEPT = 2;

  private final Config config;
  private final Network model;
  private final Optimizer optimizer;
  private final @Nullable RunFolder folder; // of rank 0
  private final int processes;
  private final FiniteSteps finite = new FiniteSteps();
  private long savedStep = -1;

  /// @param folder of the run; null in every process but rank 0, which alone writes
  RunCheckpoints(
      Config config,
      Network model,
      Optimizer optimizer,
      @Nullable RunFolder folder,
      int processes) {
    this.config = config;
    this.model = model;
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
              model.params().all(),
              optimizer.state(),
              Map.of("cpu", Rng.state(Device.CPU)),
              step,
              processes,
              config.toYaml(),
              LibTorch.version())
          .saveToRun(folder.path(), KEPT);
      savedStep = step;
    }
  }

  private void requireFiniteState(long step) {
    var sums = new LinkedHashMap<String, Tensor>();
    model.params().all().forEach((name, weight) -> sums.put(name, sum(weight)));
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

  /// Loads a checkpoint into model, optimizer and random generator.
  ///
  /// @return its step
  long restore(Checkpoint.Found found) {
    var saved = found.checkpoint();
    new StateDict(found.file(), saved.model()).into(model.params().all());
    new StateDict(found.file(), saved.optimizer()).into(optimizer.state());
    var cpuState = saved.rng().get("cpu");
    if (cpuState != null) {
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
