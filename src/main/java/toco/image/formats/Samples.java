package toco.image.formats;

import org.jspecify.annotations.Nullable;

/// Decoded samples and what they mean.
///
/// @param colours what the first samples of a pixel are; further ones are ignored
/// @param bits of a sample
/// @param isSigned whether whole numbers may be negative
/// @param palette `0xRRGGBB` of each index, for [Colours#PALETTE] only
/// @param scale of grey values, of DICOM files only
@SuppressWarnings("ArrayRecordComponent") // read only
public record Samples(
    SampleRows rows,
    Colours colours,
    int bits,
    boolean isSigned,
    int @Nullable [] palette,
    @Nullable GreyScale scale) {

  /// What samples mean.
  public enum Colours {
    GREY(1),
    /// Grey, where 0 is white.
    WHITE_IS_ZERO(1),
    PALETTE(1),
    RGB(3),
    /// Amounts of ink: 0 is none.
    CMYK(4);

    final int bands;

    Colours(int bands) {
      this.bands = bands;
    }
  }

  public static Samples of(SampleRows rows, Colours colours, int bits) {
    return new Samples(rows, colours, bits, false, null, null);
  }

  /// The number that a whole sample stands for.
  public double number(int sample) {
    if (isSigned) {
      return bits == Byte.SIZE ? (byte) sample : sample;
    }
    return Integer.toUnsignedLong(sample);
  }

  /// Whether values must be mapped to 8 bits.
  public boolean isDeep() {
    boolean isNumber = colours != Colours.PALETTE && colours != Colours.CMYK;
    return isNumber && (bits > 8 || isSigned || !rows.isWhole() || scale != null);
  }

  /// Whether grey values grow darker.
  public boolean isInverted() {
    return colours == Colours.WHITE_IS_ZERO;
  }
}
