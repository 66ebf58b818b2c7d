package toco.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a traced step kept its device busy with, and the gaps between.
///
/// A GPU is busy while any of its streams runs a kernel, a copy or a fill. The CPU, which has no
/// kernels in a trace, is busy while any thread runs an operator. Gaps are between the first and
/// the last of them.
///
/// @param of `kernels` of a GPU, or `operators` of the CPU
/// @param count of these
/// @param operators that LibTorch ran, those inside others included
/// @param launches calls of CUDA that start a kernel
/// @param waits calls of CUDA that wait for the device
/// @param copies between host and device, by direction such as `DtoH`
/// @param spanMs from the first to the last
/// @param busyMs in which at least one of them ran
/// @param idleShare `1 - busyMs / spanMs`
/// @param gaps number and sum by length
/// @param longestGaps with what ended before and began after them
/// @param longest the names that took the longest in all
public record TraceActivity(
    String of,
    int count,
    int operators,
    int launches,
    int waits,
    Map<String, Integer> copies,
    double spanMs,
    double busyMs,
    double idleShare,
    List<GapClass> gaps,
    List<Gap> longestGaps,
    List<Total> longest) {
  private static final int LISTED = 10;
  private static final double[] GAP_LIMITS_US = {5, 20, 100, 1000, Double.POSITIVE_INFINITY};
  private static final int NAME_LENGTH = 100; // kernels of templates have names of a page

  /// Gaps shorter than `below`, and not shorter than the class before.
  ///
  /// @param below such as `20 µs`, or `longer`
  public record GapClass(String below, int count, double ms) {}

  /// Time in which the device had nothing to do.
  ///
  /// @param startMs since the first kernel
  public record Gap(double startMs, double ms, String after, String before) {}

  /// All spans of one name.
  public record Total(String name, int count, double ms) {}

  /// @throws IllegalStateException if the trace has neither kernels nor operators
  static TraceActivity of(List<TraceSpan> spans) {
    var ofDevice = spans.stream().filter(TraceSpan::isOfDevice).toList();
    var operators = spans.stream().filter(TraceSpan::isOperator).toList();
    var busy =
        (ofDevice.isEmpty() ? operators : ofDevice)
            .stream().sorted(Comparator.comparingDouble(TraceSpan::startUs)).toList();
    if (busy.isEmpty()) {
      throw new IllegalStateException(
          "the trace has neither kernels nor operators; expected those of a training step");
    }
    var gaps = gaps(busy);
    double start = busy.getFirst().startUs();
    double end = busy.stream().mapToDouble(TraceSpan::endUs).max().orElse(start);
    double idleMs = gaps.stream().mapToDouble(Gap::ms).sum();
    double spanMs = (end - start) * 1e-3;
    return new TraceActivity(
        ofDevice.isEmpty() ? "operators" : "kernels",
        busy.size(),
        operators.size(),
        (int) spans.stream().filter(span -> isLaunch(span)).count(),
        (int) spans.stream().filter(span -> isWait(span)).count(),
        copies(ofDevice),
        spanMs,
        spanMs - idleMs,
        spanMs == 0 ? 0 : idleMs / spanMs,
        classes(gaps),
        gaps.stream().sorted(Comparator.comparingDouble(Gap::ms).reversed()).limit(LISTED).toList(),
        totals(busy));
  }

  private static boolean isLaunch(TraceSpan span) {
    return span.isCall("cudaLaunch") || span.isCall("cuLaunch");
  }

  private static boolean isWait(TraceSpan span) {
    return span.category().startsWith("cuda_") && span.name().endsWith("Synchronize");
  }

  private static Map<String, Integer> copies(List<TraceSpan> spans) {
    var copies = new TreeMap<String, Integer>();
    for (var span : spans) {
      var words = span.name().split(" ", -1); // Memcpy DtoH (Device -> Pageable)
      if (span.category().equals("gpu_memcpy") && words.length > 1) {
        copies.merge(words[1], 1, Integer::sum);
      }
    }
    return copies;
  }

  /// @param spans by their start
  private static List<Gap> gaps(List<TraceSpan> spans) {
    var gaps = new ArrayList<Gap>();
    var last = spans.getFirst(); // of those so far, the one that ends last
    double start = last.startUs();
    for (var span : spans) {
      if (span.startUs() > last.endUs()) {
        gaps.add(
            new Gap(
                (last.endUs() - start) * 1e-3,
                (span.startUs() - last.endUs()) * 1e-3,
                shortened(last.name()),
                shortened(span.name())));
      }
      last = span.endUs() > last.endUs() ? span : last;
    }
    return gaps;
  }

  private static List<GapClass> classes(List<Gap> gaps) {
    var classes = new ArrayList<GapClass>();
    double from = 0;
    for (double below : GAP_LIMITS_US) {
      int count = 0;
      double ms = 0;
      for (var gap : gaps) {
        if (gap.ms() * 1e3 >= from && gap.ms() * 1e3 < below) {
          count++;
          ms += gap.ms();
        }
      }
      classes.add(
          new GapClass(Double.isInfinite(below) ? "longer" : (int) below + " µs", count, ms));
      from = below;
    }
    return classes;
  }

  private static List<Total> totals(List<TraceSpan> spans) {
    var byName = new HashMap<String, Total>();
    for (var span : spans) {
      byName.merge(
          shortened(span.name()),
          new Total(shortened(span.name()), 1, span.us() * 1e-3),
          (a, b) -> new Total(a.name(), a.count() + b.count(), a.ms() + b.ms()));
    }
    return byName.values().stream()
        .sorted(Comparator.comparingDouble(Total::ms).reversed().thenComparing(Total::name))
        .limit(LISTED)
        .toList();
  }

  private static String shortened(String name) {
    return name.length() <= NAME_LENGTH ? name : name.substring(0, NAME_LENGTH - 1) + "…";
  }
}
