package toco.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A protocol buffer message being written, field by field. A field is its number and wire type as
/// one varint, then its value.
final class ProtoMessage {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  ProtoMessage putDouble(int field, double value) {
    tag(field, FIXED64);
    out.writeBytes(littleEndian(8).putDouble(value).array());
    return this;
  }

  ProtoMessage putFloat(int field, float value) {
    tag(field, FIXED32);
    out.writeBytes(littleEndian(4).putFloat(value).array());
    return this;
  }

  /// An int32, int64 or enum.
  ProtoMessage putInt(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  ProtoMessage putString(int field, String value) {
    return putBytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  ProtoMessage putBytes(int field, byte[] value) {
    tag(field, BYTES);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  ProtoMessage putMessage(int field, ProtoMessage value) {
    return putBytes(field, value.toBytes());
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  private void tag(int field, int wireType) {
    varint((long) field << 3 | wireType);
  }

  /// Seven bits per byte, lowest first; the top bit says that more follow.
  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
