package toco.batch;

import java.util.List;
import toco.image.ImageBox;
import toco.torch.Tensor;

/// The inputs of one micro-batch, on the training device. The creator of a batch owns its tensors:
/// those of a [BatchRing] are valid until its next batch is taken.
///
/// @param view1 the augmented crops, which the network segments, float32 [B, 3, H, W] normalised
/// @param view2 the second global view, from the whole image [B, 3, H, W]
/// @param localView the image that local crops are cut from, aligned with `view1` up to a flip [B,
///   3, H, W]
/// @param labels float32 [B, K] multi-hot
/// @param multiHot the same labels on the host: \[K] per sample
/// @param boxes the box of the image within the padded crop, one per sample
/// @param samples indices in the data set, one per sample
/// @param step the training step that it belongs to, from 0
/// @param firstPosition position of its first sample in the step's whole batch, that of all
///   processes and micro-batches
/// @param pixels what is known of single pixels of `view1`
public record Batch(
    Tensor view1,
    Tensor view2,
    Tensor localView,
    Tensor labels,
    List<float[]> multiHot,
    List<ImageBox> boxes,
    List<Integer> samples,
    long step,
    int firstPosition,
    PixelLabels pixels) {

  /// A batch of which only the labels of the images are known.
  public Batch(
      Tensor view1,
      Tensor view2,
      Tensor localView,
      Tensor labels,
      List<float[]> multiHot,
      List<ImageBox> boxes,
      List<Integer> samples,
      long step,
      int firstPosition) {
    this(
        view1,
        view2,
        localView,
        labels,
        multiHot,
        boxes,
        samples,
        step,
        firstPosition,
        PixelLabels.NONE);
  }

  /// The same with what is known of single pixels.
  public Batch withPixels(PixelLabels known) {
    return new Batch(
        view1, view2, localView, labels, multiHot, boxes, samples, step, firstPosition, known);
  }

  /// The same inputs as those of another step.
  public Batch atStep(long other) {
    return new Batch(
        view1, view2, localView, labels, multiHot, boxes, samples, other, firstPosition, pixels);
  }

  public int size() {
    return boxes.size();
  }
}
