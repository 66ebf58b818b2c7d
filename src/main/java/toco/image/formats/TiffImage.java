package toco.image.formats;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import toco.files.OptionalLibrary;
import toco.image.formats.Samples.Colours;

/// A page of a TIFF file. TwelveMonkeys' reader decodes it.
record TiffImage(TiffDirectory page, TiffHeader header) implements StoredImage {
  /// The tags that decoding needs: neither profiles nor other pages, which a hostile file could
  /// make endless.
  private static final int[] TAGS = {
    TiffHeader.WIDTH,
    TiffHeader.HEIGHT,
    TiffHeader.BITS,
    TiffHeader.COMPRESSION,
    TiffHeader.PHOTOMETRIC,
    TiffHeader.FILL_ORDER,
    TiffHeader.STRIP_OFFSETS,
    TiffHeader.SAMPLES,
    TiffHeader.ROWS_PER_STRIP,
    TiffHeader.STRIP_SIZES,
    TiffHeader.PLANAR,
    TiffHeader.FAX3,
    TiffHeader.FAX4,
    TiffHeader.PREDICTOR,
    TiffHeader.PALETTE,
    TiffHeader.TILE_WIDTH,
    TiffHeader.TILE_HEIGHT,
    TiffHeader.TILE_OFFSETS,
    TiffHeader.TILE_SIZES,
    TiffHeader.EXTRA_SAMPLES,
    TiffHeader.SAMPLE_FORMAT,
    TiffHeader.JPEG_TABLES,
    TiffHeader.YCBCR_COEFFICIENTS,
    TiffHeader.YCBCR_SUBSAMPLING,
    TiffHeader.YCBCR_POSITIONING,
    TiffHeader.REFERENCE_BLACK_WHITE
  };

  private static final long MOST_VALUES = 1 << 16;

  static TiffImage of(MemorySegment file, int number) throws FormatException {
    var page = TiffDirectory.read(file, number);
    return new TiffImage(page, TiffHeader.of(page, file.byteSize()));
  }

  @Override
  public String format() {
    return "TIFF";
  }

  @Override
  public int widthPx() {
    return header.widthPx();
  }

  @Override
  public int heightPx() {
    return header.heightPx();
  }

  @Override
  public long heapBytes() {
    long samples = (long) widthPx() * heightPx() * header.samples();
    long bytes = samples * Math.max(Byte.SIZE, header.bits()) / Byte.SIZE;
    return isRaw() ? 2 * bytes : bytes;
  }

  private boolean isRaw() {
    return header.format() == 3;
  }

  @Override
  public boolean isLossy() {
    return header.compression() == TiffHeader.JPEG;
  }

  @Override
  public int orientation() {
    try {
      long orientation = page.number(TiffHeader.ORIENTATION, 1);
      return orientation >= 1 && orientation <= 8 ? (int) orientation : 1;
    } catch (FormatException e) {
      throw new IllegalStateException("the entry is in the file", e);
    }
  }

  @Override
  public Samples samples() throws IOException {
    var missing = OptionalLibrary.TIFF.missing();
    if (missing.isPresent()) {
      throw new FormatException("reading TIFF needs a library", missing.get());
    }
    var rows = SampleRows.of(TwelveMonkeys.tiff(input(), isRaw()));
    var colours = Objects.requireNonNull(header.colours());
    return new Samples(
        rows,
        colours,
        header.bits(),
        header.format() == 2,
        colours == Colours.PALETTE ? palette() : null,
        null);
  }

  /// Grey is read as it is stored, so that values of every depth are.
  private PartsInput input() throws FormatException {
    var tags = new HashMap<Integer, Long>();
    IntStream.of(TAGS).forEach(tag -> tags.put(tag, MOST_VALUES));
    for (int tag :
        new int[] {
          TiffHeader.STRIP_OFFSETS,
          TiffHeader.STRIP_SIZES,
          TiffHeader.TILE_OFFSETS,
          TiffHeader.TILE_SIZES,
          TiffHeader.PALETTE
        }) {
      tags.put(tag, Math.max(header.offsets().length, 3 * MOST_VALUES));
    }
    Map<Integer, Integer> grey =
        header.colours() == Colours.WHITE_IS_ZERO ? Map.of(TiffHeader.PHOTOMETRIC, 1) : Map.of();
    return page.only(tags, grey);
  }

  private int[] palette() throws FormatException {
    int entries = 1 << header.bits();
    var values = page.numbers(TiffHeader.PALETTE, 3L * entries);
    if (values == null || values.length < 3 * entries) {
      throw FormatException.damaged("TIFF", "its palette is missing or too short");
    }
    boolean has8Bits = true; // some programs write such palettes
    for (long value : values) {
      has8Bits &= value < 256;
    }
    int shift = has8Bits ? 0 : 8;
    var palette = new int[entries];
    for (int i = 0; i < entries; i++) {
      palette[i] =
          (int)
              ((values[i] >> shift) << 16
                  | (values[i + entries] >> shift) << 8
                  | values[i + 2 * entries] >> shift);
    }
    return palette;
  }
}
