package toco.image.formats;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import toco.image.formats.Samples.Colours;

/// What the tags of a page say about its pixels, checked against the size of the file.
///
/// @param bits of a sample
/// @param format 1 unsigned, 2 signed, 3 floating point
/// @param planes whether samples of different channels are apart
/// @param tileWidth of a tile; a strip is as wide as the image
/// @param offsets of the tiles or strips, row by row, plane by plane
/// @param sizes of their encoded bytes
@SuppressWarnings("ArrayRecordComponent") // read only
record TiffHeader(
    int widthPx,
    int heightPx,
    int bits,
    int samples,
    int format,
    int compression,
    int photometric,
    boolean planes,
    long tileWidth,
    long tileHeight,
    long[] offsets,
    long[] sizes) {
  static final int SUBFILE = 254;
  static final int WIDTH = 256;
  static final int HEIGHT = 257;
  static final int BITS = 258;
  static final int COMPRESSION = 259;
  static final int PHOTOMETRIC = 262;
  static final int FILL_ORDER = 266;
  static final int STRIP_OFFSETS = 273;
  static final int ORIENTATION = 274;
  static final int SAMPLES = 277;
  static final int ROWS_PER_STRIP = 278;
  static final int STRIP_SIZES = 279;
  static final int PLANAR = 284;
  static final int FAX3 = 292;
  static final int FAX4 = 293;
  static final int PREDICTOR = 317;
  static final int PALETTE = 320;
  static final int TILE_WIDTH = 322;
  static final int TILE_HEIGHT = 323;
  static final int TILE_OFFSETS = 324;
  static final int TILE_SIZES = 325;
  static final int SUB_PAGES = 330;
  static final int EXTRA_SAMPLES = 338;
  static final int SAMPLE_FORMAT = 339;
  static final int JPEG_TABLES = 347;
  static final int YCBCR_COEFFICIENTS = 529;
  static final int YCBCR_SUBSAMPLING = 530;
  static final int YCBCR_POSITIONING = 531;
  static final int REFERENCE_BLACK_WHITE = 532;
  static final int DNG_VERSION = 50706;

  static final int NONE = 1;
  static final int LZW = 5;
  static final int JPEG = 7;
  static final int PACK_BITS = 32773;
  private static final Set<Integer> FAX = Set.of(2, 3, 4);
  private static final Set<Integer> DEFLATE = Set.of(8, 32946);
  private static final Set<Integer> BIT_DEPTHS = Set.of(1, 2, 4, 8, 10, 12, 14, 16, 32, 64);
  private static final long MAX_SIDE = 1 << 24;
  private static final String CONVERT =
      "save it with another compression, such as by tiffcp -c zip, or as PNG";

  static TiffHeader of(TiffDirectory page, long fileBytes) throws FormatException {
    requirePicture(page);
    long width = page.number(WIDTH, 0);
    long height = page.number(HEIGHT, 0);
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
      throw FormatException.damaged("TIFF", "its size is %s×%s px".formatted(width, height));
    }
    int samples = Math.clamp(page.number(SAMPLES, 1), 1, 0xFFFF);
    int compression = (int) page.number(COMPRESSION, NONE);
    int photometric = (int) page.number(PHOTOMETRIC, FAX.contains(compression) ? 0 : 1);
    boolean planes = page.number(PLANAR, 1) == 2 && samples > 1;
    boolean tiled = page.has(TILE_OFFSETS);
    long tileWidth = tiled ? page.number(TILE_WIDTH, 0) : width;
    long tileHeight =
        tiled ? page.number(TILE_HEIGHT, 0) : Math.min(page.number(ROWS_PER_STRIP, height), height);
    if (tileWidth < 1 || tileHeight < 1 || tileWidth > MAX_SIDE || tileHeight > MAX_SIDE) {
      throw FormatException.damaged(
          "TIFF", "its tiles are %s×%s px".formatted(tileWidth, tileHeight));
    }
    long tiles =
        Math.ceilDiv(width, tileWidth) * Math.ceilDiv(height, tileHeight) * (planes ? samples : 1);
    var offsets = page.numbers(tiled ? TILE_OFFSETS : STRIP_OFFSETS, tiles);
    var sizes = page.numbers(tiled ? TILE_SIZES : STRIP_SIZES, tiles);
    int bits = bits(page, samples);
    var header =
        new TiffHeader(
            (int) width,
            (int) height,
            bits,
            samples,
            (int) page.number(SAMPLE_FORMAT, 1),
            compression,
            photometric,
            planes,
            tileWidth,
            tileHeight,
            offsets == null ? new long[0] : offsets,
            sizes == null ? new long[0] : sizes);
    header.requireKnownKind();
    header.requireData(tiles, fileBytes);
    return header;
  }

  /// Raw files of cameras begin like TIFF, with a small preview.
  private static void requirePicture(TiffDirectory page) throws FormatException {
    boolean isPreview = (page.number(SUBFILE, 0) & 1) == 1 && page.has(SUB_PAGES);
    if (page.has(DNG_VERSION) || isPreview) {
      throw new FormatException(
          "it is a camera raw file", "develop it, and save the picture as TIFF, PNG or JPEG");
    }
  }

  private static int bits(TiffDirectory page, int samples) throws FormatException {
    var all = page.numbers(BITS, samples);
    if (all == null) {
      return 1;
    }
    for (long bits : all) {
      if (bits != all[0]) {
        throw new FormatException(
            "its channels have different depths", "save it with 8 or 16 bits per channel");
      }
    }
    return (int) Math.min(all[0], 0xFFFF);
  }

  private void requireKnownKind() throws FormatException {
    boolean isDepth = BIT_DEPTHS.contains(bits);
    boolean isFloat = format == 3;
    boolean isFormat = format == 1 || format == 4 || (format == 2 && (bits == 8 || bits >= 16));
    if (!isDepth || (isFloat ? bits < 16 : !isFormat || bits == 64)) {
      throw new FormatException(
          "its samples have %s bits and format %s, which are not read".formatted(bits, format),
          "save it with 8, 16 or 32 bits");
    }
    var colours = colours();
    if (colours == null || (bits < 8 && samples > 1)) {
      throw new FormatException(
          "its colours (photometric interpretation %s, %s bits) are not read"
              .formatted(photometric, bits),
          "save it as grey or RGB");
    }
    int most = colours == Colours.GREY || colours == Colours.WHITE_IS_ZERO ? 2 : colours.bands + 1;
    if (samples < colours.bands || samples > most) {
      throw new FormatException(
          "it has %s channels, and its colours are %s".formatted(samples, colours),
          "save one channel as grey, or three as RGB");
    }
    boolean isKnown =
        compression == NONE
            || compression == LZW
            || compression == JPEG
            || compression == PACK_BITS
            || FAX.contains(compression)
            || DEFLATE.contains(compression);
    boolean fits = !FAX.contains(compression) || (bits == 1 && samples == 1);
    boolean fitsJpeg = compression != JPEG || (bits == 8 && format != 2 && !planes);
    if (!isKnown || !fits || !fitsJpeg) {
      throw new FormatException(
          "its compression %s is not read".formatted(compressionName()), CONVERT);
    }
  }

  private String compressionName() {
    return switch (compression) {
      case 6 -> "6 (old JPEG)";
      case 34712, 33003, 33005 -> compression + " (JPEG 2000)";
      case 34887 -> compression + " (LERC)";
      case 34925 -> compression + " (LZMA)";
      case 50000 -> compression + " (Zstandard)";
      case 50001 -> compression + " (WebP)";
      case 50002, 52546 -> compression + " (JPEG XL)";
      default -> compression + " of %s-bit samples".formatted(bits);
    };
  }

  /// What the samples mean; null: they are not read.
  @Nullable Colours colours() {
    return switch (photometric) {
      case 0 -> Colours.WHITE_IS_ZERO;
      case 1 -> Colours.GREY;
      case 2 -> Colours.RGB;
      case 3 -> bits <= 16 && format != 3 ? Colours.PALETTE : null;
      case 5 -> bits == 8 ? Colours.CMYK : null;
      case 6 -> bits == 8 ? Colours.RGB : null; // YCbCr, which is converted
      default -> null;
    };
  }

  private void requireData(long tiles, long fileBytes) throws FormatException {
    if (offsets.length < tiles
        || (sizes.length < tiles && (compression != NONE || sizes.length > 0))) {
      throw FormatException.damaged("TIFF", "tiles or strips are missing");
    }
    long encoded = 0;
    for (int i = 0; i < tiles; i++) {
      long needed = compression == NONE && photometric != 6 ? tileBytes(i) : 1;
      long size = sizes.length == 0 ? needed : sizes[i];
      if (size < needed || offsets[i] > fileBytes || size > fileBytes - offsets[i]) {
        throw FormatException.truncated("TIFF");
      }
      encoded += size;
    }
    if (encoded < pixelBytes() / inflation()) {
      throw new FormatException(
          "the TIFF is truncated: its header claims %s×%s px, which %s bytes cannot hold"
              .formatted(widthPx, heightPx, encoded),
          Bytes.REPLACE);
    }
  }

  /// Most bytes that one encoded byte can stand for.
  private long inflation() {
    return switch (compression) {
      case NONE -> photometric == 6 ? 3 : 1;
      case LZW -> 2600; // strings of up to 3,839 bytes in 12 bits
      case PACK_BITS -> 64;
      case JPEG -> 64L * 3 * Byte.SIZE; // a bit for each block
      case 2, 3, 4 -> 8L * Math.ceilDiv(widthPx, Byte.SIZE); // a bit for each row
      default -> 1032; // deflate
    };
  }

  private long rowBytes(long width) {
    return Math.ceilDiv(width * bits * (planes ? 1 : samples), Byte.SIZE);
  }

  private long tileBytes(int i) {
    long across = Math.ceilDiv(widthPx, tileWidth);
    long down = Math.ceilDiv(heightPx, tileHeight);
    long row = i / across % down;
    boolean isStrip = tileWidth == widthPx;
    long rows = isStrip ? Math.min(tileHeight, heightPx - row * tileHeight) : tileHeight;
    return rows * rowBytes(tileWidth);
  }

  /// Bytes of the decoded pixels.
  long pixelBytes() {
    return rowBytes(widthPx) * heightPx * (planes ? samples : 1);
  }
}
