package toco.image.formats;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import toco.files.OptionalLibrary;
import toco.image.formats.Samples.Colours;

/// A WebP file. TwelveMonkeys' reader decodes its picture alone: neither its profile, which would
/// change colours, nor its alpha.
///
/// @param picture the chunk with the pixels, its header included
/// @param exif the metadata; null if there are none
record WebpImage(
    int widthPx, int heightPx, boolean isLossy, MemorySegment picture, @Nullable MemorySegment exif)
    implements StoredImage {
  private static final int RIFF_BYTES = 12;
  private static final int CHUNK_BYTES = 8;
  private static final int READ_AHEAD = 64; // the reader looks further than the last byte
  private static final int ANIMATED = 2;
  private static final int SIDE_MASK = 0x3FFF;
  private static final long SMALL_PIXELS = 1L << 20;
  private static final long LOSSY_PIXELS = 1L << 12; // in a byte: libwebp writes 560 of one colour
  private static final long LOSSLESS_PIXELS = 1L << 15; // libwebp writes 25,000

  static boolean isWebp(MemorySegment file) {
    return Bytes.startsWith(file, 0, "RIFF") && Bytes.startsWith(file, 8, "WEBP");
  }

  static WebpImage of(MemorySegment file) throws FormatException {
    var bytes = Bytes.littleEndian(file, "WebP");
    long end = CHUNK_BYTES + bytes.u32(4);
    if (end > bytes.size()) {
      throw FormatException.truncated("WebP");
    }
    MemorySegment exif = null;
    WebpImage found = null;
    for (long at = RIFF_BYTES; at + CHUNK_BYTES <= end; ) {
      var kind = bytes.text(at, 4);
      long length = bytes.u32(at + 4);
      long data = at + CHUNK_BYTES;
      if (!bytes.holds(data, length)) {
        throw FormatException.truncated("WebP");
      }
      if (kind.equals("VP8X") && (bytes.u8(data) & ANIMATED) != 0) {
        throw new FormatException("it is an animated WebP", "save one of its frames");
      } else if (kind.equals("EXIF")) {
        exif = bytes.part(data, length);
      } else if (found == null && (kind.equals("VP8 ") || kind.equals("VP8L"))) {
        found = picture(bytes, at, kind.equals("VP8 "));
      }
      at = data + length + length % 2;
    }
    if (found == null) {
      throw FormatException.damaged("WebP", "it has no picture");
    }
    return new WebpImage(found.widthPx, found.heightPx, found.isLossy, found.picture, exif);
  }

  private static WebpImage picture(Bytes bytes, long at, boolean isLossy) throws FormatException {
    long length = bytes.u32(at + 4);
    long data = at + CHUNK_BYTES;
    int width;
    int height;
    if (isLossy) {
      boolean isKeyFrame = (bytes.u8(data) & 1) == 0;
      if (!isKeyFrame || !Bytes.startsWith(bytes.file(), data + 3, "\u009d\u0001*")) {
        throw FormatException.damaged("WebP", "its picture has no start");
      }
      width = bytes.u16(data + 6) & SIDE_MASK;
      height = bytes.u16(data + 8) & SIDE_MASK;
    } else {
      long sizes = bytes.u32(data + 1);
      if (bytes.u8(data) != 0x2F || sizes >> 29 != 0) {
        throw FormatException.damaged("WebP", "its picture has no start");
      }
      width = (int) (sizes & SIDE_MASK) + 1;
      height = (int) (sizes >> 14 & SIDE_MASK) + 1;
    }
    if (width == 0 || height == 0) {
      throw FormatException.damaged("WebP", "its size is %s×%s px".formatted(width, height));
    }
    if ((long) width * height
        > SMALL_PIXELS + length * (isLossy ? LOSSY_PIXELS : LOSSLESS_PIXELS)) {
      throw new FormatException(
          "the WebP is truncated: its header claims %s×%s px, which %s bytes cannot hold"
              .formatted(width, height, length),
          Bytes.REPLACE);
    }
    return new WebpImage(width, height, isLossy, bytes.part(at, CHUNK_BYTES + length), null);
  }

  @Override
  public String format() {
    return "WebP";
  }

  @Override
  public long heapBytes() {
    return (isLossy ? 32L : 12L) * widthPx * heightPx; // the reader's macroblocks are objects
  }

  @Override
  public int orientation() {
    return exif == null ? 1 : ExifData.orientation(exif);
  }

  @Override
  public Samples samples() throws IOException {
    var missing = OptionalLibrary.WEBP.missing();
    if (missing.isPresent()) {
      throw new FormatException("reading WebP needs a library", missing.get());
    }
    long padding = picture.byteSize() % 2;
    var riff =
        ByteBuffer.allocate(RIFF_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("RIFF".getBytes(StandardCharsets.ISO_8859_1))
            .putInt((int) (4 + picture.byteSize() + padding))
            .put("WEBP".getBytes(StandardCharsets.ISO_8859_1));
    var input =
        new PartsInput(
            MemorySegment.ofArray(riff.array()),
            picture,
            MemorySegment.ofArray(new byte[READ_AHEAD]));
    return Samples.of(SampleRows.of(TwelveMonkeys.webp(input)), Colours.RGB, Byte.SIZE);
  }
}
