package toco.batch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

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
  private final @Nullable Tensor hostHints; // uint8 [B, H, W]; null: the run has none
  private final @Nullable Tensor hints; // the same on the training device
  private final List<Map<Integer, List<ImageBox>>> limits;

  KnownPixels(Device device, int batchSize, int sizePx, WeakLabels weak) {
    hostHints = weak.hasHints() ? unknown(Device.CPU, batchSize, sizePx) : null;
    hints = hostHints == null || device.isCpu() ? hostHints : unknown(device, batchSize, sizePx);
    limits = new ArrayList<>(Collections.nCopies(batchSize, Map.of()));
  }

  private static Tensor unknown(Device device, int batchSize, int sizePx) {
    return TensorScope.release(
        Tensor.full(LabelMap.IGNORE, DType.UINT8, device, batchSize, sizePx, sizePx));
  }

  /// Sets the hints of a sample.
  ///
  /// @param labels uint8 [H, W]
  void setHints(int position, MemorySegment labels) {
    if (hostHints != null) {
      long bytes = labels.byteSize();
      MemorySegment.copy(
          labels, JAVA_BYTE, 0, hostHints.segment(), JAVA_BYTE, position * bytes, bytes);
    }
  }

  /// Sets the boxes of a sample.
  void setLimits(int position, Map<Integer, List<ImageBox>> boxes) {
    limits.set(position, boxes);
  }

  /// What is known, on the training device.
  PixelLabels labels() {
    if (hostHints != null && hints != null && hints != hostHints) {
      hints.copy_(hostHints, true);
    }
    return new PixelLabels(hints, limits);
  }

  @Override
  public void close() {
    if (hostHints != null) {
      hostHints.close();
    }
    if (hints != null && hints != hostHints) {
      hints.close();
    }
  }
}
