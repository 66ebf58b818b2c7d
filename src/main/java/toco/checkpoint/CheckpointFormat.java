package toco.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The layout of a [Checkpoint] in a safetensors file: its four maps are told apart by prefix,
/// everything else is metadata.
final class CheckpointFormat {
  private static final String VERSION = "1";
  private static final String MODEL = "model.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String RNG = "rng.";
  private static final String STATE = "state.";

  private static final Pattern NETWORK = Pattern.compile("([^.]+)\\.encoder\\..+");

  private static final String KEY_VERSION = "toco.checkpoint";
  private static final String KEY_STEP = "toco.step";
  private static final String KEY_PROCESSES = "toco.processes";
  private static final String KEY_CONFIG = "toco.config";
  private static final String KEY_LIBTORCH = "toco.libtorch";
  private static final String KEY_CHECKSUM = "toco.crc32c";
  private static final int CHUNK_BYTES = 1 << 30;

  private CheckpointFormat() {}

  /// The weights in a safetensors file: the model of a checkpoint, otherwise all tensors.
  static Map<String, Tensor> modelOf(SafeTensors.Contents contents) {
    return isCheckpoint(contents)
        ? StateDict.withoutPrefix(contents.tensors(), MODEL)
        : contents.tensors();
  }

  /// The weights that a checkpoint has of one of the recipe's other networks; none in any other
  /// file.
  static Map<String, Tensor> networkOf(MappedFile file, String network) {
    return FileKind.of(file) == FileKind.SAFETENSORS
        ? networkOf(SafeTensors.read(file), network)
        : Map.of();
  }

  static Map<String, Tensor> networkOf(SafeTensors.Contents contents, String network) {
    return StateDict.withoutPrefix(stateOf(contents), network + ".");
  }

  /// The state of the recipe in a checkpoint; none in any other file.
  static Map<String, Tensor> stateOf(SafeTensors.Contents contents) {
    return isCheckpoint(contents) ? StateDict.withoutPrefix(contents.tensors(), STATE) : Map.of();
  }

  /// The names of the recipe's other networks in a checkpoint, told from its buffers by their
  /// encoder.
  static List<String> otherNetworks(SafeTensors.Contents contents) {
    return stateOf(contents).keySet().stream()
        .map(NETWORK::matcher)
        .filter(Matcher::matches)
        .map(name -> name.group(1))
        .distinct()
        .toList();
  }

  /// What a tensor of a checkpoint belongs to, by its name.
  static String sectionOf(String name) {
    return name.startsWith(MODEL)
        ? "trained network"
        : name.startsWith(OPTIMIZER)
            ? "optimizer"
            : name.startsWith(RNG) ? "random number generators" : "state of the recipe";
  }

  static boolean isCheckpoint(SafeTensors.Contents contents) {
    return contents.metadata().containsKey(KEY_VERSION);
  }

  /// The configuration in the metadata of a file, if there is one.
  static Optional<String> configOf(MappedFile file) {
    if (FileKind.of(file) != FileKind.SAFETENSORS) {
      return Optional.empty();
    }
    try (var _ = TensorScope.open()) {
      return configOf(SafeTensors.read(file));
    }
  }

  static Optional<String> configOf(SafeTensors.Contents contents) {
    return Optional.ofNullable(contents.metadata().get(KEY_CONFIG));
  }

  static SafeTensors.Contents encode(Checkpoint checkpoint) {
    var tensors = new LinkedHashMap<String, Tensor>();
    put(tensors, MODEL, checkpoint.model());
    put(tensors, OPTIMIZER, checkpoint.optimizer());
    put(tensors, RNG, checkpoint.rng());
    put(tensors, STATE, checkpoint.state());
    var metadata = new LinkedHashMap<String, String>();
    metadata.put(KEY_VERSION, VERSION);
    metadata.put(KEY_STEP, Long.toString(checkpoint.step()));
    metadata.put(KEY_PROCESSES, Integer.toString(checkpoint.processes()));
    metadata.put(KEY_LIBTORCH, checkpoint.libTorchVersion());
    metadata.put(KEY_CHECKSUM, checksum(tensors));
    metadata.put(KEY_CONFIG, checkpoint.configYaml());
    return new SafeTensors.Contents(tensors, metadata);
  }

  static Checkpoint decode(MappedFile file) {
    var contents = SafeTensors.read(file);
    try {
      return decode(file, contents);
    } catch (RuntimeException e) {
      contents.tensors().values().forEach(Tensor::close);
      throw e;
    }
  }

  private static Checkpoint decode(MappedFile file, SafeTensors.Contents contents) {
    var metadata = contents.metadata();
    var version = metadata.get(KEY_VERSION);
    if (version == null) {
      throw new CheckpointException(
          file.path(),
          ("holds %s tensors but is not a checkpoint of a training run; give a file in "
                  + "RUN/checkpoints")
              .formatted(contents.tensors().size()));
    }
    if (!version.equals(VERSION)) {
      throw new CheckpointException(
          file.path(),
          ("is a checkpoint of format %s, this program reads format %s; use the version "
                  + "that wrote it")
              .formatted(version, VERSION));
    }
    long step = number(file, value(file, metadata.get(KEY_STEP), KEY_STEP), KEY_STEP);
    var processes =
        metadata.getOrDefault(KEY_PROCESSES, "1"); // missing in files of earlier versions
    if (!checksum(contents.tensors())
        .equals(value(file, metadata.get(KEY_CHECKSUM), KEY_CHECKSUM))) {
      throw new CheckpointException(
          file.path(),
          "is damaged: its tensors do not match their checksum; use an earlier checkpoint");
    }
    return new Checkpoint(
        StateDict.withoutPrefix(contents.tensors(), MODEL),
        StateDict.withoutPrefix(contents.tensors(), OPTIMIZER),
        StateDict.withoutPrefix(contents.tensors(), RNG),
        StateDict.withoutPrefix(contents.tensors(), STATE),
        step,
        Math.toIntExact(number(file, processes, KEY_PROCESSES)),
        value(file, metadata.get(KEY_CONFIG), KEY_CONFIG),
        value(file, metadata.get(KEY_LIBTORCH), KEY_LIBTORCH));
  }

  private static long number(MappedFile file, String value, String key) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new CheckpointException(
          file.path(),
          "is damaged: its %s is not a number; use an earlier checkpoint".formatted(key),
          e);
    }
  }

  private static String value(MappedFile file, @Nullable String value, String key) {
    if (value == null) {
      throw new CheckpointException(
          file.path(),
          "is damaged: its metadata lacks %s; use an earlier checkpoint".formatted(key));
    }
    return value;
  }

  private static void put(Map<String, Tensor> all, String prefix, Map<String, Tensor> tensors) {
    tensors.forEach((name, tensor) -> all.put(prefix + name, tensor));
  }

  /// CRC-32C of all CPU tensors, sorted by name: independent of their order in the file.
  private static String checksum(Map<String, Tensor> tensors) {
    var crc = new CRC32C();
    try (var _ = TensorScope.open()) {
      for (var tensor : new TreeMap<>(tensors).values()) {
        var bytes = tensor.detach().segment();
        for (long done = 0; done < bytes.byteSize(); done += CHUNK_BYTES) {
          crc.update(
              bytes.asSlice(done, Math.min(CHUNK_BYTES, bytes.byteSize() - done)).asByteBuffer());
        }
      }
    }
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
