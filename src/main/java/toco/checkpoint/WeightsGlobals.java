package toco.checkpoint;

import static toco.files.PickleValues.argument;
import static toco.files.PickleValues.expect;
import static toco.files.QuotedText.quote;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.PickledValue.Function;
import toco.checkpoint.PickledValue.Storage;
import toco.checkpoint.PickledValue.StorageType;
import toco.checkpoint.PickledValue.StoredTensor;
import toco.files.PickleGlobals;
import toco.files.PickleLimits;
import toco.files.PickleReader;
import toco.torch.Shape;

/// What pickles of weights may name: how tensors, parameters, storages and `OrderedDict`s are
/// rebuilt.
final class WeightsGlobals implements PickleGlobals {
  /// The largest networks have some thousand tensors, with about twenty objects each.
  private static final PickleLimits LIMITS = new PickleLimits(1 << 20, 1 << 20, 1 << 22);

  private final Map<String, Storage> storages = new HashMap<>();

  /// Reads one object and leaves the buffer's position after it.
  ///
  /// @throws IllegalArgumentException with a message that completes "it holds …"
  Object read(ByteBuffer pickle) {
    return PickleReader.read(pickle, this, LIMITS);
  }

  /// The storages to which the pickles read so far refer, by key.
  Map<String, Storage> storages() {
    return storages;
  }

  @Override
  public String fileKind() {
    return "a file of weights";
  }

  @Override
  public boolean allowsBytes() {
    return false;
  }

  @Override
  public @Nullable Global find(String module, String name) {
    return switch (module) {
      case "torch" -> {
        var dtype = PickledValue.STORAGE_TYPES.get(name);
        yield dtype == null ? null : new StorageType(dtype);
      }
      case "torch._utils" ->
          switch (name) {
            case "_rebuild_tensor", "_rebuild_tensor_v2" -> Function.REBUILD_TENSOR;
            case "_rebuild_parameter" -> Function.REBUILD_PARAMETER;
            default -> null;
          };
      case "collections" -> name.equals("OrderedDict") ? Function.ORDERED_DICT : null;
      default -> null;
    };
  }

  @Override
  public Object call(Global callable, List<?> arguments) {
    return switch (expect(callable, Function.class)) {
      case ORDERED_DICT -> {
        if (!arguments.isEmpty()) {
          throw new IllegalArgumentException("an OrderedDict with arguments");
        }
        yield new LinkedHashMap<>();
      }
      case REBUILD_PARAMETER -> argument(arguments, 0, StoredTensor.class);
      case REBUILD_TENSOR ->
          new StoredTensor(
              argument(arguments, 0, Storage.class),
              argument(arguments, 1, Long.class),
              sizes(argument(arguments, 2, List.class)),
              sizes(argument(arguments, 3, List.class)));
    };
  }

  /// Ignores the attributes of an `OrderedDict`, such as a state dict's `_metadata`: they are no
  /// weights.
  @Override
  public void setState(Object object, Object state) {
    expect(object, Map.class);
  }

  /// ('storage', type, key, device, number of elements[, view]), the id by which torch.save refers
  /// to elements outside the pickle.
  @Override
  public Storage persistentLoad(Object id) {
    List<?> reference = expect(id, List.class);
    var kind = argument(reference, 0, String.class);
    if (!kind.equals("storage")) {
      throw new IllegalArgumentException(
          "a reference to a %s outside the pickle".formatted(quote(kind)));
    }
    if (reference.size() > 5 && !PickleReader.NONE.equals(reference.get(5))) {
      throw new IllegalArgumentException(
          "a storage that is a view of another, as PyTorch before 0.4 wrote it");
    }
    long elements = argument(reference, 4, Long.class);
    if (elements < 0) {
      throw new IllegalArgumentException("a storage of %s elements".formatted(elements));
    }
    var storage =
        new Storage(
            argument(reference, 2, String.class),
            argument(reference, 1, StorageType.class).dtype(),
            elements);
    var known = storages.putIfAbsent(storage.key(), storage);
    if (known != null && !known.equals(storage)) {
      throw new IllegalArgumentException(
          "two different storages named %s".formatted(quote(storage.key())));
    }
    return storage;
  }

  private static Shape sizes(List<?> values) {
    var sizes = new long[values.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = argument(values, i, Long.class);
    }
    return new Shape(sizes);
  }
}
