package toco.library;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Finds libraries that end too early, because a disk was full or a copy was interrupted, and those
/// for another processor. The dynamic linker maps the former without an error, and using them kills
/// the JVM; the latter it does not find, although they are there.
final class ElfFile {
  private static final int HEADER = 64;
  private static final int MACHINE = 0x12; // the processor
  private static final Map<Integer, String> MACHINES = Map.of(62, "x86_64", 183, "aarch64");
  private static final int SEGMENTS = 0x20; // where the table of segments starts
  private static final int SEGMENT_SIZE = 0x36;
  private static final int SEGMENT_COUNT = 0x38;
  private static final int ENTRY = 56; // bytes of an entry of that table
  private static final int OFFSET = 8; // in an entry: where the segment starts in the file
  private static final int BYTES = 32; // its size in the file

  private ElfFile() {}

  /// The first incomplete library among the shim and the LibTorch that is linked next to it.
  static Optional<Path> firstTruncated(Path shim) throws IOException {
    for (var file : libraries(shim)) {
      if (isTruncated(file)) {
        return Optional.of(file.equals(shim) ? shim : file.toRealPath());
      }
    }
    return Optional.empty();
  }

  /// The first one of them that is for another processor.
  ///
  /// @param processor such as `aarch64`
  static Optional<Path> firstForeign(Path shim, String processor) throws IOException {
    for (var file : libraries(shim)) {
      if (!processor(file).orElse(processor).equals(processor)) {
        return Optional.of(file.equals(shim) ? shim : file.toRealPath());
      }
    }
    return Optional.empty();
  }

  /// The processor that a library is for, if the bridge knows it.
  static Optional<String> processor(Path file) throws IOException {
    try (var channel = FileChannel.open(file)) {
      var header = read(channel, 0, HEADER);
      return isElf(header)
          ? Optional.ofNullable(MACHINES.get((int) header.getShort(MACHINE)))
          : Optional.empty();
    }
  }

  /// The shim and the libraries of LibTorch next to it.
  private static List<Path> libraries(Path shim) throws IOException {
    var folder = shim.resolveSibling("torch/lib");
    return Files.isDirectory(folder)
        ? Stream.concat(Stream.of(shim), librariesIn(folder).stream()).toList()
        : List.of(shim);
  }

  private static List<Path> librariesIn(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().contains(".so"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  /// False for everything but a 64-bit little-endian ELF file, which the linker judges itself.
  static boolean isTruncated(Path file) throws IOException {
    try (var channel = FileChannel.open(file)) {
      var header = read(channel, 0, HEADER);
      if (!isElf(header)
          || header.getShort(SEGMENT_SIZE) != ENTRY
          || header.getLong(SEGMENTS) < 0) {
        return false;
      }
      int count = Short.toUnsignedInt(header.getShort(SEGMENT_COUNT));
      var segments = read(channel, header.getLong(SEGMENTS), ENTRY * count);
      if (segments.limit() < ENTRY * count) {
        return true;
      }
      long length = channel.size();
      return IntStream.range(0, count)
          .mapToLong(
              i -> segments.getLong(i * ENTRY + OFFSET) + segments.getLong(i * ENTRY + BYTES))
          .anyMatch(end -> end > length);
    }
  }

  /// Whether it is the start of a 64-bit little-endian ELF file.
  private static boolean isElf(ByteBuffer header) {
    return header.limit() == HEADER
        && header.getInt(0) == 0x464C457F
        && header.getShort(4) == 0x0102;
  }

  /// Up to `count` bytes from a position: fewer if the file ends.
  private static ByteBuffer read(FileChannel channel, long position, int count) throws IOException {
    var bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) > 0) {}
    return bytes.flip();
  }
}
