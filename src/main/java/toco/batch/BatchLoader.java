package toco.batch;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import toco.data.Dataset;
import toco.data.EpochSampler;
import toco.image.Geometric;
import toco.image.Normalization;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Decodes, augments and stacks the batches of a run on worker threads, a few steps ahead of the
/// trainer.
///
/// A batch depends on its step alone, so workers may finish in any order.
public final class BatchLoader implements AutoCloseable {
  private final Dataset dataset;
  private final EpochSampler sampler;
  private final Augmentation augmentation;
  private final Device device;
  private final ExecutorService workers;
  private final int ahead;
  private final Deque<Future<Batch>> pending = new ArrayDeque<>();
  private long nextStep;
  private volatile boolean closing;

  /// @param firstStep step of the first batch that [#next] returns
  /// @param workerCount threads that make batches
  public BatchLoader(
      Dataset dataset,
      EpochSampler sampler,
      Augmentation augmentation,
      Device device,
      long firstStep,
      int workerCount) {
    this.dataset = dataset;
    this.sampler = sampler;
    this.augmentation = augmentation;
    this.device = device;
    this.nextStep = firstStep;
    this.ahead = workerCount + 1;
    workers =
        Executors.newFixedThreadPool(
            workerCount,
            task ->
                Thread.ofPlatform()
                    .daemon()
                    .name("toco-loader-", 0)
                    .unstarted(
                        () -> {
                          LibTorch.serialThread();
                          task.run();
                        }));
  }

  /// The batch of the next step. Its tensors belong to no scope: close the batch's tensors with
  /// [#free].
  ///
  /// @throws toco.data.DataException or toco.image.ImageException naming the file that could not be
  ///   read
  public Batch next() {
    while (pending.size() < ahead) {
      long step = nextStep++;
      pending.add(workers.submit(() -> make(step)));
    }
    try {
      return pending.remove().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("a loader thread failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a batch", e);
    }
  }

  /// Frees a batch's tensors.
  public static void free(Batch batch) {
    for (var tensor : List.of(batch.view1(), batch.view2(), batch.localView(), batch.labels())) {
      tensor.close();
    }
  }

  private Batch make(long step) {
    if (closing) {
      throw new IllegalStateException("the loader is closing"); // nobody will take this batch
    }
    var place = sampler.batchAt(step);
    try (var _ = TensorScope.open()) {
      var views = new ArrayList<Augmentation.Views>();
      var labels = new ArrayList<Tensor>();
      for (int index : place.indices()) {
        var sample = dataset.sample(index);
        try (var arena = Arena.ofConfined()) {
          views.add(
              augmentation.apply(
                  Geometric.toTensor(sample.readImage(arena)), place.epoch(), index));
        }
        labels.add(Tensor.of(sample.labels()));
      }
      var view1 = normalized(views.stream().map(Augmentation.Views::view1).toList());
      var view2 = normalized(views.stream().map(Augmentation.Views::view2).toList());
      var local = normalized(views.stream().map(Augmentation.Views::local).toList());
      var multiHot = Tensor.stack(labels, 0).to(device).contiguous();
      List.of(view1, view2, local, multiHot).forEach(TensorScope::release);
      var boxes = views.stream().map(Augmentation.Views::box).toList();
      return new Batch(
          view1, view2, local, multiHot, boxes, IntStream.of(place.indices()).boxed().toList());
    }
  }

  private Tensor normalized(List<Tensor> images) {
    var size = images.getFirst().shape();
    var batch =
        Tensor.empty(DType.FLOAT32, Device.CPU, images.size(), 3, size.size(0), size.size(1));
    for (int i = 0; i < images.size(); i++) {
      Normalization.normalize(images.get(i), batch.select(0, i));
    }
    return batch.to(device);
  }

  /// Stops the workers and frees the batches that nobody took.
  @Override
  public void close() {
    closing = true;
    workers.shutdown();
    try {
      if (!workers.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the loader's threads do not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    for (var batch : pending) {
      if (batch.state() == Future.State.SUCCESS) {
        free(batch.resultNow());
      }
    }
    pending.clear();
  }
}
