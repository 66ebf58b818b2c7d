package toco.torch;

import toco.torch.ffi.TocoTorch;

/// A CUDA stream: a queue of work on a GPU. Work on one stream runs in order; work on two streams
/// may overlap, unless one waits for a [CudaEvent] of the other.
///
/// ```java
/// var copies = CudaStream.create(Device.CUDA, false);
/// try (var _ = copies.use()) {
///   batch = host.to(Device.CUDA);          // queued on this stream
/// }
/// ```
///
/// @param device the GPU
/// @param id LibTorch's stream number
public record CudaStream(Device device, long id) {
  /// A stream from LibTorch's pool, which is never freed; after 32, the pool's streams are reused.
  ///
  /// @throws TorchException of kind CUDA if LibTorch sees no GPU
  public static CudaStream create(Device device, boolean highPriority) {
    int index = Cuda.index(device);
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_stream_new(index, highPriority ? 1 : 0, scratch.out));
    return new CudaStream(device, scratch.outLong());
  }

  /// The calling thread's current stream.
  ///
  /// @throws TorchException of kind CUDA if LibTorch sees no GPU
  public static CudaStream current(Device device) {
    int index = Cuda.index(device);
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_stream_current(index, scratch.out));
    return new CudaStream(device, scratch.outLong());
  }

  /// Makes this the calling thread's current stream, until closed on the same thread.
  public Use use() {
    var previous = current(device);
    CallScratch.check(TocoTorch.tt_stream_use(device.index(), id));
    return new Use(previous);
  }

  /// Restores the previous stream when closed.
  public static final class Use implements AutoCloseable {
    private final CudaStream previous;

    private Use(CudaStream previous) {
      this.previous = previous;
    }

    @Override
    public void close() {
      CallScratch.check(TocoTorch.tt_stream_use(previous.device.index(), previous.id));
    }
  }

  /// Waits until all work queued on this stream is done.
  public void synchronize() {
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_stream_synchronize(device.index(), id));
  }
}
