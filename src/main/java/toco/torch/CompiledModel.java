package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import toco.torch.ffi.TocoTorch;

/// A model compiled by Python's AOTInductor (`aoti_compile_and_package`), run by LibTorch's loader
/// without Python and without gradients.
///
/// A package runs only on the kind of processor and the version of LibTorch that it was compiled
/// for.
public final class CompiledModel extends NativeHandle {
  private CompiledModel(MemorySegment handle) {
    super(handle, TocoTorch::tt_package_free);
  }

  /// Loads a package, a `.pt2` file.
  ///
  /// @throws TorchException if it cannot be loaded; of kind NOT_IMPLEMENTED if this LibTorch cannot
  ///   run packages
  public static CompiledModel load(Path path) {
    LibTorch.load();
    try (var arena = Arena.ofConfined()) {
      var out = arena.allocate(ADDRESS);
      CallScratch.check(TocoTorch.tt_package_load(arena.allocateFrom(path.toString()), out));
      return new CompiledModel(out.get(ADDRESS, 0));
    }
  }

  /// Runs the model.
  ///
  /// @param inputs in the order in which the model was exported
  /// @return its outputs in order, owned by the innermost scope or else the caller
  public List<Tensor> run(List<Tensor> inputs) {
    try (var results = new CallStack()) {
      CallScratch.check(
          TocoTorch.tt_package_run(
              handle(), CallScratch.handles(inputs), inputs.size(), results.handle));
      return results.result(0) instanceof List<?> outputs
          ? outputs.stream().map(Tensor.class::cast).toList()
          : List.of();
    }
  }
}
