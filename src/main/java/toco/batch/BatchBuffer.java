package toco.batch;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.data.EpochSampler;
import toco.data.WeakLabels;
import toco.image.ImageBox;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// One reusable slot of a [BatchRing]: the memory of a batch on the training device, filled sample
/// by sample. Several workers may fill different samples at once.
final class BatchBuffer implements AutoCloseable {
  private final Tensor view1; // [B, 3, H, W]
  private final Tensor view2;
  private final Tensor localView;
  private final Tensor labels; // [B, K]
  private final Tensor hostLabels;
  private final MemorySegment hostLabelValues;
  private final List<Augmentation.Views> views = new ArrayList<>();
  private final float[][] multiHot;
  private final ImageBox[] boxes;
  private final Integer[] samples;
  private final @Nullable KnownPixels pixels; // null: the run has neither hints nor boxes

  /// @param weak the hints and boxes of the run
  BatchBuffer(Device device, int batchSize, int cropSizePx, int numClasses, WeakLabels weak) {
    pixels = weak.isEmpty() ? null : new KnownPixels(device, batchSize, cropSizePx, weak);
    try (var _ = TensorScope.open()) {
      view1 = images(device, batchSize, cropSizePx);
      view2 = images(device, batchSize, cropSizePx);
      localView = images(device, batchSize, cropSizePx);
      labels = owned(Tensor.full(0, DType.FLOAT32, device, batchSize, numClasses));
      hostLabels = owned(Tensor.zeros(batchSize, numClasses));
      hostLabelValues = hostLabels.segment();
      for (int i = 0; i < batchSize; i++) {
        views.add(
            new Augmentation.Views(
                owned(view1.select(0, i)),
                owned(view2.select(0, i)),
                owned(localView.select(0, i))));
      }
    }
    multiHot = new float[batchSize][numClasses];
    boxes = new ImageBox[batchSize];
    Arrays.fill(boxes, ImageBox.full(cropSizePx, cropSizePx));
    samples = new Integer[batchSize];
    Arrays.fill(samples, 0);
  }

  /// Filled, because the first write to newly allocated memory is slow and should not delay
  /// training.
  private static Tensor images(Device device, int batchSize, int sizePx) {
    return owned(Tensor.full(0, DType.FLOAT32, device, batchSize, 3, sizePx, sizePx));
  }

  private static Tensor owned(Tensor tensor) {
    return TensorScope.release(tensor);
  }

  /// The output tensors of one of the batch's samples.
  Augmentation.Views views(int position) {
    return views.get(position);
  }

  /// Sets the index, box and labels of a sample.
  void set(int position, int sample, ImageBox box, float[] labelsOfSample) {
    samples[position] = sample;
    boxes[position] = box;
    multiHot[position] = labelsOfSample;
    int classes = labelsOfSample.length;
    MemorySegment.copy(
        labelsOfSample, 0, hostLabelValues, JAVA_FLOAT, 4L * classes * position, classes);
  }

  /// What is known of a sample's pixels, to be filled; null if the run has neither hints nor boxes.
  @Nullable KnownPixels pixels() {
    return pixels;
  }

  /// The filled slot as the trainer sees it.
  ///
  /// @param drawn which batch of the run it is
  Batch batch(EpochSampler.Batch drawn) {
    labels.copy_(hostLabels, true);
    return new Batch(
        view1,
        view2,
        localView,
        labels,
        List.of(multiHot),
        List.of(boxes),
        List.of(samples),
        drawn.step(),
        drawn.firstPosition(),
        pixels == null ? PixelLabels.NONE : pixels.labels());
  }

  @Override
  public void close() {
    for (var ofSample : views) {
      ofSample.view1().close();
      ofSample.view2().close();
      ofSample.localView().close();
    }
    for (var tensor : List.of(view1, view2, localView, labels, hostLabels)) {
      tensor.close();
    }
    if (pixels != null) {
      pixels.close();
    }
  }
}
