package toco.cam;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The class of the largest logit at each pixel, over logits that are given in blocks of classes.
/// Of equal logits the first counts, as for `argmax`. Its tensors belong to the scope in which it
/// is used.
final class LargestLogits {
  private @Nullable Tensor values; // float [B, H, W]
  private @Nullable Tensor labels; // uint8 [B, H, W]

  /// @param first the first class of the block
  /// @param logits [B, c, H, W]; closed
  void add(int first, Tensor logits) {
    try (var scope = TensorScope.open();
        logits) {
      if (values == null || labels == null) {
        var block = logits.max(1);
        values = scope.keep(block.values());
        labels = scope.keep(block.indices().add(first).to(DType.UINT8));
        return;
      }
      try (var oldValues = values;
          var oldLabels = labels) {
        if (logits.size(1) == 1) { // without int64 indices, which take twice the logits' memory
          var block = logits.select(1, 0);
          labels = scope.keep(oldLabels.maskedFill(block.gt(oldValues), first));
          values = scope.keep(oldValues.maximum(block));
        } else {
          var block = logits.max(1);
          var blockLabels = block.indices().add(first).to(DType.UINT8);
          labels = scope.keep(blockLabels.where(block.values().gt(oldValues), oldLabels));
          values = scope.keep(oldValues.maximum(block.values()));
        }
      }
    }
  }

  Tensor labels() {
    return Objects.requireNonNull(labels);
  }
}
