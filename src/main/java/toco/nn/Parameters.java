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

/// The weights of a network by name, in the order in which its layers registered them. Names are
/// PyTorch's state-dict keys, such as `encoder.blocks.0.attn.qkv.weight`.
///
/// A layer takes the part of the tree that is its own, [#child], and adds its weights there. The
/// tree owns the weights: they live until the root is closed, whatever scope is open.
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
  private final boolean learns; // whether this part's weights are trained unless added as frozen
  private final Device device;

  /// An empty tree on the CPU.
  public Parameters() {
    this(Device.CPU);
  }

  /// An empty tree whose weights live on a device.
  public Parameters(Device device) {
    this(new LinkedHashMap<>(), new LinkedHashSet<>(), "", true, device);
  }

  private Parameters(
      Map<String, Tensor> tensors,
      Set<String> frozen,
      String prefix,
      boolean learns,
      Device device) {
    this.tensors = tensors;
    this.frozen = frozen;
    this.prefix = prefix;
    this.learns = learns;
    this.device = device;
  }

  /// The part of the tree whose names start with this one's and `name`.
  public Parameters child(String name) {
    return new Parameters(tensors, frozen, prefix + name + ".", learns, device);
  }

  /// A [#child] whose weights all get no gradient, such as a teacher's.
  public Parameters frozenChild(String name) {
    return new Parameters(tensors, frozen, prefix + name + ".", false, device);
  }

  /// Adds a weight that training changes, unless this part is frozen.
  ///
  /// @param initial its first values; taken over if already on the tree's device, else copied there
  /// @return the weight, requiring a gradient unless this part is frozen
  public Tensor add(String name, Tensor initial) {
    return learns ? register(name, initial).requiresGrad_(true) : addFrozen(name, initial);
  }

  /// Adds a weight that gets no gradient.
  public Tensor addFrozen(String name, Tensor initial) {
    frozen.add(prefix + name);
    return register(name, initial);
  }

  /// Adds a weight that something else uses too, such as a TorchScript module: this very tensor, on
  /// its device, trained if it requires a gradient and this part is not frozen.
  public Tensor share(String name, Tensor tensor) {
    if (!learns || !tensor.requiresGrad()) {
      frozen.add(prefix + name);
    }
    return put(name, tensor);
  }

  private Tensor register(String name, Tensor initial) {
    return put(name, device.isCpu() ? initial : initial.to(device).detach());
  }

  private Tensor put(String name, Tensor weight) {
    var key = prefix + name;
    if (tensors.containsKey(key)) {
      throw new IllegalArgumentException("two weights are named '" + key + "'");
    }
    var tensor = TensorScope.release(weight);
    tensors.put(key, tensor);
    return tensor;
  }

  /// Every weight by its full name, unmodifiable.
  public Map<String, Tensor> all() {
    return Collections.unmodifiableMap(tensors);
  }

  /// The weights that training changes, by name, in order.
  public Map<String, Tensor> trainable() {
    var trainable = new LinkedHashMap<>(tensors);
    trainable.keySet().removeAll(frozen);
    return trainable;
  }

  /// The weights of this part of the tree, frozen ones included, in order.
  public List<Tensor> own() {
    return tensors.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .map(Map.Entry::getValue)
        .toList();
  }

  /// Where the weights live.
  public Device device() {
    return device;
  }

  /// The number of elements of all weights.
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
