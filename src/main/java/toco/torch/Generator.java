package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import toco.torch.ffi.TocoTorch;

/// A separate random number generator, independent of the process-wide one ([Rng]), as
/// `torch.Generator`. Any operator that takes a generator can be called by name:
/// `Ops.call("aten::bernoulli", p, generator)`.
public final class Generator extends NativeHandle {
  private final Device device;

  private Generator(MemorySegment handle, Device device) {
    super(handle, TocoTorch::tt_generator_free);
    this.device = device;
  }

  /// A seeded generator for tensors on `device`.
  public static Generator seeded(Device device, long seed) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_generator_new(device.type(), device.index(), seed, scratch.out));
    return new Generator(scratch.out.get(ADDRESS, 0), device);
  }

  /// Uniform random numbers in [0, 1): float32.
  public Tensor rand(long... sizes) {
    return Ops.call("aten::rand.generator", sizes, this, DType.FLOAT32, null, device, false);
  }

  /// Standard normal random numbers: float32.
  public Tensor randn(long... sizes) {
    return Ops.call("aten::randn.generator", sizes, this, DType.FLOAT32, null, device, false);
  }

  /// Uniform random integers in [low, high): int64.
  public Tensor randint(long low, long high, long... sizes) {
    return Ops.call(
        "aten::randint.low_generator", low, high, sizes, this, DType.INT64, null, device, false);
  }

  /// A random permutation of 0…n − 1: int64 \[n].
  public Tensor randperm(long n) {
    return Ops.call("aten::randperm.generator", n, this, DType.INT64, null, device, false);
  }

  /// The generator's state: uint8, 1-D, on the CPU; owned by the innermost scope or else the
  /// caller.
  public Tensor state() {
    return CallScratch.result(TocoTorch.tt_generator_state(handle(), CallScratch.out()));
  }

  /// Restores a state returned by [#state].
  public void setState(Tensor state) {
    CallScratch.check(TocoTorch.tt_generator_set_state(handle(), state.handle()));
  }
}
