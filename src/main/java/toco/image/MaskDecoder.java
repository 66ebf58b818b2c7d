package toco.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import toco.config.MaskValues;

/// Decodes segmentation masks, in PNG, TIFF, BMP or lossless WebP, to labels. They are never
/// turned.
///
/// | file | label |
/// |---|---|
/// | palette, grey, grey with alpha, up to 8 bits | the sample; the palette's colours are ignored |
/// | 16-bit grey | the sample, which must not exceed 255 |
/// | colours of the VOC palette | their index in it; alpha is ignored |
/// | colours that are all grey | the grey level |
///
/// With [MaskValues], a value's place in that list instead; 255 (or the VOC palette's colour of
/// 255) stays ignored unless it is in the list.
public final class MaskDecoder {
  private static final String REMEDY =
      "save class indices, not colours, or name the colours in data.maskValues";

  private MaskDecoder() {}

  /// Decodes a mask of class indices or of the VOC palette's colours.
  ///
  /// @param file recognised by its content, not its name
  /// @param arena owns the labels
  /// @throws ImageException if the file is missing, truncated, in a lossy format, or has other
  ///   colours
  public static LabelMap decode(Path file, Arena arena) {
    return decode(file, null, arena);
  }

  /// The same for masks with other values.
  ///
  /// @param values what the pixels hold; null: class indices
  /// @throws ImageException also if a pixel holds another value
  public static LabelMap decode(Path file, @Nullable MaskValues values, Arena arena) {
    try (var memory = new GrowableMemory(Arena::ofConfined)) {
      var encoded = ImageFile.read(file, memory);
      var source = file.toString();
      if (JpegMarkers.isJpeg(encoded)) {
        throw ImageException.unreadable(
            source,
            "it is a JPEG, whose compression changes labels",
            "save masks as PNG where they were made");
      }
      var pixels =
          PngRaster.isPng(encoded)
              ? MaskPixels.read(encoded, source)
              : MaskPixels.of(other(encoded, source).samples(), source);
      return labels(pixels, values, arena);
    }
  }

  /// A mask that is no PNG.
  private static OtherImage other(MemorySegment file, String source) {
    var image = OtherImage.of(file, source, 1);
    var format = image.stored().format();
    if (image.stored().isLossy() || format.equals("DICOM")) {
      throw ImageException.unreadable(
          source,
          image.stored().isLossy()
              ? "it is a %s with a compression that changes labels".formatted(format)
              : "it is a DICOM file",
          "save masks as PNG, TIFF, BMP or lossless WebP where they were made");
    }
    return image;
  }

  private static LabelMap labels(MaskPixels pixels, @Nullable MaskValues values, Arena arena) {
    var labels = arena.allocate((long) pixels.width() * pixels.height());
    MaskPixels.Unknown unknown;
    if (values != null) {
      unknown =
          values.isColours()
              ? pixels.label(labels, pixels::colour, colour -> labelOf(colour, values))
              : pixels.label(labels, pixels::sample, sample -> labelOf(sample, values));
      requireKnown(unknown, pixels, values.isColours());
    } else if (!pixels.isColoured()) {
      unknown = pixels.label(labels, pixels::sample, sample -> sample > 255 ? -1 : sample);
      requireKnown(unknown, pixels, false);
    } else {
      unknown = pixels.label(labels, pixels::colour, VocPalette::label);
      if (unknown.pixels() > 0
          && pixels.label(labels, pixels::colour, MaskDecoder::level).pixels() > 0) {
        requireKnown(unknown, pixels, true);
      }
    }
    pixels.requireShapeInColours();
    return new LabelMap(labels, pixels.width(), pixels.height());
  }

  /// The grey level of a colour; −1 if it is not grey.
  private static int level(int colour) {
    int level = colour & 0xFF;
    return colour == level * 0x010101 ? level : -1;
  }

  private static int labelOf(int value, MaskValues values) {
    Integer label = values.labelOf().get(value);
    if (label != null) {
      return label;
    }
    int ignored = values.isColours() ? VocPalette.rgb(LabelMap.IGNORE) : LabelMap.IGNORE;
    return value == ignored ? LabelMap.IGNORE : -1;
  }

  private static void requireKnown(
      MaskPixels.Unknown unknown, MaskPixels pixels, boolean isColours) {
    if (unknown.pixels() == 0) {
      return;
    }
    var value =
        isColours
            ? String.format(Locale.ROOT, "#%06x", unknown.value())
            : String.valueOf(unknown.value());
    throw ImageException.unreadable(
        pixels.source(),
        "%s px hold %s, the first at x %s, y %s, which is no class index, no colour of the VOC"
                .formatted(unknown.pixels(), value, unknown.x(), unknown.y())
            + " palette and not in data.maskValues",
        REMEDY);
  }
}
