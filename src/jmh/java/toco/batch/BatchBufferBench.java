package toco.batch;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import toco.Bench;
import toco.data.EpochSampler;
import toco.data.WeakLabels;
import toco.image.ImageBox;
import toco.torch.Device;

/// What becomes of a filled slot, pixels apart: `bin/toco bench loader` has those.
public class BatchBufferBench extends Bench {
  private static final EpochSampler.Batch DRAWN = new EpochSampler.Batch(0, 0, 0, 0, new int[0]);

  private static final int BATCH_SIZE = 4;
  private static final int CROP_SIZE_PX = 16;
  private static final int CLASSES = 20;

  private final ImageBox box = ImageBox.full(CROP_SIZE_PX, CROP_SIZE_PX);
  private final float[] multiHot = new float[CLASSES];
  private BatchBuffer buffer;

  @Setup
  public void open() {
    buffer = new BatchBuffer(Device.CPU, BATCH_SIZE, CROP_SIZE_PX, CLASSES, WeakLabels.NONE);
  }

  @TearDown
  public void close() {
    buffer.close();
  }

  /// Notes a batch's samples and hands it over: guards that the trainer's thread does nothing for a
  /// batch that grows with its pixels.
  @Benchmark
  public Batch noteSamplesAndHandOver() {
    for (int i = 0; i < BATCH_SIZE; i++) {
      buffer.set(i, i, box, multiHot);
    }
    return buffer.batch(DRAWN);
  }
}
