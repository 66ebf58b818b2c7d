package toco.torch;

import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;
import static toco.torch.ffi.TocoTorch.tt_contiguous;
import static toco.torch.ffi.TocoTorch.tt_full_like;
import static toco.torch.ffi.TocoTorch.tt_to_device;
import static toco.torch.ffi.TocoTorch.tt_to_dtype;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/// Conversions of dtype, device and memory layout, and constant tensors like this one.
sealed interface ConversionOps permits Tensor {

  MemorySegment handle();

  /// The elements converted to `dtype`; shares this tensor's memory if it already has that dtype.
  default Tensor to(DType dtype) {
    return result(tt_to_dtype(handle(), dtype.code, out()));
  }

  /// The elements on `device`; shares this tensor's memory if it is already there.
  default Tensor to(Device device) {
    return to(device, false);
  }

  /// The elements on `device`; shares this tensor's memory if it is already there.
  ///
  /// @param nonBlocking lets a copy from pinned memory run asynchronously
  default Tensor to(Device device, boolean nonBlocking) {
    return result(
        tt_to_device(handle(), device.type(), device.index(), nonBlocking ? 1 : 0, out()));
  }

  /// The elements in row-major order without gaps; shares this tensor's memory if they already are.
  /// Conjugates are computed.
  default Tensor contiguous() {
    return result(tt_contiguous(handle(), out()));
  }

  /// The elements in this order without gaps, such as channels last; shares this tensor's memory if
  /// they already are.
  default Tensor contiguous(MemoryFormat format) {
    return Ops.call("aten::contiguous", new Object[] {this}, Map.of("memory_format", format));
  }

  /// A tensor filled with `value`, of this tensor's shape, dtype and device.
  default Tensor fullLike(double value) {
    return result(tt_full_like(handle(), value, out()));
  }

  /// Zeros of this tensor's shape, dtype and device.
  default Tensor zerosLike() {
    return fullLike(0);
  }
}
