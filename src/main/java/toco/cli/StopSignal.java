package toco.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import toco.train.Trainer;

/// Lets Ctrl-C (SIGINT) and SIGTERM end a training cleanly: the JVM's shutdown waits until the step
/// is finished, the checkpoint is saved and the last message is printed. While nothing is training,
/// the signals end the program at once, as usual.
final class StopSignal {
  private final AtomicReference<@Nullable Runnable> stopTraining = new AtomicReference<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  /// Registers this with the JVM's shutdown.
  void register() {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(this::onSignal));
  }

  /// Notifies the shutdown that the program has finished its output.
  void programEnded() {
    ended.countDown();
  }

  /// Trains to the end, or until a signal arrives; then prints how to resume.
  Trainer.Outcome run(Trainer trainer, ProgressReport progress) {
    return run(trainer, progress, "toco train --resume " + trainer.config().run().dir());
  }

  /// The same.
  ///
  /// @param resume what resumes it
  Trainer.Outcome run(Trainer trainer, ProgressReport progress, String resume) {
    stopTraining.set(() -> {
      progress.onMessage("stopping: finishing this step and saving");
      trainer.requestStop();
    });
    Trainer.Outcome outcome;
    try {
      outcome = trainer.run();
    } finally {
      stopTraining.set(null);
    }
    if (!outcome.completed()) {
      progress.onMessage("stopped at step %s; resume with: %s".formatted(outcome.step(), resume));
    }
    return outcome;
  }

  /// Runs the work to its end; a signal calls `stop`, which must make it end.
  int run(Runnable stop, Callable<Integer> work) throws Exception {
    stopTraining.set(stop);
    try {
      return work.call();
    } finally {
      stopTraining.set(null);
    }
  }

  private void onSignal() {
    var stop = stopTraining.get();
    if (stop == null) {
      return;
    }
    stop.run();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
