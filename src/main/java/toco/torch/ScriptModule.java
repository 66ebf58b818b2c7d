package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// A TorchScript module: code and weights in one file, made by Python, C++ or here.
///
/// ```java
/// try (var module = ScriptModule.load(Path.of("net.pt"), Device.CPU)) {
///   var y = module.forward(x);                                   // one tensor in, one out
///   var parts = (Map<?, ?>) module.call("forward", x, 0.5);      // anything else
/// }
/// ```
///
/// Or built from source text, which unlike a trace keeps sizes dynamic:
///
/// ```java
/// var scaled = ScriptModule.create("Scaled").parameter("w", w);
/// scaled.define("def forward(self, x: Tensor) -> Tensor:\n    return self.w * x\n");
/// scaled.save(Path.of("scaled.pt"), Map.of());
/// ```
///
/// Several platform threads may call one at a time; it is closed when none does. Calls record
/// gradients as the calling thread's [GradMode] says.
public final class ScriptModule extends NativeHandle {
  private final Map<String, String> extraFiles;

  private ScriptModule(MemorySegment handle, Map<String, String> extraFiles) {
    super(handle, TocoTorch::tt_module_free);
    this.extraFiles = Map.copyOf(extraFiles);
  }

  /// Loads a module, its tensors on a device.
  ///
  /// @throws TorchException if the file is missing, no TorchScript, or needs operators that are not
  ///   registered (see [LibTorch#loadLibrary])
  public static ScriptModule load(Path path, Device device) {
    return load(path, device, List.of());
  }

  /// The same, and texts that were saved beside the code.
  ///
  /// @param extraFiles their names; [#extraFile] then has those that are there
  public static ScriptModule load(Path path, Device device, List<String> extraFiles) {
    try (var arena = Arena.ofConfined();
        var extra = new CallStack()) {
      var out = arena.allocate(ADDRESS);
      CallScratch.check(
          TocoTorch.tt_module_load(
              arena.allocateFrom(path.toString()),
              device.type(),
              device.index(),
              texts(arena, extraFiles),
              extraFiles.size(),
              extra.handle,
              out));
      var contents = new LinkedHashMap<String, String>();
      var texts = extra.results();
      for (int i = 0; i < texts.size(); i++) {
        if (texts.get(i) instanceof String text && !text.isEmpty()) {
          contents.put(extraFiles.get(i), text);
        }
      }
      return new ScriptModule(out.get(ADDRESS, 0), contents);
    }
  }

  /// A module without weights or methods.
  ///
  /// @param name of its class, such as `Encoder`; children of one class need not share a name
  public static ScriptModule create(String name) {
    try (var arena = Arena.ofConfined()) {
      var out = arena.allocate(ADDRESS);
      LibTorch.load();
      CallScratch.check(TocoTorch.tt_module_new(arena.allocateFrom(name), out));
      return new ScriptModule(out.get(ADDRESS, 0), Map.of());
    }
  }

  /// Adds a weight, which module and caller then share. Returns the module.
  ///
  /// @param name without dots; [#child] makes trees
  public ScriptModule parameter(String name, Tensor tensor) {
    return register(name, tensor, true);
  }

  /// Adds a tensor that is saved but not trained, shared likewise. Returns the module.
  public ScriptModule buffer(String name, Tensor tensor) {
    return register(name, tensor, false);
  }

  private ScriptModule register(String name, Tensor tensor, boolean parameter) {
    try (var arena = Arena.ofConfined()) {
      CallScratch.check(
          TocoTorch.tt_module_register(
              handle(), arena.allocateFrom(name), tensor.handle(), parameter ? 1 : 0));
      return this;
    }
  }

  /// Makes another module a part of this one, under a name; define its methods first. Both are
  /// closed on their own. Returns this module.
  public ScriptModule child(String name, ScriptModule child) {
    try (var arena = Arena.ofConfined()) {
      CallScratch.check(
          TocoTorch.tt_module_add_child(handle(), arena.allocateFrom(name), child.handle()));
      return this;
    }
  }

  /// Compiles methods, given as Python text, into the module. They may use its weights and
  /// children, and `torch.*`.
  ///
  /// @throws TorchException naming the place, if the text does not compile
  public ScriptModule define(String source) {
    try (var arena = Arena.ofConfined()) {
      CallScratch.check(TocoTorch.tt_module_define(handle(), arena.allocateFrom(source)));
      return this;
    }
  }

