package toco.checkpoint;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import toco.files.IoReason;
import toco.torch.DType;
import toco.torch.Shape;
import toco.torch.Tensor;

/// A file mapped into memory. Tensors use its pages in place, without being read first.
///
/// The mapping is copy-on-write: changing a tensor in place does not change the file. The JVM
/// allows that only for files that may be opened for writing; tensors of other files are copied,
/// because a write to a read-only page would crash the process. The file is unmapped when neither
/// this object nor a tensor uses it any more.
final class MappedFile {
  private static final int CHUNK_BYTES = 1 << 30; // a ByteBuffer holds less than 2 GiB

  private final Path path;
  private final MemorySegment bytes;
  private final boolean copyOnWrite;

  private MappedFile(Path path, MemorySegment bytes, boolean copyOnWrite) {
    this.path = path;
    this.bytes = bytes;
    this.copyOnWrite = copyOnWrite;
  }

  /// @throws CheckpointException if the file does not exist or cannot be read
  static MappedFile open(Path path) {
    if (Files.isSymbolicLink(path) && !Files.exists(path)) {
      throw new CheckpointException(
          path,
          "is a link to a file that does not exist; fetch that file (of git-annex: git annex get)");
    }
    if (!Files.exists(path)) {
      throw new CheckpointException(path, "no such file; check the path");
    }
    if (Files.isDirectory(path)) {
      throw new CheckpointException(path, "is a folder; name a weights file in it");
    }
    try {
      return open(path, true);
    } catch (IOException e) {
      throw new CheckpointException(path, "cannot be read: " + IoReason.of(e), e);
    }
  }

  private static MappedFile open(Path path, boolean copyOnWrite) throws IOException {
    try (var channel =
        copyOnWrite ? FileChannel.open(path, READ, WRITE) : FileChannel.open(path, READ)) {
      var mode = copyOnWrite ? MapMode.PRIVATE : MapMode.READ_ONLY;
      return new MappedFile(
          path, channel.map(mode, 0, channel.size(), Arena.ofAuto()), copyOnWrite);
    } catch (FileSystemException e) {
      if (!copyOnWrite) {
        throw e;
      }
      return open(path, false);
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return bytes.byteSize();
  }

  MemorySegment bytes() {
    return bytes;
  }

  /// A tensor of the bytes at `offset`, in place if they are aligned. The range must be inside the
  /// file.
  Tensor tensor(long offset, DType dtype, Shape shape) {
    var data = bytes.asSlice(offset, Math.multiplyExact(shape.numel(), dtype.byteSize()));
    boolean inPlace = copyOnWrite && data.byteSize() > 0 && data.address() % dtype.byteSize() == 0;
    return inPlace
        ? Tensor.wrap(data, dtype, shape.sizes())
        : Tensor.copyOf(data, dtype, shape.sizes());
  }

  /// The same for elements in this byte order; those in another than the machine's are copied.
  Tensor tensor(long offset, DType dtype, Shape shape, ByteOrder order) {
    if (order == ByteOrder.nativeOrder() || dtype.byteSize() == 1) {
      return tensor(offset, dtype, shape);
    }
    try (var arena = Arena.ofConfined()) {
      long count = shape.numel();
      var swapped = arena.allocate(Math.max(1, count * dtype.byteSize()), 8);
      var layout =
          switch (dtype.byteSize()) {
            case 2 -> ValueLayout.JAVA_SHORT_UNALIGNED;
            case 4 -> ValueLayout.JAVA_INT_UNALIGNED;
            default -> ValueLayout.JAVA_LONG_UNALIGNED;
          };
      MemorySegment.copy(bytes, layout.withOrder(order), offset, swapped, layout, 0, count);
      return Tensor.copyOf(swapped.asSlice(0, count * dtype.byteSize()), dtype, shape.sizes());
    }
  }

  /// CRC-32 of a range, as ZIP archives store it for their entries.
  long crc32(long offset, long byteSize) {
    return crc32(bytes.asSlice(offset, byteSize));
  }

  /// CRC-32 of any memory.
  static long crc32(MemorySegment bytes) {
    var crc = new CRC32();
    for (long done = 0; done < bytes.byteSize(); done += CHUNK_BYTES) {
      crc.update(
          bytes.asSlice(done, Math.min(CHUNK_BYTES, bytes.byteSize() - done)).asByteBuffer());
    }
    return crc.getValue();
  }
}
