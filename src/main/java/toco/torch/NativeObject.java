package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// An object of a C++ class that a library registered with `torch::class_`, or any other value that
/// operators return and take and Java has no type for.
///
/// ```java
/// LibTorch.loadLibrary(Path.of("libmine.so"));
/// try (var counter = NativeObject.create("mine::Counter", 3)) {
///   long count = (Long) counter.call("increment");
///   var shifted = Ops.call("mine::shift", x, counter);
/// }
/// ```
public final class NativeObject extends NativeHandle {
  NativeObject(MemorySegment handle) {
    super(handle, TocoTorch::tt_object_free);
  }

  /// Calls a class's constructor.
  ///
  /// @param name such as `mine::Counter`
  /// @param arguments as for [Ops]
  /// @throws TorchException of kind NOT_IMPLEMENTED if there is no such class
  public static NativeObject create(String name, @Nullable Object... arguments) {
    try (var stack = new CallStack();
        var arena = Arena.ofConfined()) {
      for (var argument : arguments) {
        stack.push(argument);
      }
      var out = arena.allocate(ADDRESS);
      CallScratch.check(TocoTorch.tt_object_new(arena.allocateFrom(name), stack.handle, out));
      return new NativeObject(out.get(ADDRESS, 0));
    }
  }

  /// Calls a method.
  ///
  /// @param arguments as for [Ops]
  /// @return as of [Ops#callAll]
  /// @throws TorchException if there is no such method, or it fails
  public @Nullable Object call(String method, @Nullable Object... arguments) {
    try (var stack = new CallStack();
        var arena = Arena.ofConfined()) {
      for (var argument : arguments) {
        stack.push(argument);
      }
      CallScratch.check(
          TocoTorch.tt_object_call(handle(), arena.allocateFrom(method), stack.handle));
      return stack.result(0);
    }
  }
}
