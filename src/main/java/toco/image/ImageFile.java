package toco.image;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Reads whole files into off-heap memory, past the Java heap.
final class ImageFile {
  /// Larger files are refused unread: what is that large and named as an image is something else.
  static final long MAX_BYTES = 1L << 30;

  private ImageFile() {}

  /// The content of a file.
  ///
  /// @param memory takes it; the content is valid until that memory is used again
  /// @throws ImageException if the file is missing, unreadable or larger than [#MAX_BYTES]
  static MemorySegment read(Path file, GrownMemory memory) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size > MAX_BYTES) {
        throw ImageException.unreadable(
            file.toString(),
            "it has %d bytes, of at most %d".formatted(size, MAX_BYTES),
            "the file is no image or too large: replace it or scale it down");
      }
      var content = memory.take(size);
      var unread = content.asByteBuffer();
      while (unread.hasRemaining() && channel.read(unread) >= 0) {
        // a file that shrinks meanwhile ends early
      }
      return content.asSlice(0, unread.position());
    } catch (NoSuchFileException e) {
      throw new ImageException(
          "cannot read " + file + ": there is no such file; check the path or restore the file", e);
    } catch (ClosedByInterruptException e) {
      // no fault of the image, which must not be reported or skipped as unreadable
      throw new IllegalStateException("interrupted while reading " + file, e);
    } catch (IOException e) {
      throw new ImageException(
          "cannot read %s: %s; check the file and its permissions"
              .formatted(file, ImageException.reason(e)),
          e);
    }
  }
}
