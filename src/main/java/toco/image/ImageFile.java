package toco.image;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/// Reads whole files directly into off-heap memory.
final class ImageFile {
  /// Larger files are rejected unread: they are not images.
  static final long MAX_BYTES = 1L << 30;

  /// Markers, thumbnails and profiles come before a header.
  static final int START_BYTES = 1 << 18;

  private ImageFile() {}

  /// The content of a file.
  ///
  /// @param memory receives the content, which is valid until the memory is used again
  /// @throws ImageException if the file is missing, unreadable or larger than [#MAX_BYTES]
  static MemorySegment read(Path file, GrowableMemory memory) {
    try (var channel = open(file)) {
      long size = channel.size();
      if (size > MAX_BYTES) {
        throw ImageException.unreadable(
            file.toString(),
            "it has %s bytes, more than the maximum of %s".formatted(size, MAX_BYTES),
            "the file is not an image or too large: replace it or scale it down");
      }
      var content = memory.take(size);
      var unread = content.asByteBuffer();
      while (unread.hasRemaining() && channel.read(unread) >= 0) {
        // a file that shrinks while it is read ends early
      }
      return content.asSlice(0, unread.position());
    } catch (NoSuchFileException e) {
      throw missing(file, e);
    } catch (ClosedByInterruptException e) {
      // not the image's fault: it must not be reported or skipped as unreadable
      throw new IllegalStateException("interrupted while reading " + file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /// The first [#START_BYTES] of a file, or all of it.
  ///
  /// @throws ImageException if the file is missing or unreadable
  static byte[] start(Path file) {
    try {
      requireFile(file);
      try (var in = Files.newInputStream(file)) {
        return in.readNBytes(START_BYTES);
      }
    } catch (NoSuchFileException e) {
      throw missing(file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static ImageException missing(Path file, IOException e) {
    return new ImageException(
        "cannot read " + file + ": there is no such file; check the path or restore the file", e);
  }

  private static ImageException unreadable(Path file, IOException e) {
    return new ImageException(
        "cannot read %s: %s; check the file and its permissions"
            .formatted(file, ImageException.reason(e)),
        e);
  }

  private static FileChannel open(Path file) throws IOException {
    requireFile(file);
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /// Opening a pipe would wait for someone to write into it.
  private static void requireFile(Path file) throws IOException {
    if (Files.readAttributes(file, BasicFileAttributes.class).isOther()) {
      throw new FileSystemException(file.toString(), null, "it is a device or pipe");
    }
  }
}
