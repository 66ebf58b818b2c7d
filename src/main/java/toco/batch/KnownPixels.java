package toco.batch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.data.WeakLabels;
import toco.image.ImageBox;
import toco.image.LabelMap;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The memory of what is known of a batch's pixels, filled sample by sample. Several workers may
/// fill different samples at once.
final class KnownPixels implements AutoCloseable {
  private final @Nullable Tensor hints; // uint8 [B, H, W] on the training device; null: none
  private final List<Map<Integer, List<ImageBox>>> limits;

  KnownPixels(Device device, int batchSize, int sizePx, WeakLabels weak) {
    hints =
        weak.hasHints()
            ? TensorScope.release(
                Tensor.full(LabelMap.IGNORE, DType.UINT8, device, batchSize, sizePx, sizePx))
            : null;
    limits = new ArrayList<>(Collections.nCopies(batchSize, Map.of()));
  }

  /// Sets the hints of a sample. For other devices than the CPU they are copied from pinned memory:
  /// a copy from other memory of this size waits for the device.
  ///
  /// @param labels uint8 [H, W]
  void setHints(int position, MemorySegment labels) {
    if (hints == null) {
      return;
    }
    try (var _ = TensorScope.open()) {
      var ofSample = hints.select(0, position);
      if (hints.device().isCpu()) {
        ofSample.segment().copyFrom(labels);
      } else {
        var size = ofSample.shape().sizes();
        var pinned = Tensor.emptyPinned(DType.UINT8, size); // reused once the copy is done
        pinned.segment().copyFrom(labels);
        var _ = ofSample.copy_(pinned, true);
      }
    }
  }

  /// Sets the boxes of a sample.
  void setLimits(int position, Map<Integer, List<ImageBox>> boxes) {
    limits.set(position, boxes);
  }

  /// What is known, on the training device.
  PixelLabels labels() {
    return new PixelLabels(hints, limits);
  }

  @Override
  public void close() {
    if (hints != null) {
      hints.close();
    }
  }
}
