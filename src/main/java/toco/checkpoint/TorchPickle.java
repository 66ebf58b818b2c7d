package toco.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static toco.files.QuotedText.quote;

import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.PickledValue.Storage;
import toco.checkpoint.PickledValue.StoredTensor;
import toco.torch.Ops;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Reads weights from PyTorch's `.pth` and `.pt` files, in the ZIP format and in the older stream
/// format, and writes the ZIP format.
///
/// No code in a file is executed: [toco.files.PickleReader] interprets the pickle inside, knows
/// tensors, plain containers, numbers and strings, and skips everything else.
public final class TorchPickle {
  private static final ValueLayout.OfLong LONG_LE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final BigInteger STREAM_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final Long STREAM_VERSION = 1001L;
  private static final String PICKLE_NAME = "/data.pkl";
  private static final int MAX_PICKLE_BYTES = 64 << 20;
  private static final int SMALL_ENTRY = 1 << 16;
  private static final int MAX_EXPANDED = 1 << 26;

  private final MappedFile file;
  private final WeightsGlobals pickles = new WeightsGlobals();

  /// The offset in the file of each storage's data, by key.
  private final Map<String, Long> storageOffsets = new HashMap<>();

  private long expandedElements;

  /// Of the elements of all storages.
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

  /// Whether the archive has checksums; torch.save can leave them out.
  private boolean hasChecksums;

  private TorchPickle(MappedFile file) {
    this.file = file;
  }

  /// Weights from a file.
  ///
  /// @param tensors by their names in the file, in its order; they belong to the innermost scope,
  ///   or to the caller if there is none, and use the mapped file in place if aligned, as with
  ///   [SafeTensors#read]
  record Contents(Map<String, Tensor> tensors, WeightsOrigin origin) {}

  /// Reads a state dict: the object in the file, or an entry of it, which may be in another:
  /// `model`, `state_dict`, `model_state_dict` or, in DINO's files, `teacher`; if there is none of
  /// them, the one with most tensors. Everything else in the file is skipped.
  ///
  /// @return [Contents#tensors]
  /// @throws CheckpointException if the file is damaged or holds no state dict
  public static Map<String, Tensor> read(Path path) {
    return read(MappedFile.open(path)).tensors();
  }

  /// Writes a state dict atomically, as `torch.save(OrderedDict(…), path)` does. Python's
  /// `torch.load` reads it, also with `weights_only=True` and `mmap=True`.
  ///
  /// @param tensors of any device and layout; each gets its own storage, even if several share
  ///   memory
  /// @throws CheckpointException if the file cannot be written
  public static void write(Path path, Map<String, Tensor> tensors) {
    TorchArchive.write(path, tensors);
  }

  static Contents read(MappedFile file) {
    var kind = FileKind.of(file);
    var reader = new TorchPickle(file);
    try {
      return switch (kind) {
        case ZIP -> reader.contents(reader.readArchive());
        case PICKLE -> reader.contents(reader.readStream());
        default ->
            throw new CheckpointException(
                file.path(), "expected a file written by torch.save, but it is " + kind);
      };
    } catch (IllegalArgumentException e) {
      throw reader.refused("it holds " + e.getMessage(), e);
    }
  }

  // ---- the two formats: both return the pickled object and fill `storageOffsets`
  // --------------------------------

  private Object readArchive() {
    var entries = ZipDirectory.read(file);
    var found =
        entries.keySet().stream()
            .filter(name ->
                name.indexOf('/') >= 0 && name.substring(name.indexOf('/')).equals(PICKLE_NAME))
            .toList();
    if (found.size() != 1) {
      throw new CheckpointException(file.path(), ArchiveKind.of(entries.keySet()));
    }
    requirePlain(entries.values());
    var folder = found.getFirst().substring(0, found.getFirst().indexOf('/') + 1);
    if (entries.containsKey(folder + "constants.pkl")) {
      throw new CheckpointException(
          file.path(),
          "is a TorchScript program, not a file of weights; save its state_dict() with torch.save");
    }
    hasChecksums =
        entries.values().stream()
            .anyMatch(
                entry -> 0 < entry.byteSize() && entry.byteSize() <= SMALL_ENTRY && matches(entry));
    if (new String(content(entries.get(folder + "byteorder")), UTF_8).startsWith("big")) {
      order = ByteOrder.BIG_ENDIAN;
    }
    var root = pickles.read(ByteBuffer.wrap(content(entries.get(found.getFirst()))));
    for (var storage : pickles.storages().values()) {
      var entry = entries.get(folder + "data/" + storage.key());
      if (entry == null || entry.byteSize() != byteSize(storage)) {
        throw damaged(
            String.format(
                Locale.ROOT,
                "storage %s should have %,d bytes and %s",
                quote(storage.key()),
                byteSize(storage),
                entry == null ? "is missing" : "has " + entry.byteSize()));
      }
      checkSum(entry);
      storageOffsets.put(storage.key(), entry.offset());
    }
    return root;
  }

