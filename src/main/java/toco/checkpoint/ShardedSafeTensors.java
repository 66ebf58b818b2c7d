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

/// Reads weights that are split over several safetensors files, as is usual for large networks: the
/// `weight_map` of an index `….safetensors.index.json` maps each tensor to a file in its folder.
final class ShardedSafeTensors {
  private static final String INDEX = ".safetensors.index.json";
  private static final int MAX_INDEX_BYTES = 64 << 20;

  private ShardedSafeTensors() {}

  /// The index in a folder that holds exactly one; otherwise the path itself.
  ///
  /// @throws CheckpointException if the folder holds several
  static Path indexIn(Path path) {
    if (!Files.isDirectory(path)) {
      return path;
    }
    try (var files = Files.list(path)) {
      var found = files.filter(file -> file.toString().endsWith(INDEX)).sorted().toList();
      if (found.size() > 1) {
        throw new CheckpointException(
            path,
            "holds %s indexes *%s; give the path of one of them".formatted(found.size(), INDEX));
      }
      return found.isEmpty() ? path : found.getFirst();
    } catch (IOException e) {
      return path; // a folder that cannot be listed: opening it as a file reports that
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
        var shard =
            shards.computeIfAbsent(
                line.getValue(), _ -> new LinkedHashMap<>(SafeTensors.read(file).tensors()));
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
          index.path(), "is JSON, but not an index of safetensors files: it has no weight_map");
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
