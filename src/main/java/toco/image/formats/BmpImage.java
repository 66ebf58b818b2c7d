package toco.image.formats;

import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import javax.imageio.ImageIO;
import toco.image.formats.Samples.Colours;

/// A BMP file. The JDK's reader decodes it.
///
/// @param bits of a pixel
record BmpImage(MemorySegment file, int widthPx, int heightPx, int bits) implements StoredImage {
  private static final int CORE_HEADER = 12;
  private static final long SMALL_PIXELS = 1L << 22;
  private static final long RUN = 255; // pixels of two bytes
  private static final int LEVELS = 255;

  static boolean isBmp(MemorySegment file) {
    return Bytes.startsWith(file, 0, "BM") && file.byteSize() > 26 && hasHeader(file);
  }

  private static boolean hasHeader(MemorySegment file) {
    try {
      long size = Bytes.littleEndian(file, "BMP").u32(14);
      return size >= CORE_HEADER && size <= 256;
    } catch (FormatException e) {
      return false;
    }
  }

  static BmpImage of(MemorySegment file) throws FormatException {
    var bytes = Bytes.littleEndian(file, "BMP");
    boolean isCore = bytes.u32(14) == CORE_HEADER;
    long width = isCore ? bytes.u16(18) : bytes.i32(18);
    long height = isCore ? bytes.u16(20) : Math.abs((long) bytes.i32(22)); // negative: top-down
    int bits = bytes.u16(isCore ? 24 : 28);
    long compression = isCore ? 0 : bytes.u32(30);
    if (width < 1 || height < 1 || height > Integer.MAX_VALUE) {
      throw FormatException.damaged("BMP", "its size is %s×%s px".formatted(width, height));
    }
    if (compression == 4 || compression == 5) {
      throw new FormatException(
          "it is a BMP around a JPEG or PNG", "save it as an ordinary BMP, JPEG or PNG");
    }
    long data = bytes.u32(10);
    boolean isRunLength = compression == 1 || compression == 2;
    boolean isKnown =
        switch ((int) compression) {
          case 0 -> bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
          case 1 -> bits == 8;
          case 2 -> bits == 4;
          case 3, 6 -> bits == 16 || bits == 32;
          default -> false;
        };
    if (!isKnown) {
      throw FormatException.damaged(
          "BMP", "compression %s of %s bits per pixel".formatted(compression, bits));
    }
    long needed =
        isRunLength
            ? Math.max(0, width * height - SMALL_PIXELS) * 2 / RUN
            : Math.ceilDiv(width * bits, Integer.SIZE) * Integer.BYTES * height;
    if (!bytes.holds(data, needed)) {
      throw FormatException.truncated("BMP");
    }
    return new BmpImage(file, (int) width, (int) height, bits);
  }

  @Override
  public String format() {
    return "BMP";
  }

  @Override
  public long heapBytes() {
    long perPixel = Math.max(1, bits / Byte.SIZE);
    return 2 * perPixel * widthPx * heightPx; // the encoded data, too
  }

  @Override
  public boolean isLossy() {
    return false;
  }

  @Override
  public Samples samples() throws IOException {
    var reader = ImageIO.getImageReadersByFormatName("bmp").next();
    try (var input = new PartsInput(file)) {
      reader.setInput(input, true, true);
      var image = reader.read(0);
      var raster = image.getRaster();
      if (image.getColorModel() instanceof IndexColorModel colours) {
        var palette = new int[colours.getMapSize()];
        colours.getRGBs(palette);
        var all = Arrays.copyOf(palette, 1 << bits); // beyond its end is black
        Arrays.setAll(all, i -> all[i] & 0xFFFFFF);
        return new Samples(SampleRows.of(raster), Colours.PALETTE, bits, false, all, null);
      }
      boolean isGrey = raster.getNumBands() < 3; // a palette of all levels
      return Samples.of(new Channels(raster), isGrey ? Colours.GREY : Colours.RGB, Byte.SIZE);
    } finally {
      reader.dispose();
    }
  }

  /// Channels of 5 or 6 bits, as levels of 8.
  ///
  /// @param inner the JDK's raster
  @SuppressWarnings("ArrayRecordComponent") // read only
  private record Channels(SampleRows inner, int[] most) implements SampleRows {
    Channels(Raster raster) {
      this(SampleRows.of(raster), new int[raster.getNumBands()]);
      for (int band = 0; band < most.length; band++) {
        most[band] = (1 << raster.getSampleModel().getSampleSize(band)) - 1;
      }
    }

    @Override
    public int widthPx() {
      return inner.widthPx();
    }

    @Override
    public int heightPx() {
      return inner.heightPx();
    }

    @Override
    public int bands() {
      return inner.bands();
    }

    @Override
    public boolean isWhole() {
      return true;
    }

    @Override
    public void read(int y, int[] samples) {
      inner.read(y, samples);
      for (int i = 0; i < samples.length; i++) {
        int its = most[i % most.length];
        if (its != LEVELS) {
          samples[i] = its == 0 ? 0 : samples[i] * LEVELS / its;
        }
      }
    }

    @Override
    public void read(int y, double[] samples) {
      throw new UnsupportedOperationException("the samples are whole numbers");
    }
  }
}
