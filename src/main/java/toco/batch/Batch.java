package toco.batch;

import java.util.List;
import toco.image.ImageBox;
import toco.torch.Tensor;

/// The inputs of one training step, on its device. Whoever made the batch owns its tensors: those
/// of a [BatchRing] hold until its next batch is taken.
///
/// @param view1 the augmented crops, which the network segments, float32 [B, 3, H, W] normalised
/// @param view2 the second global view, from the whole image [B, 3, H, W]
/// @param localView the image that local crops are cut from, aligned with `view1` up to a flip [B,
///   3, H, W]
/// @param labels float32 [B, K] multi-hot
/// @param multiHot the labels once more, on the host: \[K] an image
/// @param boxes where the picture lies in the padded crop, one a sample
/// @param samples positions in the data set, one a sample
/// @param step the training step that it belongs to, from 0
/// @param firstPosition position of its first sample in the step's whole batch, that of all
///   processes and micro-batches
public record Batch(
    Tensor view1,
    Tensor view2,
    Tensor localView,
    Tensor labels,
    List<float[]> multiHot,
    List<ImageBox> boxes,
    List<Integer> samples,
    long step,
    int firstPosition) {

  /// The same inputs as those of another step.
  public Batch atStep(long other) {
    return new Batch(
        view1, view2, localView, labels, multiHot, boxes, samples, other, firstPosition);
  }

  public int size() {
    return boxes.size();
  }
}
