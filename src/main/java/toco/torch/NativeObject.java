package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// An object of a C++ class registered with `torch::class_`, or any other operator argument or
/// result that has no Java type.
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

  /// Creates an object of a registered class.
  ///
  /// @param name of the class, such as `mine::Counter`
  /// @param arguments of the constructor, of the types that [Ops] takes
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
  /// @param arguments of the types that [Ops] takes
  /// @return the result, of a type that [Ops#callAll] returns
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
