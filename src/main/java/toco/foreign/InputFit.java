package toco.foreign;

import java.util.regex.Pattern;

/// The sizes of images that a network takes.
public sealed interface InputFit {
  /// Both sides at least 1 and multiples of a number, to the nearest of which images are resized.
  ///
  /// @param of 1: any size
  record Multiples(int of) implements InputFit {
    @Override
    public long height(long heightPx) {
      return Math.max(1, Math.round((double) heightPx / of)) * of;
    }

    @Override
    public long width(long widthPx) {
      return height(widthPx);
    }

    @Override
    public String toString() {
      return String.valueOf(of);
    }
  }

  /// One size, to which all images are resized.
  record Fixed(int heightPx, int widthPx) implements InputFit {
    @Override
    public long height(long ofImage) {
      return heightPx;
    }

    @Override
    public long width(long ofImage) {
      return widthPx;
    }

    @Override
    public String toString() {
      return widthPx + "x" + heightPx;
    }
  }

  /// Any size.
  InputFit ANY = new Multiples(1);

  /// Reads `32`, or `WIDTHxHEIGHT` such as `1024x512`.
  ///
  /// @throws IllegalArgumentException for anything else
  static InputFit parse(String text) {
    var sizes = Pattern.compile("(\\d{1,5})(?:x(\\d{1,5}))?").matcher(text.strip());
    if (sizes.matches() && !text.strip().matches("0*|0+x.*|.*x0+")) {
      int first = Integer.parseInt(sizes.group(1));
      return sizes.group(2) == null
          ? new Multiples(first)
          : new Fixed(Integer.parseInt(sizes.group(2)), first);
    }
    throw new IllegalArgumentException(
        "expected a number of which the sides are to be multiples, such as 32, or one size"
            + " WIDTHxHEIGHT, such as 1024x512, got '%s'".formatted(text));
  }

  /// Rows that an image of so many gets.
  long height(long heightPx);

  /// Columns that an image of so many gets.
  long width(long widthPx);
}
