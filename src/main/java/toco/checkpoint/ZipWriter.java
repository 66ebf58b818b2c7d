package toco.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes a ZIP archive with the layout of PyTorch's writer: uncompressed, with every entry's
/// content at a multiple of 64 bytes, so that it can be mapped. Uses ZIP64 if sizes or offsets need
/// it.
final class ZipWriter {
  static final int ALIGNMENT = 64;

  /// Numbers from this one on are written to ZIP64 fields.
  private static final long NARROW_LIMIT = 0xFFFFFFFFL;

  private static final int COUNT_LIMIT = 0xFFFF;
  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int FIELD_BYTES = 4; // an extra field's number and length
  private static final short UTF8_NAMES = 0x0800;
  private static final short VERSION_ZIP64 = 45;
  private static final short FIRST_OF_1980 =
      0x21; // constant, so that the same tensors give the same file

  private record Written(String name, long size, long crc32, long local) {
    byte[] nameBytes() {
      return name.getBytes(UTF_8);
    }
  }

  private final FileChannel channel;
  private final long narrowLimit;
  private final List<Written> entries = new ArrayList<>();

  ZipWriter(FileChannel channel) {
    this(channel, NARROW_LIMIT);
  }

  /// @param narrowLimit numbers from this one on use ZIP64; tests set a small one instead of
  ///   writing files of 4 GiB
  ZipWriter(FileChannel channel, long narrowLimit) {
    this.channel = channel;
    this.narrowLimit = narrowLimit;
  }

  void add(String name, byte[] content) throws IOException {
    add(name, MemorySegment.ofArray(content));
  }

  void add(String name, MemorySegment content) throws IOException {
    var entry =
        new Written(name, content.byteSize(), MappedFile.crc32(content), channel.position());
    write(local(entry));
    SafeTensors.writeAll(channel, content);
    entries.add(entry);
  }

  /// Writes the directory at the end of the archive.
  void finish() throws IOException {
    long start = channel.position();
    for (var entry : entries) {
      write(central(entry));
    }
    long size = channel.position() - start;
    var end = buffer(56 + 20 + 22);
    if (isWide(start) || isWide(size) || entries.size() >= COUNT_LIMIT) {
      long count = entries.size();
      end.putInt(0x06064b50).putLong(44).putShort(VERSION_ZIP64).putShort(VERSION_ZIP64);
      end.putInt(0).putInt(0).putLong(count).putLong(count).putLong(size).putLong(start);
      end.putInt(0x07064b50).putInt(0).putLong(start + size).putInt(1);
    }
    short count = (short) Math.min(entries.size(), COUNT_LIMIT);
    end.putInt(0x06054b50).putInt(0).putShort(count).putShort(count);
    end.putInt(narrow(size)).putInt(narrow(start)).putShort((short) 0);
    write(end);
  }

  /// The header before the content, with a padding field that aligns the content.
  private ByteBuffer local(Written entry) {
    int wide = isWide(entry.size) ? FIELD_BYTES + 2 * Long.BYTES : 0;
    int plain = LOCAL_BYTES + entry.nameBytes().length + wide + FIELD_BYTES;
    int padding = (int) Math.floorMod(-(entry.local + plain), (long) ALIGNMENT);
    var out = buffer(plain + padding);
    out.putInt(0x04034b50);
    common(out, entry);
    out.putShort((short) (wide + FIELD_BYTES + padding)).put(entry.nameBytes());
    if (wide > 0) {
      out.putShort((short) 1).putShort((short) (2 * Long.BYTES));
      out.putLong(entry.size).putLong(entry.size);
    }
    out.put((byte) 'F').put((byte) 'B').putShort((short) padding);
    var filler = new byte[padding];
    Arrays.fill(filler, (byte) 'Z');
    return out.put(filler);
  }

  private ByteBuffer central(Written entry) {
    int numbers = (isWide(entry.size) ? 2 : 0) + (isWide(entry.local) ? 1 : 0);
    int wide = numbers == 0 ? 0 : FIELD_BYTES + numbers * Long.BYTES;
    var out = buffer(CENTRAL_BYTES + entry.nameBytes().length + wide);
    out.putInt(0x02014b50).putShort(VERSION_ZIP64);
    common(out, entry);
    out.putShort((short) wide).putShort((short) 0).putShort((short) 0).putShort((short) 0);
    out.putInt(0).putInt(narrow(entry.local)).put(entry.nameBytes());
    if (wide > 0) {
      out.putShort((short) 1).putShort((short) (numbers * Long.BYTES));
      if (isWide(entry.size)) {
        out.putLong(entry.size).putLong(entry.size);
      }
      if (isWide(entry.local)) {
        out.putLong(entry.local);
      }
    }
    return out;
  }

  /// The fields that both headers share, up to the length of the name.
  private void common(ByteBuffer out, Written entry) {
    out.putShort(VERSION_ZIP64).putShort(UTF8_NAMES).putShort((short) 0); // stored
    out.putShort((short) 0).putShort(FIRST_OF_1980).putInt((int) entry.crc32);
    out.putInt(narrow(entry.size))
        .putInt(narrow(entry.size))
        .putShort((short) entry.nameBytes().length);
  }

  private boolean isWide(long value) {
    return value >= narrowLimit;
  }

  private int narrow(long value) {
    return (int) (isWide(value) ? NARROW_LIMIT : value);
  }

  private static ByteBuffer buffer(int byteSize) {
    return ByteBuffer.allocate(byteSize).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void write(ByteBuffer bytes) throws IOException {
    bytes.flip();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
