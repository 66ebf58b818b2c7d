package toco.image.formats;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import javax.imageio.stream.ImageInputStreamImpl;

/// Memory segments, one after the other, as a library's input, without a copy.
///
/// A reader that asks on and on behind the end, as of a damaged WebP, is stopped: it takes the end
/// for zeros.
final class PartsInput extends ImageInputStreamImpl {
  private final List<MemorySegment> parts;
  private static final int MOST_ENDS = 1000;

  private final long length;
  private int ends;

  PartsInput(MemorySegment... parts) {
    this.parts = List.of(parts);
    length = this.parts.stream().mapToLong(MemorySegment::byteSize).sum();
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public int read() throws IOException {
    checkClosed();
    bitOffset = 0;
    long at = streamPos;
    for (var part : parts) {
      if (at < part.byteSize()) {
        streamPos++;
        return Byte.toUnsignedInt(part.get(ValueLayout.JAVA_BYTE, at));
      }
      at -= part.byteSize();
    }
    return end();
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    checkClosed();
    bitOffset = 0;
    int done = 0; // whole, because the readers of numbers do not ask again
    long at = streamPos;
    for (var part : parts) {
      if (at < part.byteSize() && done < count) {
        int read = (int) Math.min(count - done, part.byteSize() - at);
        MemorySegment.copy(part, ValueLayout.JAVA_BYTE, at, target, offset + done, read);
        done += read;
        at += read;
      }
      at -= part.byteSize();
    }
    streamPos += done;
    return done == 0 && count > 0 ? end() : done;
  }

  private int end() {
    if (++ends > MOST_ENDS) {
      throw new IllegalStateException("its data end too early");
    }
    return -1;
  }
}
