package toco.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The weights of a network by name, in the order in which its layers added them. Names are
/// PyTorch's state-dict keys, such as `encoder.blocks.0.attn.qkv.weight`.
///
/// The names form a tree. A layer gets its subtree from [#child] and adds its weights there. The
/// root owns all weights until it is closed, whatever [TensorScope] is open.
///
/// ```java
/// try (var params = new Parameters()) {
///   var hidden = new Linear(params.child("hidden"), 2, 32);
///   …
/// }
/// ```
public final class Parameters implements AutoCloseable {
  private final Map<String, Tensor> tensors;
  private final Set<String> frozen;
  private final String prefix;
  private final boolean isTrainable; // of this subtree; false below frozenChild
  private final Device device;

  /// An empty tree on the CPU.
  public Parameters() {
    this(Device.CPU);
  }

  /// An empty tree whose weights are on `device`.
  public Parameters(Device device) {
    this(new LinkedHashMap<>(), new LinkedHashSet<>(), "", true, device);
  }

  private Parameters(
      Map<String, Tensor> tensors,
      Set<String> frozen,
      String prefix,
      boolean isTrainable,
      Device device) {
    this.tensors = tensors;
    this.frozen = frozen;
    this.prefix = prefix;
    this.isTrainable = isTrainable;
    this.device = device;
  }

  /// The subtree whose names start with this subtree's prefix and `name`.
  public Parameters child(String name) {
    return new Parameters(tensors, frozen, prefix + name + ".", isTrainable, device);
  }

  /// A [#child] whose weights get no gradient, such as a teacher's.
  public Parameters frozenChild(String name) {
    return child(name).frozenIf(true);
  }

  /// This subtree itself, whose weights get no gradient if they are added here and `frozen` is set.
  public Parameters frozenIf(boolean frozen) {
    return new Parameters(tensors, this.frozen, prefix, isTrainable && !frozen, device);
  }

  /// Adds a trainable weight, or a frozen one in a [#frozenChild].
  ///
  /// @param initial initial values; the tree takes ownership, and copies them to its device if they
  ///   are elsewhere
  /// @return the weight, which requires a gradient if it is trainable
  public Tensor add(String name, Tensor initial) {
    return isTrainable ? register(name, initial).requiresGrad_(true) : addFrozen(name, initial);
  }

  /// Adds a weight that gets no gradient.
  public Tensor addFrozen(String name, Tensor initial) {
    frozen.add(prefix + name);
    return register(name, initial);
  }

  /// Adds a weight that is also used elsewhere, such as in a TorchScript module: the tensor itself,
  /// on its own device. It is trainable if it requires a gradient and this is no [#frozenChild], in
  /// which it ceases to require one.
  public Tensor share(String name, Tensor tensor) {
    boolean trained = isTrainable && tensor.requiresGrad();
    if (!trained) {
      tensor.requiresGrad_(false);
      frozen.add(prefix + name);
    }
    return put(name, tensor);
  }

  private Tensor register(String name, Tensor initial) {
    if (initial.device().equals(device)) {
      return put(name, initial);
    }
    try (initial;
        var copy = initial.to(device)) {
      return put(name, copy.detach());
    }
  }

  private Tensor put(String name, Tensor weight) {
    var key = prefix + name;
    if (tensors.containsKey(key)) {
      throw new IllegalArgumentException(
          "a weight named '" + key + "' exists already; names must be unique");
    }
    var tensor = TensorScope.release(weight);
    tensors.put(key, tensor);
    return tensor;
  }

  /// All weights by full name, unmodifiable.
  public Map<String, Tensor> all() {
    return Collections.unmodifiableMap(tensors);
  }

  /// The trainable weights by full name, in order.
  public Map<String, Tensor> trainable() {
    var trainable = new LinkedHashMap<>(tensors);
    trainable.keySet().removeAll(frozen);
    return trainable;
  }

  /// The weights of this subtree, frozen ones included, in order.
  public List<Tensor> own() {
    return tensors.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .map(Map.Entry::getValue)
        .toList();
  }

  /// The device of the weights.
  public Device device() {
    return device;
  }

  /// The total number of elements of all weights.
  public long count() {
    return tensors.values().stream().mapToLong(Tensor::numel).sum();
  }

  /// Frees every weight of the whole tree.
  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
    tensors.clear();
  }
}
