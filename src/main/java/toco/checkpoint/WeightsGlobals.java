package toco.checkpoint;

import static toco.files.PickleValues.argument;
import static toco.files.PickleValues.expect;
import static toco.files.QuotedText.quote;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.PickledValue.Function;
import toco.checkpoint.PickledValue.OtherStorage;
import toco.checkpoint.PickledValue.OtherStorageType;
import toco.checkpoint.PickledValue.OtherTensor;
import toco.checkpoint.PickledValue.Storage;
import toco.checkpoint.PickledValue.StorageType;
import toco.checkpoint.PickledValue.StoredTensor;
import toco.files.ForeignObject;
import toco.files.PickleGlobals;
import toco.files.PickleLimits;
import toco.files.PickleReader;
import toco.torch.Shape;

/// What pickles of weights name: how tensors, parameters, storages and `OrderedDict`s are rebuilt.
/// Everything else, such as arguments of the training, is skipped unexecuted.
final class WeightsGlobals implements PickleGlobals {
  /// The largest networks have some thousand tensors, with about twenty objects each.
  private static final PickleLimits LIMITS = new PickleLimits(1 << 20, 1 << 20, 1 << 22);

  private static final long MAX_ELEMENTS = Long.MAX_VALUE / 16; // whose bytes can be counted

  private final Map<String, Storage> storages = new HashMap<>();
  private final Map<String, OtherStorage> otherStorages = new HashMap<>();
  private final Set<String> foreign = new LinkedHashSet<>();

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

  /// The storages of other element types, by key.
  Map<String, OtherStorage> otherStorages() {
    return otherStorages;
  }

  /// The names of classes and functions that were skipped.
  List<String> foreign() {
    return List.copyOf(foreign);
  }

  @Override
  public String fileKind() {
    return "a file of weights";
  }

  @Override
  public boolean skipsForeign() {
    return true;
  }

  @Override
  public Global find(String module, String name) {
    var known = known(module, name);
    if (known == null) {
      foreign.add(module + "." + name);
      return new ForeignObject(module + "." + name);
    }
    return known;
  }

  private static @Nullable Global known(String module, String name) {
    return switch (module) {
      case "torch", "torch.storage" -> {
        var dtype = PickledValue.STORAGE_TYPES.get(name);
        yield dtype == null ? PickledValue.OTHER_STORAGE_TYPES.get(name) : new StorageType(dtype);
      }
      case "torch._utils" -> rebuild(name);
      case "torch._tensor" ->
          name.equals("_rebuild_from_type_v2") ? Function.REBUILD_FROM_TYPE : null;
      case "collections" -> name.equals("OrderedDict") ? Function.ORDERED_DICT : null;
      default -> null;
    };
  }

  private static @Nullable Global rebuild(String name) {
    return switch (name) {
      case "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3" -> Function.REBUILD_TENSOR;
      case "_rebuild_parameter", "_rebuild_parameter_with_state" -> Function.REBUILD_PARAMETER;
      case "_rebuild_qtensor" -> new OtherTensor("a quantized tensor; save it dequantized");
      case "_rebuild_sparse_tensor", "_rebuild_sparse_csr_tensor" ->
          new OtherTensor("a sparse tensor; save its to_dense()");
      case "_rebuild_nested_tensor" -> new OtherTensor("a nested tensor");
      case "_rebuild_meta_tensor_no_storage" ->
          new OtherTensor("a tensor on the device meta, which has no values");
      case "_rebuild_device_tensor_from_numpy",
          "_rebuild_device_tensor_from_cpu_tensor",
          "_rebuild_xla_tensor",
          "_rebuild_mlc_tensor" ->
          new OtherTensor("a tensor of a device that PyTorch saves as a copy; save its cpu()");
      case "_rebuild_wrapper_subclass" -> new OtherTensor("a tensor of another class");
      default -> null;
    };
  }

