package toco.checkpoint;

import static toco.files.QuotedText.quote;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.PickledValue.OtherTensor;
import toco.checkpoint.PickledValue.StoredTensor;
import toco.files.ForeignObject;
import toco.files.PickleReader;

/// Finds the state dict in an object that torch.save wrote: the object itself, or an entry of it,
/// at any depth.
final class PickledWeights {
  /// Where weights are if a file has several state dicts, the best one first. In DINO's files the
  /// teacher is the better network.
  private static final List<String> PREFERRED =
      List.of("model", "state_dict", "model_state_dict", "teacher");

  /// Begins the description of a dict of weights.
  static final String STATE_DICT = "a state dict of ";

  private static final Pattern NO_WEIGHTS =
      Pattern.compile("(?i).*(optim|sched|scaler|loss|rng).*");
  private static final String REMEDY =
      "; in Python, save only the weights with torch.save(model.state_dict(), …) or safetensors";
  private static final Map<String, String> NUMPY =
      Map.of(
          "numpy.core.multiarray._reconstruct", "a numpy array",
          "numpy._core.multiarray._reconstruct", "a numpy array",
          "numpy.core.numeric._frombuffer", "a numpy array",
          "numpy._core.numeric._frombuffer", "a numpy array",
          "numpy.core.multiarray.scalar", "a numpy scalar",
          "numpy._core.multiarray.scalar", "a numpy scalar");

  private static final int MAX_DEPTH = 8;
  private static final int MAX_LISTED = 200;

  /// The number of named tensors in each dict, so that none is counted twice.
  private final IdentityHashMap<Object, Long> counts = new IdentityHashMap<>();

  private final Map<String, String> skipped = new LinkedHashMap<>();

  private PickledWeights() {}

  /// The state dict.
  ///
  /// @param key path of the state dict, with dots; empty for the object itself
  /// @param skipped descriptions of what is next to it, by path
  record Found(Map<String, StoredTensor> tensors, String key, Map<String, String> skipped) {}

  /// @throws IllegalArgumentException with a message about the file, if there is none
  static Found find(Object root) {
    return new PickledWeights().findIn(root);
  }

  private Found findIn(Object root) {
    var path = "";
    var map = entries(root);
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
      var chosen = chosen(map);
      var value = chosen == null ? null : map.get(chosen);
      list(map, path, chosen);
      if (value == null) {
        var tensors = tensors(map);
        if (tensors.isEmpty()) {
          throw new IllegalArgumentException(withoutTensors(root, map));
        }
        return new Found(tensors, path, skipped);
      }
      path = joined(path, String.valueOf(chosen));
      map = entries(value);
    }
    throw new IllegalArgumentException("holds state dicts nested too deeply" + REMEDY);
  }

  private static Map<?, ?> entries(Object value) {
    return switch (value) {
      case Map<?, ?> map -> map;
      case ForeignObject foreign -> foreign.entries();
      default -> Map.of();
    };
  }

  private static Map<String, StoredTensor> tensors(Map<?, ?> map) {
    var tensors = new LinkedHashMap<String, StoredTensor>();
    map.forEach((key, value) -> {
      if (key instanceof String name && value instanceof StoredTensor stored) {
        tensors.put(name, stored);
      }
    });
    return tensors;
  }

  /// The key of the entry with the weights; null if they are in the map itself, or nowhere.
  private @Nullable String chosen(Map<?, ?> map) {
    for (var key : PREFERRED) {
      var value = map.get(key);
      if (value != null && count(value, 0) > 0) {
        return key;
      }
    }
    if (!tensors(map).isEmpty()) {
      return null;
    }
    String largest = null;
    long most = 0;
    for (var entry : map.entrySet()) {
      if (entry.getKey() instanceof String key && !NO_WEIGHTS.matcher(key).matches()) {
        long count = count(entry.getValue(), 0);
        if (count > most) {
          most = count;
          largest = key;
        }
      }
    }
    return largest;
  }

  /// The number of named tensors in a dict and in the dicts inside it; a dict may contain itself.
  private long count(Object value, int depth) {
    var map = entries(value);
    var known = counts.get(map);
    if (known != null || map.isEmpty() || depth == MAX_DEPTH) {
      return known == null ? 0 : known;
    }
    counts.put(map, 0L);
    long count = 0;
    for (var entry : map.entrySet()) {
      if (entry.getKey() instanceof String) {
        count += entry.getValue() instanceof StoredTensor ? 1 : count(entry.getValue(), depth + 1);
      }
    }
    counts.put(map, count);
    return count;
  }

  /// Describes the entries that are neither weights nor the chosen one.
  private void list(Map<?, ?> map, String path, @Nullable String chosen) {
    map.forEach((key, value) -> {
      boolean isWeight = chosen == null && value instanceof StoredTensor;
      if (!isWeight && !key.equals(chosen) && skipped.size() < MAX_LISTED) {
        skipped.put(joined(path, text(key)), described(value));
      }
    });
  }

  private static String joined(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String text(Object key) {
    var quoted = quote(key instanceof String || key instanceof Long ? key.toString() : "(key)");
    return quoted.substring(1, quoted.length() - 1);
  }

  private String withoutTensors(Object root, Map<?, ?> map) {
    if (root instanceof ForeignObject object && object.isModule()) {
      return module(object, "");
    }
    for (var entry : map.entrySet()) {
      if (entry.getValue() instanceof ForeignObject object && object.isModule()) {
        return module(object, "[%s]".formatted(quote(text(entry.getKey()))));
      }
    }
    var what =
        map.isEmpty()
            ? described(root)
            : "{"
                + map.entrySet().stream()
                    .limit(6)
                    .map(entry -> text(entry.getKey()) + ": " + described(entry.getValue()))
                    .collect(Collectors.joining(", "))
                + (map.size() > 6 ? ", …}" : "}");
    return "expected a state dict of named tensors, but the file holds " + what + REMEDY;
  }

  private static String module(ForeignObject module, String key) {
    return ("holds a whole module, %s, which only its own code can load, instead of its weights; in"
            + " Python, with that code, save them: torch.save(torch.load(FILE,"
            + " weights_only=False)%s.state_dict(), 'weights.pth')")
        .formatted(quote(module.name()), key);
  }

  /// One line about any value of a pickle.
  private String described(Object value) {
    return switch (value) {
      case StoredTensor tensor ->
          "a tensor of %s %s".formatted(tensor.storage().dtype(), tensor.shape());
      case OtherTensor tensor -> tensor.kind();
      case ForeignObject object -> NUMPY.getOrDefault(object.name(), object.name());
      case Map<?, ?> map -> {
        long count = count(map, 0);
        yield count == 0
            ? "a dict of " + counted(map.size(), "entry", "entries")
            : STATE_DICT + counted(count, "tensor", "tensors");
      }
      case List<?> list -> "a list of " + counted(list.size(), "entry", "entries");
      case byte[] bytes -> "%s bytes".formatted(bytes.length);
      case String text -> quote(text);
      case Number number -> number.toString();
      case Boolean flag -> flag ? "True" : "False";
      default -> PickleReader.NONE.equals(value) ? "None" : "another object";
    };
  }

  private static String counted(long count, String one, String many) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
  }
}
