package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import toco.torch.ffi.TocoTorch;

/// Inference mode for the calling thread, until closed, as `torch.inference_mode`: no gradients,
/// and no tracking of views and in-place changes. A little faster than [GradMode#noGrad], but
/// tensors created in it can never take part in autograd.
///
/// ```java
/// try (var _ = InferenceMode.enter()) { … }
/// ```
public final class InferenceMode extends ThreadMode {
  private final MemorySegment handle;

  private InferenceMode() {
    var out = CallScratch.out();
    CallScratch.check(TocoTorch.tt_inference_enter(out));
    handle = out.get(ADDRESS, 0);
    opened();
  }

  /// Turns inference mode on until closed; can be nested.
  public static InferenceMode enter() {
    return new InferenceMode();
  }

  @Override
  void restore() {
    TocoTorch.tt_inference_leave(handle);
  }
}
