package toco.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;
import toco.torch.LibTorch;

/// Splits the time of training steps into time inside the functions of the C ABI and time in Java
/// code.
///
/// The JVM's Flight Recorder times every call of the bindings (`jdk.MethodTiming`, JDK 25), so the
/// share is a sum over all calls, not an estimate from samples, which would miss more of short Java
/// sections than of long native calls. Java's share is the rest of the steps' time: the program,
/// garbage collection, waiting. The binding's few nanoseconds around a call count as native. The
/// timing of a call counts as Java; it is not subtracted but reported too, so the share is too high
/// rather than too low. Execution samples, at most one per millisecond, only tell which methods the
/// Java time belongs to.
///
/// The steps must run on one thread, the one that calls [#begin] and [#end], and no other thread
/// may call LibTorch at the same time. Between the two calls there may be pauses without native
/// calls.
public final class StepProfile implements AutoCloseable {
  private static final String BINDINGS = LibTorch.class.getPackageName() + ".ffi.TocoTorch";
  private static final String TIMING = "jdk.MethodTiming";
  private static final String SAMPLE = "jdk.ExecutionSample";
  private static final Duration SAMPLE_PERIOD = Duration.ofMillis(1);
  private static final int LONGEST = 12;

  /// Where the time of the counted steps went.
  ///
  /// @param javaShare share of the steps' time outside the C ABI's functions, 0…1
  /// @param gcShare share of the steps' time in garbage collection; a part of `javaShare`
  /// @param timingShare share of the steps' time that the timing adds to the calls, estimated from
  ///   a tight loop; a part of `javaShare`
  /// @param downcalls calls of the C ABI per step
  /// @param samples execution samples of the steps' thread in Java code, on which `javaHot` is
  ///   based
  /// @param natives the functions of the C ABI that took the longest, longest first
  /// @param javaHot the program's methods seen most often in those samples
  public record Result(
      double javaShare,
      double gcShare,
      double timingShare,
      double downcalls,
      int samples,
      List<Native> natives,
      List<JavaMethod> javaHot) {}

  /// A function of the C ABI.
  ///
  /// @param calls per step
  /// @param ms milliseconds per step
  /// @param share of the steps' time, 0…1
  public record Native(String function, double calls, double ms, double share) {}

  /// A method of the program, including what it calls in libraries and the JDK.
  ///
  /// @param share of the samples, 0…1
  public record JavaMethod(String method, double share) {}

  /// Calls and time of one function since the recording began.
  private record Timing(long calls, double ns) {}

  private final Recording recording = new Recording();
  private final double timingNs; // time that the timing adds to a call
  private Map<String, Timing> before = Map.of();
  private Instant begun = Instant.MAX;
  private long begunGcMs;

  private StepProfile() {
    double plainNs = OpsBench.nsPerDowncall();
    recording.setName("toco bench step");
    recording.enable(TIMING).with("filter", BINDINGS).with("period", "everyChunk");
    recording.enable(SAMPLE).withPeriod(SAMPLE_PERIOD);
    recording.start();
    timingNs = Math.max(0, OpsBench.nsPerDowncall() - plainNs);
  }

  /// Starts timing. It rewrites the bindings' bytecode, which the JVM then has to compile again:
  /// warm up before [#begin].
  ///
  /// @throws IllegalStateException if this Java has no Flight Recorder
  static StepProfile start() {
    if (!FlightRecorder.isAvailable()) {
      throw new IllegalStateException(
          "a profile needs the JVM's Flight Recorder, which this Java does not have; use a full JDK"
              + " 25");
    }
    LibTorch.load();
    return new StepProfile();
  }

  /// The counted steps begin now.
  void begin() {
    var timings = new HashMap<String, Timing>();
    read(event -> addTiming(timings, event));
    before = timings;
    begunGcMs = gcMs();
    begun = Instant.now();
  }

  /// The counted steps ended now.
  ///
  /// @param steps their number
  /// @param elapsedNs the sum of their times
  Result end(int steps, double elapsedNs) {
    var ended = Instant.now();
    double gcNs = (gcMs() - begunGcMs) * 1e6;
    var timings = new HashMap<String, Timing>();
    var methods = new HashMap<String, Integer>();
    read(event -> {
      addTiming(timings, event);
      if (isSampleOfSteps(event, ended)) {
        methods.merge(methodOf(event.getStackTrace().getFrames()), 1, Integer::sum);
      }
    });
    return result(since(before, timings), methods, elapsedNs, gcNs, steps);
  }

