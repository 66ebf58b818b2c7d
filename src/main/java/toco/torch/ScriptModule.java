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

/// A TorchScript module: code and weights in one file, saved by Python, C++ or Java.
///
/// ```java
/// try (var module = ScriptModule.load(Path.of("net.pt"), Device.CPU)) {
///   var y = module.forward(x);                                   // one tensor in, one tensor out
///   var parts = (Map<?, ?>) module.call("forward", x, 0.5);      // other arguments or results
/// }
/// ```
///
/// A module can also be built from source text, which keeps sizes dynamic, unlike a trace:
///
/// ```java
/// var scaled = ScriptModule.create("Scaled").parameter("w", w);
/// scaled.define("def forward(self, x: Tensor) -> Tensor:\n    return self.w * x\n");
/// scaled.save(Path.of("scaled.pt"), Map.of());
/// ```
///
/// Several platform threads may call one module; none may be calling it when it is closed. Calls
/// record gradients according to the calling thread's [GradMode].
public final class ScriptModule extends NativeHandle {
  private final Map<String, String> extraFiles;

  private ScriptModule(MemorySegment handle, Map<String, String> extraFiles) {
    super(handle, ScriptModule::free);
    this.extraFiles = Map.copyOf(extraFiles);
  }

  /// A module may be nested as deeply as its source.
  private static void free(MemorySegment handle) {
    var _ =
        ScriptCompiler.run(() -> {
          TocoTorch.tt_module_free(handle);
          return true;
        });
  }

  /// Loads a module, with its tensors on `device`.
  ///
  /// @throws TorchException if the file is missing, is not TorchScript, or needs operators that are
  ///   not registered (see [LibTorch#loadLibrary])
  public static ScriptModule load(Path path, Device device) {
    return load(path, device, List.of());
  }

  /// Loads a module and text files that were saved with it.
  ///
  /// @param extraFiles names of the texts to read; [#extraFile] returns those that exist
  public static ScriptModule load(Path path, Device device, List<String> extraFiles) {
    ScriptCompiler.check(path);
    return ScriptCompiler.run(() -> read(path, device, extraFiles));
  }

  private static ScriptModule read(Path path, Device device, List<String> extraFiles) {
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

  /// An empty module, without weights or methods.
  ///
  /// @param name of its class, such as `Encoder`
  public static ScriptModule create(String name) {
    try (var arena = Arena.ofConfined()) {
      var out = arena.allocate(ADDRESS);
      LibTorch.load();
      CallScratch.check(TocoTorch.tt_module_new(arena.allocateFrom(name), out));
      return new ScriptModule(out.get(ADDRESS, 0), Map.of());
    }
  }

  /// Adds a parameter, whose memory is shared with the caller's tensor. Returns this module.
  ///
  /// @param name without dots; use [#child] for nested names
  public ScriptModule parameter(String name, Tensor tensor) {
    return register(name, tensor, true);
  }

  /// Adds a buffer: a tensor that is saved but not trained, also shared. Returns this module.
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

  /// Adds another module as a submodule, whose methods must be defined before. Both are closed
  /// separately. Returns this module.
  public ScriptModule child(String name, ScriptModule child) {
    try (var arena = Arena.ofConfined()) {
      CallScratch.check(
          TocoTorch.tt_module_add_child(handle(), arena.allocateFrom(name), child.handle()));
      return this;
    }
  }

  /// Compiles methods from TorchScript source into the module. They may use its parameters, buffers
  /// and submodules, and `torch.*`. Returns this module.
  ///
  /// @throws TorchException with the position of the error, if the source does not compile; or if
  ///   it is nested too deeply for LibTorch
  public ScriptModule define(String source) {
    ScriptNesting.check(source);
    return ScriptCompiler.run(() -> {
      try (var arena = Arena.ofConfined()) {
        CallScratch.check(TocoTorch.tt_module_define(handle(), arena.allocateFrom(source)));
        return this;
      }
    });
  }

  /// Runs `forward` on a tensor.
  ///
  /// @throws TorchException if it takes other arguments, or does not return one tensor
  public Tensor forward(Tensor x) {
    var result = call("forward", x);
    if (result instanceof Tensor tensor) {
      return tensor;
    }
    Ops.close(Collections.singletonList(result));
    throw new TorchException(
        TorchException.Kind.TYPE, "forward does not return one tensor; use call(\"forward\", x)");
  }

  /// Runs a `forward` that returns a `Dict[str, Tensor]`.
  ///
  /// @return tensors by name, owned by the innermost scope or else the caller
  /// @throws TorchException if it takes other arguments, or returns another type
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
  /// @param arguments of the types that [Ops] takes
  /// @return the result, of a type that [Ops#callAll] returns
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

  /// The schemas of the module's methods, such as `forward(__torch__.Net self, Tensor x) ->
  /// Tensor`.
  public List<String> methods() {
    try (var stack = new CallStack()) {
      CallScratch.check(TocoTorch.tt_module_methods(handle(), stack.handle));
      return stack.results().stream().map(String::valueOf).toList();
    }
  }

  /// The parameters of the module and its submodules by full name, sharing the module's memory: an
  /// optimizer over them trains the module. The handles are owned by the innermost scope or else
  /// the caller.
  public Map<String, Tensor> parameters() {
    return tensors(1);
  }

  /// The buffers of the module and its submodules, shared and owned as [#parameters].
  public Map<String, Tensor> buffers() {
    return tensors(0);
  }

  private Map<String, Tensor> tensors(long wantedKind) {
    try (var stack = new CallStack()) {
      CallScratch.check(TocoTorch.tt_module_tensors(handle(), stack.handle));
      var all = stack.results(); // name, tensor, 1 for a parameter or 0 for a buffer
      var tensors = new LinkedHashMap<String, Tensor>();
      for (int i = 0; i < all.size(); i += 3) {
        if (all.get(i + 1) instanceof Tensor tensor) {
          if (all.get(i + 2) instanceof Long kind && kind == wantedKind) {
            tensors.put(String.valueOf(all.get(i)), tensor);
          } else {
            tensor.close();
          }
        }
      }
      return tensors;
    }
  }

  /// Switches the module to training or evaluation mode. Returns this module.
  public ScriptModule train(boolean on) {
    CallScratch.check(TocoTorch.tt_module_train(handle(), on ? 1 : 0));
    return this;
  }

  /// A text that was saved with the module and requested in [#load], or null.
  public @Nullable String extraFile(String name) {
    return extraFiles.get(name);
  }

  /// Saves the module, for [#load], `torch::jit::load` in C++ and `torch.jit.load` in Python.
  ///
  /// @param extraFiles texts to save with the module, by name
  /// @throws TorchException of kind IO if the file cannot be written
  public void save(Path path, Map<String, String> extraFiles) {
    var _ =
        ScriptCompiler.run(() -> {
          write(path, extraFiles);
          return true;
        });
  }

  private void write(Path path, Map<String, String> extraFiles) {
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
