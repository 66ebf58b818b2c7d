package toco.annotation;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.plugins.tiff.TIFFTag;

/// The tags that place a TIFF's first image on the earth (OGC 19-008r4), and GDAL's value of pixels
/// without data where a label map can hold it, 0…255. TIFF and BigTIFF of either byte order; pixels
/// are not read, so their compression does not matter.
///
/// @param fields as they are in the file
/// @param widthPx of the image
/// @param heightPx of the image
record GeoTags(List<TIFFField> fields, long widthPx, long heightPx) {
  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int NO_DATA = 42113;
  private static final int MAX_BYTES = 1 << 24; // of a tag
  private static final int BIG = 43;

  /// Their type by number.
  private static final Map<Integer, Integer> TYPES =
      Map.of(
          33550,
          TIFFTag.TIFF_DOUBLE, // ModelPixelScale
          33922,
          TIFFTag.TIFF_DOUBLE, // ModelTiepoint
          34264,
          TIFFTag.TIFF_DOUBLE, // ModelTransformation
          34735,
          TIFFTag.TIFF_SHORT, // GeoKeyDirectory
          34736,
          TIFFTag.TIFF_DOUBLE, // GeoDoubleParams
          34737,
          TIFFTag.TIFF_ASCII, // GeoAsciiParams
          50844,
          TIFFTag.TIFF_DOUBLE, // RPCCoefficient
          NO_DATA,
          TIFFTag.TIFF_ASCII);

  /// Reads a file.
  ///
  /// @return empty if it is no TIFF, or has no place on the earth
  /// @throws IOException if it cannot be read, or its tags are damaged
  static Optional<GeoTags> read(Path file) throws IOException {
    try (var channel = FileChannel.open(file)) {
      return channel.size() < 8 ? Optional.empty() : new Reader(channel).read();
    }
  }

  private static final class Reader {
    private final FileChannel channel;
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    private boolean isBig;

    Reader(FileChannel channel) {
      this.channel = channel;
    }

    Optional<GeoTags> read() throws IOException {
      var start = bytes(0, 8);
      int mark = start.getShort(0);
      if (mark != 0x4949 && mark != 0x4D4D) { // II, MM
        return Optional.empty();
      }
      order = mark == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
      int version = start.order(order).getShort(2);
      isBig = version == BIG;
      if (version != 42 && !isBig) {
        return Optional.empty();
      }
      return tags(isBig ? bytes(8, 8).getLong(0) : start.getInt(4) & 0xFFFF_FFFFL);
    }

    private Optional<GeoTags> tags(long directory) throws IOException {
      long count =
          isBig ? bytes(directory, 8).getLong(0) : bytes(directory, 2).getShort(0) & 0xFFFF;
      int entryBytes = isBig ? 20 : 12;
      if (count < 0 || count > 65_535) {
        throw new IOException("its TIFF directory claims %s tags".formatted(count));
      }
      var entries = bytes(directory + (isBig ? 8 : 2), (int) count * entryBytes);
      var fields = new ArrayList<TIFFField>();
      long width = 0;
      long height = 0;
      for (int at = 0; at < entries.limit(); at += entryBytes) {
        int number = entries.getShort(at) & 0xFFFF;
        int type = entries.getShort(at + 2) & 0xFFFF;
        if (number == WIDTH) {
          width = size(entries, at, type);
        } else if (number == HEIGHT) {
          height = size(entries, at, type);
        } else if (TYPES.containsKey(number)) {
          var field = field(number, type, entries, at);
          if (number != NO_DATA
              || field.getAsString(0).matches("\\s*(1?\\d?\\d|2[0-4]\\d|25[0-5])")) {
            fields.add(field);
          }
        }
      }
      boolean isPlaced = fields.stream().anyMatch(field -> field.getTagNumber() != NO_DATA);
      return isPlaced
          ? Optional.of(new GeoTags(List.copyOf(fields), width, height))
          : Optional.empty();
    }

    private long size(ByteBuffer entries, int at, int type) {
      int value = at + (isBig ? 12 : 8);
      return type == TIFFTag.TIFF_SHORT
          ? entries.getShort(value) & 0xFFFF
          : entries.getInt(value) & 0xFFFF_FFFFL;
    }

    private TIFFField field(int number, int type, ByteBuffer entries, int at) throws IOException {
      int expected = TYPES.getOrDefault(number, 0);
      if (type != expected) {
        throw new IOException(
            "its TIFF tag %s has type %s, expected %s".formatted(number, type, expected));
      }
      long count = isBig ? entries.getLong(at + 4) : entries.getInt(at + 4) & 0xFFFF_FFFFL;
      int unit =
          switch (type) {
            case TIFFTag.TIFF_DOUBLE -> Double.BYTES;
            case TIFFTag.TIFF_SHORT -> Short.BYTES;
            default -> 1;
          };
      if (count < 1 || count > MAX_BYTES / unit) {
        throw new IOException("its TIFF tag %s claims %s values".formatted(number, count));
      }
      int bytes = (int) count * unit;
      int value = at + (isBig ? 12 : 8);
      boolean isInline = bytes <= (isBig ? 8 : 4);
      var data =
          isInline
              ? entries.slice(value, bytes).order(order)
              : bytes(isBig ? entries.getLong(value) : entries.getInt(value) & 0xFFFF_FFFFL, bytes);
      return field(number, type, (int) count, data);
    }

    private static TIFFField field(int number, int type, int count, ByteBuffer data) {
      var tag = new TIFFTag("Tag" + number, number, 1 << type);
      return switch (type) {
        case TIFFTag.TIFF_DOUBLE -> {
          var values = new double[count];
          data.asDoubleBuffer().get(values);
          yield new TIFFField(tag, type, count, values);
        }
        case TIFFTag.TIFF_SHORT -> {
          var values = new char[count];
          data.asCharBuffer().get(values);
          yield new TIFFField(tag, type, count, values);
        }
        default -> {
          var text = StandardCharsets.ISO_8859_1.decode(data).toString(); // a character a byte
          yield new TIFFField(tag, type, 1, new String[] {text.replaceFirst("\0$", "")});
        }
      };
    }

    private ByteBuffer bytes(long at, int count) throws IOException {
      if (at < 0 || at > channel.size() - count) {
        throw new EOFException("the TIFF is cut off, or its tags are damaged");
      }
      var buffer = ByteBuffer.allocate(count);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, at + buffer.position()) < 0) {
          throw new EOFException("the TIFF is cut off");
        }
      }
      return buffer.flip().order(order);
    }
  }
}
