package toco.checkpoint;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Collectors;
import toco.checkpoint.PickledValue.StoredTensor;
import toco.files.PickleWriter;
import toco.torch.DType;
import toco.torch.Shape;

/// Pickles a state dict, with protocol 2, byte for byte as Python's pickler does for an
/// `OrderedDict` of tensors given to torch.save.
final class StateDictPickler {
  private static final int BATCH = 1000; // items that Python's pickler writes per SETITEMS
  private static final Map<DType, String> STORAGE_TYPES =
      PickledValue.STORAGE_TYPES.entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));

  private final PickleWriter out = new PickleWriter();

  /// The memo's indexes of objects that Python refers to again: classes, functions and the two
  /// texts that all storages share.
  private final Map<String, Integer> memo = new HashMap<>();

  private int memoSize;

  private StateDictPickler() {}

  /// @param tensors by name; their storages are written elsewhere
  static byte[] pickle(Map<String, StoredTensor> tensors) {
    var pickler = new StateDictPickler();
    pickler.out.protocol(2);
    pickler.orderedDict();
    var entries = tensors.entrySet().iterator();
    while (entries.hasNext()) {
      pickler.items(entries);
    }
    return pickler.out.finish();
  }

  private void items(Iterator<Map.Entry<String, StoredTensor>> entries) {
    var first = entries.next();
    if (!entries.hasNext()) {
      item(first);
      out.setItem();
      return;
    }
    out.mark();
    item(first);
    for (int i = 1; i < BATCH && entries.hasNext(); i++) {
      item(entries.next());
    }
    out.setItems();
  }

  private void item(Map.Entry<String, StoredTensor> entry) {
    text(entry.getKey());
    tensor(entry.getValue());
  }

  /// The call of `_rebuild_tensor_v2` with storage, offset, size, stride, requires_grad, hooks.
  private void tensor(StoredTensor tensor) {
    global("torch._utils", "_rebuild_tensor_v2");
    out.mark();
    storage(tensor);
    out.integer(tensor.offset());
    tuple(tensor.shape());
    tuple(tensor.strides());
    out.bool(false);
    orderedDict();
    out.tupleFromMark();
    put();
    out.reduce();
    put();
  }

  private void storage(StoredTensor tensor) {
    var storage = tensor.storage();
    out.mark();
    sharedText("storage");
    var type = STORAGE_TYPES.get(storage.dtype());
    if (type == null) {
      throw new IllegalArgumentException(
          "PyTorch's .pth files of weights are not written with %s; convert it to another dtype"
              .formatted(storage.dtype()));
    }
    global("torch", type);
    text(storage.key());
    sharedText("cpu");
    out.integer(storage.elements());
    out.tupleFromMark();
    put();
    out.persistentId();
  }

  private void orderedDict() {
    global("collections", "OrderedDict");
    out.tuple(0).reduce();
    put();
  }

  /// A class or function: named at the first use, referred to after that.
  private void global(String module, String name) {
    var key = module + "." + name;
    if (!getIfKnown(key)) {
      out.global(module, name);
      memo.put(key, memoSize);
      put();
    }
  }

  private void sharedText(String value) {
    if (!getIfKnown(value)) {
      memo.put(value, memoSize);
      text(value);
    }
  }

  private void text(String value) {
    out.text(value);
    put();
  }

  private void tuple(Shape sizes) {
    int dims = sizes.dims();
    if (dims > 3) {
      out.mark();
    }
    for (long size : sizes.sizes()) {
      out.integer(size);
    }
    if (dims > 3) {
      out.tupleFromMark();
    } else {
      out.tuple(dims);
    }
    if (dims > 0) {
      put();
    }
  }

  private void put() {
    out.put(memoSize++);
  }

  private boolean getIfKnown(String key) {
    var index = memo.get(key);
    if (index != null) {
      out.get(index);
    }
    return index != null;
  }
}
