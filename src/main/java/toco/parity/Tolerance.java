package toco.parity;

import java.util.Locale;

/// How close a computed tensor must be to the recorded one.
sealed interface Tolerance {
  /// The largest error, and whether the whole tensor is within the tolerance.
  record Verdict(double error, boolean pass) {}

  Verdict compare(double[] expected, double[] actual);

  /// Every element within `abs + rel · |expected|`.
  record Within(double abs, double rel) implements Tolerance {
    @Override
    public Verdict compare(double[] expected, double[] actual) {
      double worst = 0;
      boolean pass = true;
      for (int i = 0; i < expected.length; i++) {
        double error = difference(expected[i], actual[i]);
        worst = Math.max(worst, error);
        pass &= error <= abs + rel * Math.abs(Double.isNaN(expected[i]) ? 0 : expected[i]);
      }
      return new Verdict(worst, pass);
    }

    @Override
    public String toString() {
      return rel == 0
          ? "abs " + text(abs)
          : abs == 0 ? "rel " + text(rel) : "abs " + text(abs) + " + rel " + text(rel);
    }
  }

  /// Every element within a share of the largest recorded value; the error is given as that share.
  record OfLargest(double rel) implements Tolerance {
    @Override
    public Verdict compare(double[] expected, double[] actual) {
      double largest = 0;
      double worst = 0;
      for (int i = 0; i < expected.length; i++) {
        largest = Math.max(largest, Math.abs(expected[i]));
        worst = Math.max(worst, difference(expected[i], actual[i]));
      }
      double share = worst == 0 ? 0 : worst / largest;
      return new Verdict(share, share <= rel);
    }

    @Override
    public String toString() {
      return "rel " + text(rel) + " of the largest";
    }
  }

  /// Every element within `ofLargest` of the largest recorded value plus `own` of its own recorded
  /// value; the error is given as a share of the largest.
  record OfLargestAndOwn(double ofLargest, double own) implements Tolerance {
    @Override
    public Verdict compare(double[] expected, double[] actual) {
      double largest = 0;
      for (double value : expected) {
        largest = Math.max(largest, Math.abs(value));
      }
      var verdict = new Within(ofLargest * largest, own).compare(expected, actual);
      double share = verdict.error() == 0 ? 0 : verdict.error() / largest;
      return new Verdict(share, verdict.pass());
    }

    @Override
    public String toString() {
      return "%s of the largest + rel %s".formatted(text(ofLargest), text(own));
    }
  }

  /// Every element within `abs` plus a share of the largest recorded value; the error is given as a
  /// share of that bound.
  record BesideLargest(double abs, double rel) implements Tolerance {
    @Override
    public Verdict compare(double[] expected, double[] actual) {
      double largest = 0;
      double worst = 0;
      for (int i = 0; i < expected.length; i++) {
        largest = Math.max(largest, Math.abs(expected[i]));
        worst = Math.max(worst, difference(expected[i], actual[i]));
      }
      double share = worst == 0 ? 0 : worst / (abs + rel * largest);
      return new Verdict(share, share <= 1);
    }

    @Override
    public String toString() {
      return "1 × (abs %s + rel %s of the largest)".formatted(text(abs), text(rel));
    }
  }

  /// At least this share of the elements within `within`; the error is the share that is not.
  record Share(double share, Within within) implements Tolerance {
    @Override
    public Verdict compare(double[] expected, double[] actual) {
      long misses = 0;
      for (int i = 0; i < expected.length; i++) {
        misses +=
            within.compare(new double[] {expected[i]}, new double[] {actual[i]}).pass() ? 0 : 1;
      }
      double missed = expected.length == 0 ? 0 : (double) misses / expected.length;
      return new Verdict(missed, missed <= 1 - share + 1e-12);
    }

    @Override
    public String toString() {
      return text(100 * share) + " % equal";
    }
  }

  /// At least this share of the elements within `abs`, and none beyond `most`; the error is the
  /// largest.
  record Mostly(double share, double abs, double most) implements Tolerance {
    @Override
    public Verdict compare(double[] expected, double[] actual) {
      var near = new Share(share, new Within(abs, 0)).compare(expected, actual);
      var far = new Within(most, 0).compare(expected, actual);
      return new Verdict(far.error(), near.pass() && far.pass());
    }

    @Override
    public String toString() {
      return "abs %s on %s %%, all %s".formatted(text(abs), text(100 * share), text(most));
    }
  }

  private static double difference(double expected, double actual) {
    if (Double.isNaN(expected) || Double.isNaN(actual)) {
      return Double.isNaN(expected) && Double.isNaN(actual) ? 0 : Double.POSITIVE_INFINITY;
    }
    return expected == actual ? 0 : Math.abs(expected - actual); // equal infinities differ by 0
  }

  private static String text(double value) {
    return String.format(Locale.ROOT, "%.4g", value).replaceAll("\\.?0+($|e)", "$1");
  }
}
