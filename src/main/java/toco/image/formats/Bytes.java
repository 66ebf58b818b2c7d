package toco.image.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Reads numbers from a file within its bounds.
///
/// @param format its name, for errors
record Bytes(MemorySegment file, ByteOrder order, String format) {
  static final String REPLACE = "replace it with an intact file, or remove it from the list";

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  static Bytes littleEndian(MemorySegment file, String format) {
    return new Bytes(file, ByteOrder.LITTLE_ENDIAN, format);
  }

  Bytes with(ByteOrder other) {
    return new Bytes(file, other, format);
  }

  long size() {
    return file.byteSize();
  }

  /// Whether so many bytes are there.
  boolean holds(long at, long bytes) {
    return at >= 0 && bytes >= 0 && at <= size() && bytes <= size() - at;
  }

  /// A part of the file.
  ///
  /// @throws FormatException if it is not in the file
  MemorySegment part(long at, long bytes) throws FormatException {
    require(at, bytes);
    return file.asSlice(at, bytes);
  }

  int u8(long at) throws FormatException {
    require(at, 1);
    return Byte.toUnsignedInt(file.get(ValueLayout.JAVA_BYTE, at));
  }

  int u16(long at) throws FormatException {
    require(at, 2);
    return Short.toUnsignedInt(file.get(SHORT.withOrder(order), at));
  }

  int i32(long at) throws FormatException {
    require(at, 4);
    return file.get(INT.withOrder(order), at);
  }

  long u32(long at) throws FormatException {
    return Integer.toUnsignedLong(i32(at));
  }

  /// An unsigned 64-bit number; those beyond a long are larger than any file, and are clipped.
  long u64(long at) throws FormatException {
    require(at, 8);
    long value = file.get(LONG.withOrder(order), at);
    return value < 0 ? Long.MAX_VALUE : value;
  }

  String text(long at, long bytes) throws FormatException {
    return new String(part(at, bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
  }

  static boolean startsWith(MemorySegment file, long at, String text) {
    if (file.byteSize() < at + text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (Byte.toUnsignedInt(file.get(ValueLayout.JAVA_BYTE, at + i)) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void require(long at, long bytes) throws FormatException {
    if (!holds(at, bytes)) {
      throw FormatException.truncated(format);
    }
  }
}
