package toco.demo;

/// What the runs of two arms allow to say about a score, in a sentence.
///
/// The mean of the paired differences is compared with their standard deviation, and their signs
/// with chance: two equal arms agree in the sign of all n differences with a probability of 2^(1 −
/// n).
final class Conclusion {
  private Conclusion() {}

  /// @param score its name
  /// @param a the arm with the larger mean
  /// @param difference of a minus b, seed by seed; its mean is not negative
  static String of(String score, String a, String b, Spread difference) {
    double mean = difference.mean();
    if (Double.isNaN(mean)) {
      return score + ": not scored in all runs, so nothing can be said";
    }
    if (difference.values().stream().allMatch(it -> it == 0)) {
      return "%s: no difference between %s and %s".formatted(score, a, b);
    }
    var start = "%s: %s > %s by %s".formatted(score, a, b, difference.text("%.3f"));
    int seeds = difference.values().size();
    if (seeds == 1) {
      return start + " with one seed, which does not show the spread; use --seeds 3 or more";
    }
    boolean isLarge = mean > difference.deviation();
    int higher = difference.positive();
    if (higher < seeds) {
      return "%s, in %s of %s seeds; %s"
          .formatted(
              start,
              higher,
              seeds,
              isLarge
                  ? "more seeds are needed"
                  : "the spread exceeds the difference, so these runs do not tell them apart");
    }
    return "%s, in all %s seeds; %s"
        .formatted(
            start,
            seeds,
            isLarge
                ? "two equal methods would agree so in 1 of %s such comparisons"
                    .formatted(1L << (seeds - 1))
                : "the spread exceeds the difference, so the amount is uncertain");
  }
}
