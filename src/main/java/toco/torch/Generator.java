package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import toco.torch.ffi.TocoTorch;

/// A random number generator of one's own, which neither disturbs nor depends on the process's
/// ([Rng]). Where no method takes one, operators by name do: `Ops.call("aten::bernoulli", p,
/// generator)`.
public final class Generator extends NativeHandle {
  private final Device device;

  private Generator(MemorySegment handle, Device device) {
    super(handle, TocoTorch::tt_generator_free);
    this.device = device;
  }

  /// A generator for tensors of a device, seeded.
  public static Generator seeded(Device device, long seed) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_generator_new(device.type(), device.index(), seed, scratch.out));
    return new Generator(scratch.out.get(ADDRESS, 0), device);
  }

  /// Uniform in [0, 1), float32.
  public Tensor rand(long... sizes) {
    return Ops.call("aten::rand.generator", sizes, this, DType.FLOAT32, null, device, false);
  }

  /// Normal with mean 0 and deviation 1, float32.
  public Tensor randn(long... sizes) {
    return Ops.call("aten::randn.generator", sizes, this, DType.FLOAT32, null, device, false);
  }

  /// Integers low…high − 1, int64.
  public Tensor randint(long low, long high, long... sizes) {
    return Ops.call(
        "aten::randint.low_generator", low, high, sizes, this, DType.INT64, null, device, false);
  }

  /// The numbers 0…n − 1 in random order, int64 \[n].
  public Tensor randperm(long n) {
    return Ops.call("aten::randperm.generator", n, this, DType.INT64, null, device, false);
  }

  /// The whole state: 1-D uint8, on the CPU; the innermost scope, or else the caller, owns it.
  public Tensor state() {
    return CallScratch.result(TocoTorch.tt_generator_state(handle(), CallScratch.out()));
  }

  /// Puts back a state that [#state] gave.
  public void setState(Tensor state) {
    CallScratch.check(TocoTorch.tt_generator_set_state(handle(), state.handle()));
  }
}