  /// Reads the pickles of magic number, version, system info, object and list of storage keys;
  /// then, for each storage, its number of elements and the elements.
  private Object readStream() {
    long window = Math.min(file.size(), MAX_PICKLE_BYTES);
    var in = file.bytes().asSlice(0, window).asByteBuffer();
    if (!STREAM_MAGIC.equals(pickles.read(in)) || !STREAM_VERSION.equals(pickles.read(in))) {
      throw new CheckpointException(
          file.path(),
          "is a pickle, but not written by torch.save, which begins with a magic number and"
              + " version 1001; in Python, load it and write the weights with torch.save");
    }
    var _ = pickles.read(in); // the machine; elements are little-endian on every one
    var root = pickles.read(in);
    if (!(pickles.read(in) instanceof List<?> keys)) {
      throw damaged("there is no list of storages after the pickle");
    }
    long at = in.position();
    for (var key : keys) {
      var name = key instanceof String text ? text : ""; // hashing others may take forever
      var other = pickles.otherStorages().get(name);
      if (other != null && other.byteSize() <= file.size() - at) {
        at += Long.BYTES + other.byteSize();
        continue;
      }
      var storage = pickles.storages().get(name);
      if (storage == null || file.size() - at < Long.BYTES) {
        throw damaged(storage == null ? "it has a storage that no tensor uses" : "it is truncated");
      }
      long elements = file.bytes().get(LONG_LE, at);
      at += Long.BYTES;
      if (elements != storage.elements() || byteSize(storage) > file.size() - at) {
        throw damaged(
            String.format(
                Locale.ROOT,
                "storage %s should have %,d bytes, but %,d are left (it is truncated)",
                quote(storage.key()),
                byteSize(storage),
                file.size() - at));
      }
      storageOffsets.put(storage.key(), at);
      at += byteSize(storage);
    }
    return root;
  }

  private void requirePlain(Collection<ZipDirectory.Entry> entries) {
    for (var entry : entries) {
      if (!entry.isPlain()) {
        throw new CheckpointException(
            file.path(),
            ("is a file of torch.save that was packed again: entry %s is compressed or encrypted;"
                    + " unpack it and pack it with zip -0 -r, or save it again with torch.save")
                .formatted(quote(entry.name())));
      }
    }
  }

  private byte[] content(ZipDirectory.@Nullable Entry entry) {
    if (entry == null) {
      return new byte[0];
    }
    if (entry.byteSize() > MAX_PICKLE_BYTES) {
      throw refused(
          String.format(
              Locale.ROOT,
              "entry %s has %,d bytes, more than a file of weights needs",
              quote(entry.name()),
              entry.byteSize()),
          null);
    }
    checkSum(entry);
    return file.bytes().asSlice(entry.offset(), entry.byteSize()).toArray(ValueLayout.JAVA_BYTE);
  }

  private void checkSum(ZipDirectory.Entry entry) {
    if (hasChecksums && !matches(entry)) {
      throw damaged("entry %s does not match its checksum".formatted(quote(entry.name())));
    }
  }

  private boolean matches(ZipDirectory.Entry entry) {
    return file.crc32(entry.offset(), entry.byteSize()) == entry.crc32();
  }

  private long byteSize(Storage storage) {
    try {
      return Math.multiplyExact(storage.elements(), storage.dtype().byteSize());
    } catch (ArithmeticException e) {
      throw damaged(
          "storage %s claims %s elements".formatted(quote(storage.key()), storage.elements()));
    }
  }

  // ---- from the pickled object to tensors
  // -----------------------------------------------------------------------------

  private Contents contents(Object root) {
    PickledWeights.Found found;
    try {
      found = PickledWeights.find(root);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file.path(), String.valueOf(e.getMessage()), e);
    }
    var tensors = new LinkedHashMap<String, Tensor>();
    try {
      found.tensors().forEach((name, stored) -> tensors.put(name, tensor(stored)));
    } catch (RuntimeException e) {
      tensors.values().forEach(Tensor::close);
      throw e;
    }
    return new Contents(
        tensors, new WeightsOrigin(found.key(), found.skipped(), pickles.foreign()));
  }

  private Tensor tensor(StoredTensor stored) {
    var storageOffset = storageOffsets.get(stored.storage().key());
    if (storageOffset == null) {
      throw damaged("storage %s is missing".formatted(quote(stored.storage().key())));
    }
    var dtype = stored.storage().dtype();
    long at = storageOffset + stored.offset() * dtype.byteSize();
    if (stored.isContiguous()) {
      return file.tensor(at, dtype, stored.shape(), order);
    }
    if (stored.shape().numel() > stored.storage().elements()) {
      expandedElements += stored.shape().numel();
      if (expandedElements > MAX_EXPANDED) {
        throw damaged("its tensors repeat more elements than a network has use for");
      }
    }
    try (var scope = TensorScope.open()) {
      var run = file.tensor(at, dtype, Shape.of(stored.span()), order);
      return scope.keep(
          Ops.call("aten::as_strided", run, stored.shape().sizes(), stored.strides().sizes(), 0)
              .contiguous());
    }
  }

  private CheckpointException damaged(String problem) {
    return new CheckpointException(
        file.path(), "is damaged: " + problem + "; download or save it again");
  }

  private CheckpointException refused(String problem, @Nullable Throwable cause) {
    return new CheckpointException(
        file.path(),
        "is refused: "
            + problem
            + "; in Python, save only the weights with torch.save(model.state_dict(), …) or"
            + " safetensors",
        cause);
  }
}
