package toco.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static toco.files.QuotedText.quote;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import toco.torch.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads weights that are split over several files, as is usual for large networks: the
/// `weight_map` of an index, `….safetensors.index.json` or `pytorch_model.bin.index.json`, maps
/// each tensor to a file in its folder.
final class ShardedWeights {
  private static final List<String> INDEXES = List.of(".safetensors.index.json", ".bin.index.json");
  private static final List<String> USUAL =
      List.of(
          "model.safetensors",
          "pytorch_model.bin",
          "open_clip_model.safetensors",
          "open_clip_pytorch_model.bin");
  private static final int MAX_INDEX_BYTES = 64 << 20;

  private ShardedWeights() {}

  /// The file to read for a folder: its only index, safetensors first, or its only file of weights
  /// with one of the usual names; otherwise the path itself.
  ///
  /// @throws CheckpointException if the folder holds several indexes, or is a checkpoint of another
  ///   kind
  static Path indexIn(Path path) {
    if (!Files.isDirectory(path)) {
      return path;
    }
    for (var index : INDEXES) {
      var found = filesIn(path, index);
      if (found.size() > 1) {
        throw new CheckpointException(
            path,
            "holds %s indexes *%s; give the path of one of them".formatted(found.size(), index));
      }
      if (!found.isEmpty()) {
        return found.getFirst();
      }
    }
    if (!filesIn(path, ".distcp").isEmpty()) {
      throw new CheckpointException(
          path,
          "is a checkpoint of torch.distributed.checkpoint, in shards; write one file with python"
              + " -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER FILE.pth");
    }
    return USUAL.stream().map(path::resolve).filter(Files::isRegularFile).findFirst().orElse(path);
  }

  private static List<Path> filesIn(Path folder, String ending) {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      return List.of(); // a folder that cannot be listed: opening it as a file reports that
    }
  }

  /// All tensors, in the order of the index. They use the mapped files as with [SafeTensors#read].
  ///
  /// @throws CheckpointException if the index is invalid, or a file or tensor is missing
  static Map<String, Tensor> read(MappedFile index) {
    var files = weightMap(index);
    var shards = new LinkedHashMap<String, Map<String, Tensor>>();
    var tensors = new LinkedHashMap<String, Tensor>();
    try {
      for (var line : files.entrySet()) {
        var file = index.path().resolveSibling(line.getValue());
        var shard = shards.computeIfAbsent(line.getValue(), _ -> new LinkedHashMap<>(shard(file)));
        var tensor = shard.remove(line.getKey());
        if (tensor == null) {
          throw new CheckpointException(
              file,
              "lacks tensor %s, which is in this file according to %s; download both again"
                  .formatted(quote(line.getKey()), index.path().getFileName()));
        }
        tensors.put(line.getKey(), tensor);
      }
    } catch (RuntimeException e) {
      tensors.values().forEach(Tensor::close);
      throw e;
    } finally { // tensors that the index does not mention
      shards.values().forEach(rest -> rest.values().forEach(Tensor::close));
    }
    return tensors;
  }

  /// An index in an index could refer to itself.
  private static Map<String, Tensor> shard(Path file) {
    var mapped = MappedFile.open(file);
    return FileKind.of(mapped) == FileKind.ZIP
        ? TorchPickle.read(mapped).tensors()
        : SafeTensors.read(mapped).tensors();
  }

  private static Map<String, String> weightMap(MappedFile index) {
    var files = new LinkedHashMap<String, String>();
    for (var line : json(index).path("weight_map").properties()) {
      var file = line.getValue().isString() ? line.getValue().stringValue() : "";
      if (!isPlainName(file)) {
        throw new CheckpointException(
            index.path(),
            "maps tensor %s to %s, which is not the name of a file in its folder"
                .formatted(quote(line.getKey()), quote(line.getValue().toString())));
      }
      files.put(line.getKey(), file);
    }
    if (files.isEmpty()) {
      throw new CheckpointException(
          index.path(),
          "is JSON, but not an index of weights: it has no weight_map; if it was downloaded, it may"
              + " be the server's error, fetch the file again");
    }
    return files;
  }

  private static boolean isPlainName(String name) {
    return !name.isEmpty()
        && List.of("/", "\\", "\0").stream().noneMatch(name::contains)
        && !name.startsWith(".");
  }

  private static JsonNode json(MappedFile index) {
    if (index.size() > MAX_INDEX_BYTES) {
      throw new CheckpointException(
          index.path(),
          String.format(Locale.ROOT, "has %,d bytes, too many for an index", index.size()));
    }
    try {
      return JsonMapper.shared()
          .readTree(new String(index.bytes().toArray(ValueLayout.JAVA_BYTE), UTF_8));
    } catch (JacksonException e) {
      throw new CheckpointException(
          index.path(), "is not valid JSON: " + quote(String.valueOf(e.getOriginalMessage())), e);
    }
  }
}
