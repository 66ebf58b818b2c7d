package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// A model that Python's AOTInductor compiled (`aoti_compile_and_package`), run through LibTorch's
/// own loader. No Python is needed, and no gradients flow.
///
/// Packages fit the kind of processor and the version of LibTorch that they were compiled for.
public final class CompiledModel implements AutoCloseable {
  private @Nullable MemorySegment handle;

  private CompiledModel(MemorySegment handle) {
    this.handle = handle;
  }

  /// Loads a package, a `.pt2` file.
  ///
  /// @throws TorchException if it cannot be loaded; of kind NOT_IMPLEMENTED where this LibTorch runs
  ///   no packages
  public static CompiledModel load(Path path) {
    LibTorch.load();
    try (var arena = Arena.ofConfined()) {
      var out = arena.allocate(ADDRESS);
      Frame.check(TocoTorch.tt_package_load(arena.allocateFrom(path.toString()), out));
      return new CompiledModel(out.get(ADDRESS, 0));
    }
  }

  /// Runs the model.
  ///
  /// @param inputs as the model was exported with
  /// @return its outputs in order, of the innermost scope, or else the caller's
  public List<Tensor> run(List<Tensor> inputs) {
    var open = handle;
    if (open == null) {
      throw new IllegalStateException("this CompiledModel is closed");
    }
    try (var results = new CallStack()) {
      Frame.check(
          TocoTorch.tt_package_run(open, Frame.handles(inputs), inputs.size(), results.handle));
      return results.result(0) instanceof List<?> outputs
          ? outputs.stream().map(Tensor.class::cast).toList()
          : List.of();
    }
  }

  /// Frees the model; closing twice does nothing.
  @Override
  public void close() {
    var open = handle;
    handle = null;
    if (open != null) {
      TocoTorch.tt_package_free(open);
    }
  }
}