  @Override
  public Object call(Global callable, List<?> arguments) {
    if (callable instanceof OtherTensor other) {
      return other;
    }
    return switch (expect(callable, Function.class)) {
      case ORDERED_DICT -> {
        if (!arguments.isEmpty()) {
          throw new IllegalArgumentException("an OrderedDict with arguments");
        }
        yield new LinkedHashMap<>();
      }
      case REBUILD_PARAMETER ->
          argument(arguments, 0, Object.class) instanceof OtherTensor other
              ? other
              : argument(arguments, 0, StoredTensor.class);
      case REBUILD_FROM_TYPE -> ofType(arguments);
      case REBUILD_TENSOR -> tensor(argument(arguments, 0, Object.class), arguments);
    };
  }

  private static PickledValue tensor(Object storage, List<?> arguments) {
    return switch (storage) {
      case OtherStorage other ->
          new OtherTensor("of dtype %s, which ToCo lacks".formatted(dtype(other, arguments)));
      case ForeignObject _ -> new OtherTensor("a tensor whose elements are in the pickle itself");
      default ->
          new StoredTensor(
              expect(storage, Storage.class),
              argument(arguments, 1, Long.class),
              sizes(argument(arguments, 2, List.class)),
              sizes(argument(arguments, 3, List.class)));
    };
  }

  /// The dtype that a tensor names itself, if its storage has none.
  private static String dtype(OtherStorage storage, List<?> arguments) {
    return arguments.size() > 6 && arguments.get(6) instanceof ForeignObject dtype
        ? dtype.name().replace("torch.", "")
        : storage.dtype();
  }

  /// (function, class, its arguments, attributes): a tensor with attributes, or of a subclass.
  private Object ofType(List<?> arguments) {
    if (argument(arguments, 1, Object.class) instanceof ForeignObject type
        && type.name().endsWith("DTensor")) {
      return new OtherTensor(
          "a shard of a distributed tensor (DTensor); save the gathered state dict, with"
              + " StateDictOptions(full_state_dict=True)");
    }
    var function = argument(arguments, 0, Global.class);
    List<?> inner = argument(arguments, 2, List.class);
    if (function == Function.REBUILD_FROM_TYPE) {
      throw new IllegalArgumentException("a tensor whose class is nested in another");
    }
    return function instanceof ForeignObject foreign ? foreign : call(function, inner);
  }

  /// Ignores the attributes of an `OrderedDict`, such as a state dict's `_metadata`, and of a
  /// tensor: they are no weights.
  @Override
  public void setState(Object object, Object state) {
    if (!(object instanceof PickledValue)) {
      expect(object, Map.class);
    }
  }

  /// ('storage', type, key, device, number of elements[, view]), the id by which torch.save refers
  /// to elements outside the pickle.
  @Override
  public Object persistentLoad(Object id) {
    List<?> reference = expect(id, List.class);
    var kind = argument(reference, 0, String.class);
    if (kind.equals("module")) { // a class with its source, in the stream format
      return argument(reference, 1, ForeignObject.class);
    }
    if (!kind.equals("storage")) {
      throw new IllegalArgumentException(
          "a reference to a %s outside the pickle".formatted(quote(kind)));
    }
    if (reference.size() > 5 && !PickleReader.NONE.equals(reference.get(5))) {
      throw new IllegalArgumentException(
          "a storage that is a view of another, as PyTorch before 0.4 wrote it");
    }
    long elements = argument(reference, 4, Long.class);
    if (elements < 0 || elements > MAX_ELEMENTS) {
      throw new IllegalArgumentException("a storage of %s elements".formatted(elements));
    }
    var key = argument(reference, 2, String.class);
    if (argument(reference, 1, Object.class) instanceof OtherStorageType type) {
      var other = new OtherStorage(key, type.dtype(), elements * type.byteSize());
      otherStorages.put(key, other);
      return other;
    }
    var storage = new Storage(key, argument(reference, 1, StorageType.class).dtype(), elements);
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
