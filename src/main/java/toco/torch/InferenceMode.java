package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import toco.torch.ffi.TocoTorch;

/// Inference mode of the calling thread, until closed: no gradients, and no bookkeeping for views
/// and in-place changes either. A little faster than [GradMode#noGrad]; tensors made in it can
/// never take part in autograd.
///
/// `try (var _ = InferenceMode.enter()) { … }`
public final class InferenceMode extends ThreadMode {
  private final MemorySegment handle;

  private InferenceMode() {
    var out = CallScratch.out();
    CallScratch.check(TocoTorch.tt_inference_enter(out));
    handle = out.get(ADDRESS, 0);
    opened();
  }

  /// Enters it; nests.
  public static InferenceMode enter() {
    return new InferenceMode();
  }

  @Override
  void restore() {
    TocoTorch.tt_inference_leave(handle);
  }
}
