package toco.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.train.TinyRun;

/// A profile separates native time from Java time as a stopwatch does, and leaves nothing behind.
@TensorTest(scope = false)
class StepProfileTest {
  private static final int STEPS = 3;

  private List<Recording> recordings = List.of();
  private Set<Path> files = Set.of();

  @BeforeEach
  void note() throws IOException {
    recordings = FlightRecorder.getFlightRecorder().getRecordings();
    files = profileFiles();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    assertEquals(recordings, FlightRecorder.getFlightRecorder().getRecordings());
    assertEquals(files, profileFiles());
  }

  private static Set<Path> profileFiles() throws IOException {
    var found = new TreeSet<Path>();
    var folder = Path.of(System.getProperty("java.io.tmpdir"));
    try (var stream = Files.newDirectoryStream(folder, "toco-profile-*")) {
      stream.forEach(found::add);
    }
    return found;
  }

  private static Config tiny() {
    var overrides = new ArrayList<>(TinyRun.NETWORK);
    overrides.addAll(List.of("train.samplesPerProcess=2", "train.localCrops=2"));
    return Config.load(Path.of("configs/demo.yaml"), overrides);
  }

  @Test
  void sharesOfAStepAddUpAndCallsAreExact() {
    var result = StepBench.run(new StepBench.Options(tiny(), STEPS, true));
    var profile = result.profile();
    assertTrue(profile.javaShare() > 0 && profile.javaShare() < 1, profile::toString);
    assertTrue(profile.gcShare() >= 0 && profile.gcShare() < 1, profile::toString);
    assertTrue(profile.timingShare() >= 0 && profile.timingShare() < 1, profile::toString);
    double shares = profile.natives().stream().mapToDouble(StepProfile.Native::share).sum();
    assertTrue(shares > 0 && shares <= 1 - profile.javaShare() + 1e-9, profile::toString);
    var backward =
        profile.natives().stream().filter(f -> f.function().equals("tt_backward")).findFirst();
    assertEquals(1, backward.orElseThrow().calls(), profile::toString); // one a step, exactly
    assertTrue(profile.downcalls() > 100, profile::toString);
    assertTrue(
        profile.javaHot().stream()
            .noneMatch(hot -> hot.method().startsWith(StepProfile.class.getName())),
        profile::toString); // the profile itself works before and after the steps
    double seen = profile.javaHot().stream().mapToDouble(StepProfile.JavaMethod::share).sum();
    assertTrue(seen <= 1 + 1e-9 && seen > 0 == profile.samples() > 0, profile::toString);
  }

  /// A step is all its micro-batches and one update, whatever measures it.
  @Test
  void aStepHasAllItsMicroBatches() {
    var single = StepBench.run(new StepBench.Options(tiny(), 1, false));
    var config = tiny().with("train.gradientAccumulation=2");
    var result = StepBench.run(new StepBench.Options(config, STEPS, true));
    assertEquals(2 * single.gflop(), result.gflop(), 1e-9 * result.gflop());
    var profile = result.profile();
    var calls = new HashMap<String, Double>();
    profile.natives().forEach(function -> calls.put(function.function(), function.calls()));
    assertEquals(2, calls.get("tt_backward"), profile::toString);
  }

  @Test
  void withoutProfileThereIsNone() {
    assertNull(StepBench.run(new StepBench.Options(tiny(), 1, false)).profile());
  }

  /// The stopwatch around the native calls includes some microseconds of Java for each call of
  /// milliseconds: less than one part in fifty, however slow the machine is, because both scale
  /// alike. Other programs interrupt them at different times, so one of three attempts counts.
  @Test
  void javaShareIsTheTimeOutsideNativeFunctions() {
    double difference = javaShareDifference();
    for (int attempt = 1; attempt < 3 && difference > 0.02; attempt++) {
      difference = javaShareDifference();
    }
    assertEquals(0, difference, 0.02);
  }

  private static double javaShareDifference() {
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad();
        var profile = StepProfile.start()) {
      var x = Tensor.randn(512, 512); // [512, 512]
      work(x, 20);
      profile.begin();
      long started = System.nanoTime();
      long nativeNs = work(x, 40);
      double elapsedNs = System.nanoTime() - started;
      double expected = 1 - nativeNs / elapsedNs;
      spin(200_000_000); // a pause between steps: not of their time
      var result = profile.end(40, elapsedNs);
      assertEquals("tt_matmul", result.natives().getFirst().function());
      assertEquals(1, result.natives().getFirst().calls());
      assertEquals(2, result.downcalls(), result::toString); // tt_matmul and tt_free
      return Math.abs(expected - result.javaShare());
    }
  }

  /// Alternates products with about five milliseconds of Java; returns the products' time.
  private static long work(Tensor x, int rounds) {
    long nativeNs = 0;
    for (int i = 0; i < rounds; i++) {
      long start = System.nanoTime();
      x.matmul(x).close();
      nativeNs += System.nanoTime() - start;
      spin(5_000_000);
    }
    return nativeNs;
  }

  private static void spin(long ns) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < ns) {
      Thread.onSpinWait();
    }
  }
}
