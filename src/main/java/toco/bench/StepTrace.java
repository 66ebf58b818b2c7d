package toco.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import toco.config.Config;
import toco.host.Devices;
import toco.torch.Profiler;
import toco.torch.Rng;
import toco.torch.TensorScope;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;

/// The trace of one training step: what the device did, and when it had nothing to do.
public final class StepTrace {
  private static final int WARM_UP_STEPS = 3;
  private static final int PLAIN_STEPS = 5;

  /// Kineto writes what JSON does not know, such as NaN for the occupancy of a kernel.
  private static final JsonMapper LENIENT =
      JsonMapper.builder()
          .enable(
              JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS,
              JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .build();

  private StepTrace() {}

  /// The result.
  ///
  /// @param stepSeconds of a step that is not traced, mean
  /// @param tracedSeconds of the traced step; tracing slows a program that launches many kernels
  /// @param activity of the device in the traced step; on the CPU, the operators
  public record Result(
      String backbone,
      int samples,
      String precision,
      int cropSizePx,
      double stepSeconds,
      double tracedSeconds,
      TraceActivity activity) {}

  /// Makes some steps and traces one.
  ///
  /// @param trace the file to write, for `chrome://tracing` or Perfetto; compressed, with `.gz`
  ///   after its name
  public static Result run(Config config, Path trace) {
    var device = Devices.prepare(config.train());
    Rng.manualSeed(0);
    double plain;
    double traced;
    try (var _ = TensorScope.open();
        var steps = MeasuredSteps.withoutParts(config, device)) {
      double _ = steps.meanSeconds(WARM_UP_STEPS);
      plain = steps.meanSeconds(PLAIN_STEPS);
      try (var profile = Profiler.start(trace, false, false)) { // starts the device's own tracing
        double _ = steps.meanSeconds(1);
        profile.discard();
      }
      try (var _ = Profiler.start(trace, false, false)) {
        traced = steps.meanSeconds(1);
      }
    }
    var activity = read(trace);
    compress(trace);
    return new Result(
        config.model().backbone().toString(),
        config.train().samplesPerProcess(),
        config.train().precision().toString(),
        config.augment().cropSizePx(),
        plain,
        traced,
        activity);
  }

  /// Traces have megabytes; their viewers read compressed ones.
  private static void compress(Path trace) {
    var compressed = trace.resolveSibling(trace.getFileName() + ".gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
      Files.copy(trace, out);
      Files.delete(trace);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The activity that a trace of [Profiler] shows.
  static TraceActivity read(Path trace) {
    try (var text = Files.newInputStream(trace)) {
      var events = LENIENT.readTree(text).path("traceEvents");
      var spans =
          events
              .valueStream()
              .filter(event -> event.path("ph").asString("").equals("X"))
              .map(TraceSpan::of)
              .toList();
      return TraceActivity.of(List.copyOf(spans));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
