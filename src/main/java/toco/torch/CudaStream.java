package toco.torch;

import toco.torch.ffi.TocoTorch;

/// A queue of work on a GPU. Work of one stream runs in order; that of two may overlap, and waits
/// for the other's results only by a [CudaEvent].
///
/// ```java
/// var copies = CudaStream.create(Device.CUDA, false);
/// try (var _ = copies.use()) {
///   batch = host.to(Device.CUDA);          // queued on this stream, by this thread
/// }
/// ```
///
/// @param device its GPU
/// @param id LibTorch's number for it
public record CudaStream(Device device, long id) {
  /// A stream of LibTorch's pool, which is never freed; after 32, pool streams come again.
  ///
  /// @throws TorchException of kind CUDA if LibTorch sees no GPU
  public static CudaStream create(Device device, boolean highPriority) {
    int index = Cuda.index(device);
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_stream_new(index, highPriority ? 1 : 0, scratch.out));
    return new CudaStream(device, scratch.outLong());
  }

  /// The stream that the calling thread's work goes to.
  ///
  /// @throws TorchException of kind CUDA if LibTorch sees no GPU
  public static CudaStream current(Device device) {
    int index = Cuda.index(device);
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_stream_current(index, scratch.out));
    return new CudaStream(device, scratch.outLong());
  }

  /// Sends the calling thread's work here, until closed on the same thread.
  public Use use() {
    var previous = current(device);
    CallScratch.check(TocoTorch.tt_stream_use(device.index(), id));
    return new Use(previous);
  }

  /// While it is open, a thread's work goes to another stream.
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

  /// Waits until all work queued here is done.
  public void synchronize() {
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_stream_synchronize(device.index(), id));
  }
}
