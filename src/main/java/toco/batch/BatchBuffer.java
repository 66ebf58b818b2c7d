package toco.batch;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import toco.data.EpochSampler;
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
  private final List<Augmentation.Views> places = new ArrayList<>();
  private final float[][] multiHot;
  private final ImageBox[] boxes;
  private final Integer[] samples;

  BatchBuffer(Device device, int batchSize, int cropSizePx, int numClasses) {
    try (var _ = TensorScope.open()) {
      view1 = images(device, batchSize, cropSizePx);
      view2 = images(device, batchSize, cropSizePx);
      localView = images(device, batchSize, cropSizePx);
      labels = owned(Tensor.full(0, DType.FLOAT32, device, batchSize, numClasses));
      hostLabels = owned(Tensor.zeros(batchSize, numClasses));
      hostLabelValues = hostLabels.segment();
      for (int i = 0; i < batchSize; i++) {
        places.add(
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

  /// Set, not merely reserved: the first write to fresh memory is slow, and training should not
  /// wait for it.
  private static Tensor images(Device device, int batchSize, int sizePx) {
    return owned(Tensor.full(0, DType.FLOAT32, device, batchSize, 3, sizePx, sizePx));
  }

  private static Tensor owned(Tensor tensor) {
    return TensorScope.release(tensor);
  }

  /// Where the views of one of the batch's samples go.
  Augmentation.Views views(int position) {
    return places.get(position);
  }

  /// Notes what a sample is.
  void set(int position, int sample, ImageBox box, float[] labelsOfSample) {
    samples[position] = sample;
    boxes[position] = box;
    multiHot[position] = labelsOfSample;
    int classes = labelsOfSample.length;
    MemorySegment.copy(
        labelsOfSample, 0, hostLabelValues, JAVA_FLOAT, 4L * classes * position, classes);
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
        drawn.firstPlace());
  }

  @Override
  public void close() {
    for (var place : places) {
      place.view1().close();
      place.view2().close();
      place.localView().close();
    }
    for (var tensor : List.of(view1, view2, localView, labels, hostLabels)) {
      tensor.close();
    }
  }
}
