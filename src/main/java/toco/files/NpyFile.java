package toco.files;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// One array of plain numbers in a file, as `numpy.save` writes and `numpy.load` reads it.
///
/// ```java
/// NpyFile.write(Path.of("q.npy"), q);
/// try (var _ = TensorScope.open()) {
///   var q = NpyFile.read(Path.of("q.npy"));
/// }
/// ```
///
/// Little-endian float16, float32, float64, int8, int16, int32, int64, uint8 and bool; anything
/// else is refused, including pickled objects.
public final class NpyFile {
  private static final int CHUNK_BYTES = 1 << 30; // a ByteBuffer holds less than 2 GiB

  private NpyFile() {}

  /// Reads a file.
  ///
  /// @return the array on the CPU, in the file's element type, row-major whatever the file's order
  /// @throws NoSuchFileException if there is none
  /// @throws FileSystemException naming the file and what is wrong with it, on one line
  public static Tensor read(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var header = NpyHeader.read(channel);
      var dtype = dtype(header.descr());
      long expected = Math.multiplyExact(header.elements(), (long) dtype.byteSize());
      long found = channel.size() - channel.position();
      if (found != expected) {
        throw new IOException(
            "%s of shape %s take %s bytes, but the file has %s; it is truncated or damaged"
                .formatted(dtype, Arrays.toString(header.sizes()), expected, found));
      }
      return header.fortranOrder()
          ? columnMajor(channel, dtype, header.sizes())
          : rowMajor(channel, dtype, header.sizes());
    } catch (NoSuchFileException e) {
      throw e;
    } catch (ArithmeticException | IOException e) {
      throw refused(file, String.valueOf(e.getMessage()), e);
    }
  }

  /// Writes a tensor, whole or not at all; an older file is replaced.
  ///
  /// @param tensor of any device and layout; bfloat16, which numpy does not have, is refused
  /// @throws IOException if the file cannot be written; an older one is then as before
  public static void write(Path file, Tensor tensor) throws IOException {
    try (var _ = TensorScope.open()) {
      var array = tensor.detach().to(Device.CPU).contiguous();
      var info = array.info();
      var header = new NpyHeader(descr(info.dtype()), false, info.shape().sizes());
      var numbers = array.segment();
      AtomicFile.write(
          file,
          channel -> {
            transfer(MemorySegment.ofArray(header.encode()), channel::write);
            transfer(numbers, channel::write);
          });
    }
  }

  /// A file's content in memory, of at most 2 GiB.
  ///
  /// @param tensor as for [#write]
  public static byte[] encode(Tensor tensor) {
    try (var _ = TensorScope.open()) {
      var array = tensor.detach().to(Device.CPU).contiguous();
      var info = array.info();
      var header = new NpyHeader(descr(info.dtype()), false, info.shape().sizes()).encode();
      var numbers = array.segment();
      var content = new byte[Math.toIntExact(header.length + numbers.byteSize())];
      System.arraycopy(header, 0, content, 0, header.length);
      MemorySegment.copy(
          numbers, ValueLayout.JAVA_BYTE, 0, content, header.length, (int) numbers.byteSize());
      return content;
    }
  }

  /// The header of a file with one pickled Python object, which follows it.
  public static byte[] pickledObjectHeader() {
    return new NpyHeader("|O", false).encode();
  }

  private static Tensor rowMajor(FileChannel channel, DType dtype, long[] sizes)
      throws IOException {
    var array = Tensor.empty(dtype, Device.CPU, sizes);
    try {
      transfer(array.segment(), channel::read);
      return array;
    } catch (IOException | RuntimeException e) {
      array.close();
      throw e;
    }
  }

  /// Column-major is row-major of the dimensions in reverse.
  private static Tensor columnMajor(FileChannel channel, DType dtype, long[] sizes)
      throws IOException {
    var reversed = new long[sizes.length];
    var order = new long[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      order[i] = sizes.length - 1L - i;
      reversed[i] = sizes[(int) order[i]];
    }
    try (var stored = rowMajor(channel, dtype, reversed);
        var turned = stored.permute(order)) {
      return turned.contiguous();
    }
  }

  private interface Step {
    int apply(ByteBuffer chunk) throws IOException;
  }

  /// Reads or writes memory of any size in chunks.
  private static void transfer(MemorySegment memory, Step step) throws IOException {
    for (long done = 0; done < memory.byteSize(); done += CHUNK_BYTES) {
      var chunk =
          memory.asSlice(done, Math.min(CHUNK_BYTES, memory.byteSize() - done)).asByteBuffer();
      while (chunk.hasRemaining()) {
        if (step.apply(chunk) < 0) {
          throw new IOException("the file became shorter while it was read");
        }
      }
    }
  }

  private static DType dtype(String descr) throws IOException {
    for (var type : DType.values()) {
      if (descr.equals(descrOrNull(type))) {
        return type;
      }
    }
    throw new IOException(
        ("expected little-endian float16, float32, float64, int8…int64, uint8…uint64, complex64,"
                + " complex128 or bool, got numpy's '%s'; convert it with astype")
            .formatted(descr));
  }

  private static String descr(DType type) {
    var descr = descrOrNull(type);
    if (descr == null) {
      throw new IllegalArgumentException(
          "numpy has no %s; convert to float32 first".formatted(type));
    }
    return descr;
  }

  private static @Nullable String descrOrNull(DType type) {
    return switch (type) {
      case UINT8 -> "|u1";
      case INT8 -> "|i1";
      case INT16 -> "<i2";
      case INT32 -> "<i4";
      case INT64 -> "<i8";
      case FLOAT16 -> "<f2";
      case FLOAT32 -> "<f4";
      case FLOAT64 -> "<f8";
      case BOOL -> "|b1";
      case UINT16 -> "<u2";
      case UINT32 -> "<u4";
      case UINT64 -> "<u8";
      case COMPLEX64 -> "<c8";
      case COMPLEX128 -> "<c16";
      case BFLOAT16,
          COMPLEX32,
          FLOAT8_E5M2,
          FLOAT8_E4M3FN,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E4M3FNUZ,
          FLOAT8_E8M0FNU ->
          null;
    };
  }

  private static FileSystemException refused(Path file, String reason, Exception cause) {
    var oneLine = reason.replaceAll("\\p{Cntrl}+", " "); // it may quote the file
    var refused = new FileSystemException(file.toString(), null, oneLine);
    refused.initCause(cause);
    return refused;
  }
}
