package toco.checkpoint;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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

/// A file mapped into memory, in which tensors lie without being read first.
///
/// The mapping is copy-on-write: a tensor in it may be changed in place, which changes no file. The
/// JVM grants that only where the file may be opened for writing; tensors of other files are copied
/// out instead, since a write to a read-only page would end the process. The mapping goes when
/// neither this object nor a tensor uses it.
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

  /// @throws CheckpointException if there is no such file, or it cannot be read
  static MappedFile open(Path path) {
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

  /// A tensor over the bytes at `offset`, in place where their alignment allows it. The range must
  /// lie inside the file.
  Tensor tensor(long offset, DType dtype, Shape shape) {
    var data = bytes.asSlice(offset, Math.multiplyExact(shape.numel(), dtype.byteSize()));
    boolean inPlace = copyOnWrite && data.byteSize() > 0 && data.address() % dtype.byteSize() == 0;
    return inPlace
        ? Tensor.wrap(data, dtype, shape.sizes())
        : Tensor.copyOf(data, dtype, shape.sizes());
  }

  /// The CRC-32 that ZIP archives note for their entries.
  long crc32(long offset, long byteSize) {
    return crc32(bytes.asSlice(offset, byteSize));
  }

  /// The same of any memory.
  static long crc32(MemorySegment bytes) {
    var crc = new CRC32();
    for (long done = 0; done < bytes.byteSize(); done += CHUNK_BYTES) {
      crc.update(
          bytes.asSlice(done, Math.min(CHUNK_BYTES, bytes.byteSize() - done)).asByteBuffer());
    }
    return crc.getValue();
  }
}
