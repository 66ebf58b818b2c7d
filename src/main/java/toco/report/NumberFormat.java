package toco.report;

import java.util.Locale;

/// Formats of numbers.
enum NumberFormat {
  /// `0.0312`, `1.53`, `412`, `6e-5`.
  PLAIN {
    @Override
    String text(double value) {
      double size = Math.abs(value);
      if (value == 0) {
        return "0";
      }
      if (size < 1e-3) {
        return format("%.1e", value).replace(".0e", "e").replaceFirst("e([+-])0*", "e$1");
      }
      return size < 0.1
          ? format("%.4f", value)
          : size < 1 ? format("%.3f", value) : size < 100 ? format("%.2f", value) : whole(value);
    }
  },

  /// Shares as `54.5 %`.
  PERCENT {
    @Override
    String text(double value) {
      return format("%.1f\u00A0%%", 100 * value);
    }
  },

  /// Bytes as `1,530 MB`.
  MEGABYTES {
    @Override
    String text(double value) {
      return whole(value / 1e6) + "\u00A0MB";
    }
  };

  /// A value with its unit; a dash for NaN.
  abstract String text(double value);

  /// A value with its unit, or a dash for NaN.
  String orDash(double value) {
    return Double.isNaN(value) ? "–" : text(value);
  }

  /// A label of an axis whose ticks are `step` apart, with as few digits as distinguish them.
  String tick(double value, double step) {
    return switch (this) {
      case PLAIN -> tickText(value, step);
      case PERCENT -> tickText(100 * value, 100 * step) + "\u00A0%";
      case MEGABYTES -> tickText(value / 1e6, step / 1e6);
    };
  }

  private static String tickText(double value, double step) {
    if (value == 0) {
      return "0";
    }
    if (step < 1e-3) {
      return PLAIN.text(value);
    }
    if (step >= 1000 && value % 1000 == 0) {
      return format("%,.0fk", value / 1000);
    }
    int digits = (int) Math.clamp(Math.ceil(-Math.log10(step) - 1e-9), 0, 4);
    return format("%,." + digits + "f", value);
  }

  /// `20,000`.
  static String whole(double value) {
    return format("%,.0f", value);
  }

  /// A count with thousands separators.
  static String whole(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
