package toco.image.formats;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import toco.image.formats.Samples.Colours;

/// A DICOM file of one frame with uncompressed pixels.
///
/// @param rows of samples
/// @param palette `0xRRGGBB` of each index; null for other colours
/// @param scale of grey values; null for colours
@SuppressWarnings("ArrayRecordComponent") // read only
record DicomImage(
    DicomRows rows, Colours colours, int @Nullable [] palette, @Nullable GreyScale scale)
    implements StoredImage {
  private static final int SAMPLES = 0x00280002;
  private static final int PHOTOMETRIC = 0x00280004;
  private static final int PLANAR = 0x00280006;
  private static final int FRAMES = 0x00280008;
  private static final int ROWS = 0x00280010;
  private static final int COLUMNS = 0x00280011;
  private static final int BITS_ALLOCATED = 0x00280100;
  private static final int BITS_STORED = 0x00280101;
  private static final int HIGH_BIT = 0x00280102;
  private static final int IS_SIGNED = 0x00280103;
  private static final int WINDOW_CENTER = 0x00281050;
  private static final int WINDOW_WIDTH = 0x00281051;
  private static final int INTERCEPT = 0x00281052;
  private static final int SLOPE = 0x00281053;
  private static final int WINDOW_SHAPE = 0x00281056;
  private static final int PALETTE = 0x00281101; // red; green and blue follow
  private static final int PALETTE_DATA = 0x00281201;
  private static final int MODALITY_LUT = 0x00283000;
  private static final Set<String> UNCOMPRESSED =
      Set.of("", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2");

  static DicomImage of(MemorySegment file) throws FormatException {
    var data = DicomData.read(file);
    requireUncompressed(data);
    var kind = data.text(PHOTOMETRIC);
    var colours = colours(kind);
    var rows = rows(data, kind, colours);
    boolean isGrey = colours == Colours.GREY || colours == Colours.WHITE_IS_ZERO;
    if (isGrey && data.has(MODALITY_LUT)) {
      throw new FormatException(
          "its values are in a modality lookup table", "save it with rescaled values");
    }
    return new DicomImage(
        rows,
        colours,
        colours == Colours.PALETTE ? palette(data, rows) : null,
        isGrey ? scale(data) : null);
  }

  private static void requireUncompressed(DicomData data) throws FormatException {
    var syntax = data.text(DicomData.TRANSFER_SYNTAX);
    if (!UNCOMPRESSED.contains(syntax)) {
      throw new FormatException(
          "its pixels are compressed (%s, transfer syntax %s)".formatted(name(syntax), syntax),
          "decompress it, such as by gdcmconv --raw IN.dcm OUT.dcm");
    }
    var element = data.element(DicomData.PIXELS, "pixels");
    if (element == null) {
      throw new FormatException(
          "the DICOM file has no pixels, or is truncated before them",
          "name DICOM files of images");
    }
    if (element.isUndefined()) {
      throw FormatException.damaged("DICOM file", "its pixels have no length");
    }
    double frames = data.decimal(FRAMES, 1);
    if (frames > 1) {
      throw new FormatException(
          "it has %s frames".formatted((long) frames), "save each frame as a file of its own");
    }
  }

  private static String name(String syntax) {
    var last = syntax.startsWith("1.2.840.10008.1.2.") ? syntax.substring(18) : "";
    return switch (last) {
      case "1.99" -> "deflate";
      case "5" -> "RLE";
      case "4.57", "4.70" -> "lossless JPEG";
      case "4.80", "4.81" -> "JPEG-LS";
      case "4.90", "4.91", "4.92", "4.93", "4.201", "4.202", "4.203" -> "JPEG 2000";
      case "4.110", "4.111", "4.112" -> "JPEG XL";
      default -> {
        boolean isVideo = last.matches("4\\.10\\d(\\.\\d)?");
        yield isVideo ? "video" : last.startsWith("4.") ? "JPEG" : "an unknown format";
      }
    };
  }

  private static Colours colours(String kind) throws FormatException {
    return switch (kind) {
      case "MONOCHROME1" -> Colours.WHITE_IS_ZERO;
      case "MONOCHROME2" -> Colours.GREY;
      case "PALETTE COLOR" -> Colours.PALETTE;
      case "RGB", "YBR_FULL" -> Colours.RGB;
      default ->
          throw new FormatException(
              "its colours are " + (kind.isEmpty() ? "not named" : kind),
              "save it as MONOCHROME2 or RGB");
    };
  }

  private static DicomRows rows(DicomData data, String kind, Colours colours)
      throws FormatException {
    long width = data.whole(COLUMNS, 0);
    long height = data.whole(ROWS, 0);
    long samples = data.whole(SAMPLES, 1);
    long allocated = data.whole(BITS_ALLOCATED, 0);
    long stored = data.whole(BITS_STORED, allocated);
    long shift = data.whole(HIGH_BIT, stored - 1) - (stored - 1);
    boolean isYbr = kind.equals("YBR_FULL");
    boolean isDepth =
        (allocated == 8 || allocated == 16 || (allocated == 32 && colours != Colours.PALETTE))
            && stored >= 1
            && shift >= 0
            && stored + shift <= allocated
            && !(isYbr && stored != 8);
    if (!isDepth) {
      throw new FormatException(
          "its samples have %s of %s bits, which are not read".formatted(stored, allocated),
          "save it with 8 or 16 bits");
    }
    if (width < 1 || height < 1 || width > 0xFFFF || height > 0xFFFF || samples != colours.bands) {
      throw FormatException.damaged(
          "DICOM file", "%s×%s px of %s samples, %s".formatted(width, height, samples, kind));
    }
    var pixels = data.element(DicomData.PIXELS, "pixels");
    long needed = width * height * samples * (allocated / Byte.SIZE);
    if (pixels == null || pixels.length() < needed) {
      throw FormatException.truncated("DICOM file");
    }
    var order = data.bytes().order();
    boolean isWords = order == ByteOrder.BIG_ENDIAN && pixels.vr().equals("OW");
    return new DicomRows(
        data.bytes().part(pixels.at(), pixels.length()),
        order,
        (int) width,
        (int) height,
        (int) samples,
        (int) allocated / Byte.SIZE,
        samples > 1 && data.whole(PLANAR, 0) == 1,
        (int) stored,
        (int) shift,
        data.whole(IS_SIGNED, 0) == 1,
        isWords && allocated == 8 && pixels.length() % 2 == 0,
        isYbr);
  }

  private static GreyScale scale(DicomData data) throws FormatException {
    double slope = data.decimal(SLOPE, 1);
    double width = data.decimal(WINDOW_WIDTH, 0);
    boolean hasWindow = !data.text(WINDOW_CENTER).isEmpty() && width > 0;
    var shape =
        switch (data.text(WINDOW_SHAPE)) {
          case "LINEAR_EXACT" -> GreyScale.Shape.LINEAR_EXACT;
          case "SIGMOID" -> GreyScale.Shape.SIGMOID;
          default -> GreyScale.Shape.LINEAR;
        };
    return new GreyScale(
        slope == 0 ? 1 : slope,
        data.decimal(INTERCEPT, 0),
        hasWindow ? new GreyScale.Window(data.decimal(WINDOW_CENTER, 0), width, shape) : null);
  }

  /// The colours of all samples, of which those outside of the table have its first or last.
  private static int[] palette(DicomData data, DicomRows rows) throws FormatException {
    var palette = new int[1 << rows.bits()];
    for (int channel = 0; channel < 3; channel++) {
      var descriptor = data.element(PALETTE + channel, "palette");
      var table = data.element(PALETTE_DATA + channel, "palette");
      if (descriptor == null || descriptor.length() < 6 || table == null || table.isUndefined()) {
        throw new FormatException("it has no palette, or one in segments", "save it as RGB");
      }
      var bytes = data.bytes();
      int entries = bytes.u16(descriptor.at()) == 0 ? 1 << 16 : bytes.u16(descriptor.at());
      int first = bytes.u16(descriptor.at() + 2);
      first = rows.isSigned() ? (short) first : first;
      int bits = bytes.u16(descriptor.at() + 4);
      boolean isPacked = table.length() < 2L * entries; // a byte for each entry
      if (table.length() < entries) {
        throw FormatException.damaged("DICOM file", "its palette is too short");
      }
      for (int i = 0; i < palette.length; i++) {
        int sample = rows.isSigned() ? i << (32 - rows.bits()) >> (32 - rows.bits()) : i;
        int entry = Math.clamp(sample - (long) first, 0, entries - 1);
        int value = isPacked ? bytes.u8(table.at() + entry) : bytes.u16(table.at() + 2L * entry);
        int level = !isPacked && bits > 8 ? value >> 8 : value & 0xFF;
        palette[i] |= level << (16 - 8 * channel);
      }
    }
    return palette;
  }

  @Override
  public String format() {
    return "DICOM";
  }

  @Override
  public int widthPx() {
    return rows.widthPx();
  }

  @Override
  public int heightPx() {
    return rows.heightPx();
  }

  @Override
  public long heapBytes() {
    return 0;
  }

  @Override
  public boolean isLossy() {
    return false;
  }

  @Override
  public Samples samples() {
    return new Samples(rows, colours, rows.bits(), rows.isSigned(), palette, scale);
  }
}
