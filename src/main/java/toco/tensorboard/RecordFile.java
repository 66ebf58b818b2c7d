package toco.tensorboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// A TFRecord file that grows record by record:
///
/// ```
/// uint64 length | uint32 masked CRC-32C of length | bytes | uint32 masked CRC-32C of bytes
/// ```
///
/// all little-endian. A record is written at once and in one piece: a killed process leaves whole
/// records, and at most the last one truncated.
final class RecordFile implements AutoCloseable {
  private static final int FRAME_BYTES = 16;
  private static final int MASK_DELTA = 0xA282EAD8;

  private final FileChannel channel;

  /// Creates a new file.
  ///
  /// @throws IOException if it exists or cannot be created
  RecordFile(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  void append(byte[] record) throws IOException {
    var framed = ByteBuffer.allocate(record.length + FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    framed.putLong(record.length);
    framed.putInt(maskedCrc(framed.array(), Long.BYTES));
    framed.put(record);
    framed.putInt(maskedCrc(record, record.length));
    framed.flip();
    while (framed.hasRemaining()) {
      channel.write(framed);
    }
  }

  /// A CRC over data that holds CRCs is weak, so stored ones are rotated and shifted.
  static int maskedCrc(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
