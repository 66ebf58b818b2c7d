package toco.checkpoint;

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
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The safetensors format: named tensors and a few strings, without code.
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

  /// What a file holds.
  ///
  /// @param tensors by name, in the file's order; they belong to the scope that was innermost, or
  ///   else to the caller
  public record Contents(Map<String, Tensor> tensors, Map<String, String> metadata) {
    public Contents {
      tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
      metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }
  }

  /// Maps a file. Its tensors are on the CPU and share the mapping's memory where they are aligned
  /// in it; changing them does not change the file. The file may be replaced meanwhile (as [#write]
  /// does), but must not be shortened in place.
  ///
  /// @throws CheckpointException if the file is not valid to the letter: nothing is repaired or
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

  /// Writes a file that Python's safetensors reads, whole or not at all: it replaces the old one
  /// only once it is safe on disk, and a full disk leaves the old one as it was.
  ///
  /// @param tensors of any device and layout
  /// @throws CheckpointException if the file cannot be written
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
    try (var _ = TensorScope.open()) {
      var data = new LinkedHashMap<String, Tensor>();
      tensors.forEach(
          (name, tensor) -> data.put(name, tensor.detach().to(Device.CPU).contiguous()));
      var header = layOut(data, metadata);
      AtomicFile.writeDurably(
          path,
          channel -> {
            writeAll(channel, MemorySegment.ofArray(header.encode()));
            for (var name : header.namesByPlace()) {
              writeAll(channel, bytes(data, name));
            }
          });
    } catch (IOException e) {
      throw CheckpointException.unwritable(path, e);
    }
  }

  /// Gives each tensor its place: the widest elements first, so that all are aligned to their size.
  private static SafeTensorsHeader layOut(Map<String, Tensor> data, Map<String, String> metadata) {
    var entries = new LinkedHashMap<String, SafeTensorsHeader.Entry>();
    data.forEach((name, tensor) -> {
      var info = tensor.info();
      entries.put(
          name,
          new SafeTensorsHeader.Entry(
              info.dtype(), info.shape(), 0, info.shape().numel() * info.dtype().byteSize()));
    });
    var widestFirst = new ArrayList<>(entries.entrySet());
    widestFirst.sort(Comparator.comparingInt(line -> -line.getValue().dtype().byteSize()));
    long place = 0;
    for (var line : widestFirst) {
      line.setValue(line.getValue().movedTo(place)); // entries keep the tensors' order
      place = line.getValue().end();
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
