package toco.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.distributed.World;
import toco.eval.ConfusionMatrix;
import toco.eval.MapKind;
import toco.eval.Scores;
import toco.host.ProcessMemory;
import toco.loss.LossWeights;
import toco.recipe.TrainStep;
import toco.run.MetricsLog;
import toco.run.RunFolder;
import toco.run.RunSession;
import toco.run.TensorBoardLog;
import toco.torch.Cuda;
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
  private final LossMeter meter = new LossMeter();
  private long loggedStep;
  private long startedNs = System.nanoTime();
  private long loggedWaitNs;

  /// @param folder of the run; null in a process that has none, and only takes part
  /// @param step steps done so far
  /// @param world whose losses are logged
  StepLog(Config config, Device device, @Nullable RunFolder folder, long step, World world) {
    this.config = config;
    this.device = device;
    this.world = world;
    loggedStep = step;
    metrics = folder == null ? null : MetricsLog.openAt(folder.metrics(), step);
    tensorBoard = folder == null ? null : new TensorBoardLog(folder.tensorBoard(), step);
    if (folder != null) {
      RunSession.start(config, device, step, world.size()).write(folder.sessions());
    }
  }

  /// What the run's loader says.
  ///
  /// @param waitedNs time that steps have waited for their batches since the run started or resumed
  /// @param skippedSamples images passed over since then because they could not be read
  record Loading(long waitedNs, long skippedSamples) {}

  /// Takes in a step's losses.
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

  /// Whether a step's figures go to `metrics.jsonl`.
  boolean isLogged(long step) {
    var settings = config.train();
    return step == settings.maxIters() || isDue(step, settings.logEvery());
  }

  /// Leaves time that went into something else out of the speed.
  void exclude(long elapsedNs) {
    startedNs += elapsedNs;
  }

  /// Logs an evaluation, unless this very step's is in the log already: that of a run that had
  /// ended, and was resumed.
  ///
  /// @param seconds that it took
  void write(long step, Scores scores, List<String> classNames, double seconds) {
    if (metrics == null || tensorBoard == null || step == metrics.evaluatedStep()) {
      return;
    }
    var json = scores.toJson(classNames);
    var line = new LinkedHashMap<String, Object>();
    line.put("step", step);
    line.put("evaluation", json);
    var seg = scores.maps().get(MapKind.SEG);
    if (seg != null) {
      line.put("segConfusion", rows(seg.matrix()));
    }
    line.put("seconds", seconds);
    metrics.write(line);
    tensorBoard.evaluation(step, json);
  }

  /// Pixels by true class (rows) and predicted class.
  private static List<List<Long>> rows(ConfusionMatrix matrix) {
    return IntStream.range(0, matrix.classes())
        .mapToObj(truth ->
            IntStream.range(0, matrix.classes())
                .mapToObj(predicted -> matrix.count(truth, predicted))
                .toList())
        .toList();
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
    var line = new LinkedHashMap<String, Object>();
    line.put("step", report.step());
    line.put("losses", report.losses());
    line.put("weights", LossWeights.at(config.loss(), report.step() - 1).byKey());
    line.put("lr", learningRates);
    line.put("imagesPerSecond", report.imagesPerSecond());
    line.put("dataWaitShare", report.dataWaitShare());
    line.put("skippedSamples", skippedSamples);
    line.put("rssBytes", ProcessMemory.residentBytes());
    line.put("peakRssBytes", ProcessMemory.peakResidentBytes());
    if (!device.isCpu()) {
      line.put("peakCudaBytes", Cuda.memory(device).peakAllocated());
    }
    line.put("liveTensors", LibTorch.liveTensors());
    line.put("unixMs", System.currentTimeMillis());
    metrics.write(line);
    tensorBoard.step(report.step(), line);
  }

  /// Whether a step is one of every `every`; 0 means none.
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
