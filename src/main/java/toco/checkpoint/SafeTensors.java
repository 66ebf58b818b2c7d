package toco.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import toco.files.AtomicFile;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Reads and writes safetensors files: named tensors and string metadata, without code.
///
/// ```java
/// SafeTensors.write(path, Map.of("weight", weight), Map.of("author", "me"));
/// try (var _ = TensorScope.open()) {
///   var weight = SafeTensors.read(path).tensors().get("weight");
/// }
/// ```
public final class SafeTensors {
  private static final int CHUNK_BYTES = 1 << 30; // a ByteBuffer holds less than 2 GiB

  private SafeTensors() {}

  /// The contents of a file.
  ///
  /// @param tensors by name, in the file's order; they belong to the scope that was innermost when
  ///   they were read, or to the caller if there was none
  public record Contents(Map<String, Tensor> tensors, Map<String, String> metadata) {
    public Contents {
      tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
      metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }
  }

  /// Maps a file into memory. Its tensors are on the CPU and, if aligned, use the mapped memory in
  /// place; changing them does not change the file. While tensors are in use, the file may be
  /// replaced (as [#write] does), but must not be truncated in place.
  ///
  /// @throws CheckpointException if the file violates the format in any way; nothing is repaired or
  ///   guessed
  public static Contents read(Path path) {
    return read(MappedFile.open(path));
  }

  static Contents read(MappedFile file) {
    var kind = FileKind.of(file);
    if (kind != FileKind.SAFETENSORS && kind != FileKind.OTHER) {
      throw new CheckpointException(file.path(), "expected a safetensors file, but it is " + kind);
    }
    var header = SafeTensorsHeader.read(file);
    var tensors = new LinkedHashMap<String, Tensor>();
    try {
      header
          .entries()
          .forEach((name, entry) ->
              tensors.put(
                  name,
                  file.tensor(header.dataOffset() + entry.begin(), entry.dtype(), entry.shape())));
    } catch (RuntimeException e) {
      tensors.values().forEach(Tensor::close);
      throw e;
    }
    return new Contents(tensors, header.metadata());
  }

  /// Writes a file, which Python's safetensors can read, atomically and durably: an existing file
  /// is replaced only when the new one is complete on disk.
  ///
  /// @param tensors of any device and layout
  /// @throws CheckpointException if the file cannot be written
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
    try (var _ = TensorScope.open()) {
      var data = new LinkedHashMap<String, Tensor>();
      tensors.forEach(
          (name, tensor) -> data.put(name, tensor.detach().to(Device.CPU).contiguous()));
      var entries = new LinkedHashMap<String, SafeTensorsHeader.Entry>();
      data.forEach(
          (name, tensor) -> entries.put(name, entry(tensor.info().dtype(), tensor.info().shape())));
      var header = layOut(entries, metadata);
      AtomicFile.writeDurably(
          path,
          channel -> {
            writeAll(channel, MemorySegment.ofArray(header.encode()));
            for (var name : header.namesByOffset()) {
              writeAll(channel, bytes(data, name));
            }
          });
    } catch (IOException e) {
      throw CheckpointException.unwritable(path, e);
    }
  }

  /// An array in host memory.
  ///
  /// @param bytes its elements in order, little-endian; not copied
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Array(DType dtype, Shape shape, byte[] bytes) {}

  /// The bytes of a file with these arrays. Calls nothing of LibTorch.
  public static byte[] encode(Map<String, Array> arrays, Map<String, String> metadata) {
    var entries = new LinkedHashMap<String, SafeTensorsHeader.Entry>();
    arrays.forEach((name, array) -> entries.put(name, entry(array.dtype, array.shape)));
    var header = layOut(entries, metadata);
    var file = new ByteArrayOutputStream();
    file.writeBytes(header.encode());
    header.namesByOffset().forEach(name -> file.writeBytes(requireNonNull(arrays.get(name)).bytes));
    return file.toByteArray();
  }

  private static SafeTensorsHeader.Entry entry(DType dtype, Shape shape) {
    return new SafeTensorsHeader.Entry(dtype, shape, 0, shape.numel() * dtype.byteSize());
  }

  /// Assigns each tensor its offset: the widest elements first, so that all are aligned to their
  /// size.
  private static SafeTensorsHeader layOut(
      Map<String, SafeTensorsHeader.Entry> entries, Map<String, String> metadata) {
    var widestFirst = new ArrayList<>(entries.entrySet());
    widestFirst.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().byteSize()));
    long offset = 0;
    for (var entry : widestFirst) {
      entry.setValue(entry.getValue().movedTo(offset)); // the map keeps the tensors' order
      offset = entry.getValue().end();
    }
    return new SafeTensorsHeader(entries, metadata, 0);
  }

  private static MemorySegment bytes(Map<String, Tensor> data, String name) {
    var tensor = data.get(name);
    if (tensor == null) {
      throw new IllegalStateException("no tensor " + name);
    }
    return tensor.segment();
  }

  static void writeAll(FileChannel channel, MemorySegment bytes) throws IOException {
    for (long done = 0; done < bytes.byteSize(); done += CHUNK_BYTES) {
      ByteBuffer chunk =
          bytes.asSlice(done, Math.min(CHUNK_BYTES, bytes.byteSize() - done)).asByteBuffer();
      while (chunk.hasRemaining()) {
        channel.write(chunk);
      }
    }
  }
}
