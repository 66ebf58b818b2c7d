package toco.files;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;

/// The arguments of pickle opcodes, read in order. A declared length beyond the end of the pickle
/// causes a [BufferUnderflowException] before any memory is allocated.
final class PickleInput {
  private static final int MAX_INTEGER_BYTES = 64;
  private static final int MAX_NAME = 256;

  private final ByteBuffer in;

  PickleInput(ByteBuffer in) {
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
  }

  int u8() {
    return in.get() & 0xFF;
  }

  int u16() {
    return in.getShort() & 0xFFFF;
  }

  int i32() {
    return in.getInt();
  }

  long i64() {
    return in.getLong();
  }

  double bigEndianDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(in.getLong()));
  }

  String text(long byteSize, Charset charset) {
    return new String(bytes(byteSize), charset);
  }

  /// Reads up to the end of the line, such as the name of a module or class.
  String line() {
    var line = new StringBuilder();
    for (int c = u8(); c != '\n'; c = u8()) {
      if (line.length() == MAX_NAME) {
        throw new IllegalArgumentException("a name of more than %s bytes".formatted(MAX_NAME));
      }
      line.append((char) c);
    }
    return line.toString();
  }

  /// A little-endian integer in two's complement, as a Long if it fits, otherwise a BigInteger.
  Object integer(int byteSize) {
    if (byteSize > MAX_INTEGER_BYTES) {
      throw new IllegalArgumentException("an integer of %s bytes".formatted(byteSize));
    }
    var littleEndian = bytes(byteSize);
    var bigEndian = new byte[Math.max(1, byteSize)];
    for (int i = 0; i < byteSize; i++) {
      bigEndian[bigEndian.length - 1 - i] = littleEndian[i];
    }
    var value = new BigInteger(bigEndian);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  byte[] bytes(long length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    var bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }
}
