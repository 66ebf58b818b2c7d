package toco.train;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.distributed.World;
import toco.eval.Scores;
import toco.host.Devices;
import toco.host.ProcessMemory;
import toco.loss.LossSchedule;
import toco.recipe.TrainStep;
import toco.run.LoggedEvaluation;
import toco.run.LoggedStep;
import toco.run.MetricsLog;
import toco.run.RunFolder;
import toco.run.RunSession;
import toco.run.TensorBoardLog;
import toco.torch.Device;
import toco.torch.LibTorch;

/// Turns steps into reports: mean losses and speed since the last logged step. Logged steps become
/// lines of `metrics.jsonl` and events for TensorBoard.
final class StepLog implements AutoCloseable {
  private final Config config;
  private final Device device;
  private final World world;
  private final @Nullable MetricsLog metrics;
  private final @Nullable TensorBoardLog tensorBoard;
  private final LossSchedule schedule;
  private final LossMeter meter;
  private long loggedStep;
  private long startedNs = System.nanoTime();
  private long loggedWaitNs;

  /// @param schedule of the recipe's losses
  /// @param folder of the run; null in every rank but 0, which alone writes
  /// @param step steps done so far
  /// @param world the processes whose mean losses are logged
  StepLog(
      Config config,
      LossSchedule schedule,
      Device device,
      @Nullable RunFolder folder,
      long step,
      World world) {
    this.config = config;
    this.schedule = schedule;
    meter = new LossMeter(schedule);
    this.device = device;
    this.world = world;
    loggedStep = step;
    metrics = folder == null ? null : MetricsLog.openAt(folder.metrics(), step);
    tensorBoard = folder == null ? null : new TensorBoardLog(folder.tensorBoard(), step);
    if (folder != null) {
      RunSession.start(config, device, step, world.size()).write(folder.sessions());
    }
  }

  /// Statistics of the loader.
  ///
  /// @param waitedNs time that steps have waited for their batches since the run started or resumed
  /// @param skippedSamples images skipped since then because they could not be read
  record Loading(long waitedNs, long skippedSamples) {}

  /// Adds a step's losses.
  void add(TrainStep.Result result) {
    meter.add(result);
  }

  /// Reports on the step just done, and logs it if it is due.
  ///
  /// @param learningRates of the coming step, by parameter group
  StepReport report(long step, Map<String, Double> learningRates, Loading loading) {
    var settings = config.train();
    boolean logged = isLogged(step);
    double elapsedNs = System.nanoTime() - startedNs;
    double stepSeconds = elapsedNs * 1e-9 / (step - loggedStep);
    var losses =
        logged ? meter.meansOver(world) : device.isCpu() ? meter.means() : Map.<String, Double>of();
    var report =
        new StepReport(
            step,
            settings.maxIters(),
            losses,
            world.size() * settings.samplesPerStep() / stepSeconds,
            (settings.maxIters() - step) * stepSeconds,
            (loading.waitedNs() - loggedWaitNs) / elapsedNs,
            logged);
    if (logged) {
      write(report, learningRates, loading.skippedSamples());
      loggedWaitNs = loading.waitedNs();
      meter.reset();
      loggedStep = step;
      startedNs = System.nanoTime();
    }
    return report;
  }

  /// Whether a step is logged to `metrics.jsonl`.
  boolean isLogged(long step) {
    var settings = config.train();
    return step == settings.maxIters() || isDue(step, settings.logEvery());
  }

  /// Excludes time that was not spent in steps from the measured speed.
  void exclude(long elapsedNs) {
    startedNs += elapsedNs;
  }

  /// Logs an evaluation, unless the log has one of this step already: the run had ended, and was
  /// resumed.
  ///
  /// @param network its name, if it is not the one that the recipe evaluates
  /// @param seconds that it took
  void write(
      long step, @Nullable String network, Scores scores, List<String> classNames, double seconds) {
    if (metrics == null || tensorBoard == null || step == metrics.evaluatedStep()) {
      return;
    }
    var line = LoggedEvaluation.of(step, network, scores, classNames, seconds);
    metrics.write(line);
    tensorBoard.evaluation(line);
  }

  /// Logs a step's pictures.
  void write(long step, StepPictures pictures) {
    if (tensorBoard != null) {
      tensorBoard.pictures(step, pictures.byTag());
    }
  }

  private void write(StepReport report, Map<String, Double> learningRates, long skippedSamples) {
    LibTorch
        .trimMemory(); // else the resident bytes are those of the largest step or evaluation so far
    if (metrics == null || tensorBoard == null) {
      return;
    }
    var peakMemory = Devices.peakMemory(device);
    var line =
        new LoggedStep(
            report.step(),
            report.losses(),
            schedule.at(report.step() - 1).byKey(),
            learningRates,
            report.imagesPerSecond(),
            report.dataWaitShare(),
            skippedSamples,
            ProcessMemory.residentBytes(),
            ProcessMemory.peakResidentBytes(),
            peakMemory.isPresent() ? peakMemory.getAsLong() : Double.NaN,
            LibTorch.liveTensors(),
            System.currentTimeMillis());
    metrics.write(line);
    tensorBoard.step(line);
  }

  /// Whether a step is a multiple of `every`; 0 means never.
  static boolean isDue(long step, int every) {
    return every > 0 && step % every == 0;
  }

  @Override
  public void close() {
    meter.close();
    if (metrics != null) {
      metrics.close();
    }
    if (tensorBoard != null) {
      tensorBoard.close();
    }
  }
}