  /// Runs `forward` on a tensor.
  ///
  /// @throws TorchException if it takes other arguments, or returns anything but one tensor
  public Tensor forward(Tensor x) {
    var result = call("forward", x);
    if (result instanceof Tensor tensor) {
      return tensor;
    }
    Ops.close(Collections.singletonList(result));
    throw new TorchException(
        TorchException.Kind.TYPE, "forward does not return one tensor; use call(\"forward\", x)");
  }

  /// Runs `forward` on a tensor, where it returns a `Dict[str, Tensor]`.
  ///
  /// @return tensors by name, of the innermost scope, or else the caller's
  /// @throws TorchException if it takes other arguments, or returns anything else
  public Map<String, Tensor> forwardDict(Tensor x) {
    var named = new LinkedHashMap<String, Tensor>();
    var result = call("forward", x);
    if (result instanceof Map<?, ?> dict) {
      dict.forEach((name, value) -> {
        if (value instanceof Tensor tensor) {
          named.put(String.valueOf(name), tensor);
        }
      });
      if (named.size() == dict.size()) {
        return named;
      }
    }
    Ops.close(Collections.singletonList(result));
    throw new TorchException(
        TorchException.Kind.TYPE,
        "forward does not return a Dict[str, Tensor]; use call(\"forward\", x)");
  }

  /// Runs a method.
  ///
  /// @param arguments as for [Ops], with `Object[]` for a tuple and a map for a `Dict[str, …]`
  /// @return as of [Ops#callAll]: a tensor, number, text, list (for a tuple too), map or null
  public @Nullable Object call(String method, @Nullable Object... arguments) {
    try (var stack = new CallStack();
        var arena = Arena.ofConfined()) {
      for (var argument : arguments) {
        stack.push(argument);
      }
      CallScratch.check(
          TocoTorch.tt_module_call(handle(), arena.allocateFrom(method), stack.handle));
      return stack.result(0);
    }
  }

  /// Declarations of the module's methods, such as `forward(__torch__.Net self, Tensor x) ->
  /// Tensor`.
  public List<String> methods() {
    try (var stack = new CallStack()) {
      CallScratch.check(TocoTorch.tt_module_methods(handle(), stack.handle));
      return stack.results().stream().map(String::valueOf).toList();
    }
  }

  /// The weights of the module and its children by full name. They are the module's own: an
  /// optimizer over them trains it. The handles belong to the innermost scope, or else to the
  /// caller.
  public Map<String, Tensor> parameters() {
    return tensors(1);
  }

  /// The other tensors that are saved with the module, likewise.
  public Map<String, Tensor> buffers() {
    return tensors(0);
  }

  private Map<String, Tensor> tensors(long wanted) {
    try (var stack = new CallStack()) {
      CallScratch.check(TocoTorch.tt_module_tensors(handle(), stack.handle));
      var all = stack.results(); // name, tensor, whether a parameter
      var tensors = new LinkedHashMap<String, Tensor>();
      for (int i = 0; i < all.size(); i += 3) {
        if (all.get(i + 1) instanceof Tensor tensor) {
          if (all.get(i + 2) instanceof Long kind && kind == wanted) {
            tensors.put(String.valueOf(all.get(i)), tensor);
          } else {
            tensor.close();
          }
        }
      }
      return tensors;
    }
  }

  /// Switches layers such as dropout to training, or to evaluation. Returns the module.
  public ScriptModule train(boolean on) {
    CallScratch.check(TocoTorch.tt_module_train(handle(), on ? 1 : 0));
    return this;
  }

  /// A text that was saved beside the code and named when loading, or null.
  public @Nullable String extraFile(String name) {
    return extraFiles.get(name);
  }

  /// Writes the module, for [#load], for `torch::jit::load` in C++ and `torch.jit.load` in Python.
  ///
  /// @param extraFiles texts to keep beside the code, by name
  /// @throws TorchException if the file cannot be written
  public void save(Path path, Map<String, String> extraFiles) {
    try (var arena = Arena.ofConfined()) {
      var names = new ArrayList<>(extraFiles.keySet());
      var texts = names.stream().map(extraFiles::get).toList();
      CallScratch.check(
          TocoTorch.tt_module_save(
              handle(),
              arena.allocateFrom(path.toString()),
              texts(arena, names),
              texts(arena, texts),
              names.size()));
    }
  }

  private static MemorySegment texts(Arena arena, List<String> texts) {
    var pointers = arena.allocate(ADDRESS, Math.max(1, texts.size()));
    for (int i = 0; i < texts.size(); i++) {
      pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i)));
    }
    return pointers;
  }
}