  private static long gcMs() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
        .sum();
  }

  private Result result(
      Map<String, Timing> timings,
      Map<String, Integer> methods,
      double elapsedNs,
      double gcNs,
      int steps) {
    if (timings.isEmpty()) {
      throw new IllegalStateException("no call of " + BINDINGS + " was timed");
    }
    var natives = new ArrayList<Native>();
    long calls = 0;
    double nativeNs = 0;
    for (var entry : timings.entrySet()) {
      var timing = entry.getValue();
      calls += timing.calls();
      nativeNs += timing.ns();
      natives.add(
          new Native(
              entry.getKey(),
              (double) timing.calls() / steps,
              timing.ns() * 1e-6 / steps,
              timing.ns() / elapsedNs));
    }
    natives.sort(Comparator.comparingDouble(Native::ms).reversed());
    int samples = methods.values().stream().mapToInt(Integer::intValue).sum();
    var hot = new ArrayList<JavaMethod>();
    methods.forEach((method, seen) -> hot.add(new JavaMethod(method, (double) seen / samples)));
    hot.sort(
        Comparator.comparingDouble(JavaMethod::share).reversed().thenComparing(JavaMethod::method));
    return new Result(
        1 - nativeNs / elapsedNs,
        gcNs / elapsedNs,
        calls * timingNs / elapsedNs,
        (double) calls / steps,
        samples,
        List.copyOf(natives.subList(0, Math.min(LONGEST, natives.size()))),
        List.copyOf(hot.subList(0, Math.min(LONGEST, hot.size()))));
  }

  private static Map<String, Timing> since(Map<String, Timing> before, Map<String, Timing> after) {
    var between = new HashMap<String, Timing>();
    after.forEach((function, last) -> {
      var first = before.getOrDefault(function, new Timing(0, 0));
      if (last.calls() > first.calls()) {
        between.put(function, new Timing(last.calls() - first.calls(), last.ns() - first.ns()));
      }
    });
    return between;
  }

  /// A recording holds several cumulative reports of a function: the one with the most calls is the
  /// latest.
  private static void addTiming(Map<String, Timing> timings, RecordedEvent event) {
    if (!event.getEventType().getName().equals(TIMING)) {
      return;
    }
    RecordedMethod method = event.getValue("method");
    var name = method.getName();
    long calls = event.getLong("invocations");
    // name$handle etc. belong to the bindings, they are not functions of the ABI
    if (calls > 0 && name.startsWith("tt_") && name.indexOf('$') < 0) {
      double ns = (double) calls * event.getDuration("average").toNanos();
      timings.merge(name, new Timing(calls, ns), (a, b) -> a.calls() > b.calls() ? a : b);
    }
  }

  private boolean isSampleOfSteps(RecordedEvent event, Instant ended) {
    return event.getEventType().getName().equals(SAMPLE)
        && !event.getStartTime().isBefore(begun)
        && !event.getStartTime().isAfter(ended)
        && event.getThread("sampledThread").getJavaThreadId() == Thread.currentThread().threadId()
        && event.getStackTrace() != null;
  }

  /// The innermost method of this program, or the innermost method if there is none.
  private static String methodOf(List<RecordedFrame> frames) {
    for (var frame : frames) {
      var type = frame.getMethod().getType().getName();
      if (type.startsWith("toco.")) {
        return type + "." + frame.getMethod().getName();
      }
    }
    var top = frames.getFirst().getMethod();
    return top.getType().getName() + "." + top.getName();
  }

  private void read(Consumer<RecordedEvent> consumer) {
    try {
      Path file = Files.createTempFile("toco-profile-", ".jfr");
      try {
        recording.dump(file);
        try (var events = new RecordingFile(file)) {
          while (events.hasMoreEvents()) {
            consumer.accept(events.readEvent());
          }
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends the recording and restores the bindings' bytecode.
  @Override
  public void close() {
    recording.close();
  }
}
