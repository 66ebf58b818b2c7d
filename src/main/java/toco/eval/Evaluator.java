package toco.eval;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.config.Protocol;
import toco.data.DataException;
import toco.data.Dataset;
import toco.distributed.World;
import toco.eval.EvaluationBatch.Reading;
import toco.model.Network;
import toco.recipes.Recipes;
import toco.torch.Device;
import toco.torch.LibTorch;

/// Evaluates networks on a data set by a protocol (METHOD "Evaluation"): the label maps of the
/// segmentation, with or without a dense CRF, and of the CAMs are scored against the masks at
/// native size.
///
/// As in the published code, only classes of an image's labels count in its CAMs.
///
/// The data set is divided into batches of fixed composition, and each batch's result depends on
/// its images only. The CRF runs on a pool of threads while the network computes the next images.
/// So scores are the same, bit for bit, with any number of CRF threads, processes or shards.
public final class Evaluator {
  private static final int MAX_BATCH = 16;

  /// Limits a batch's memory: images of 448 px are evaluated one by one, small ones together.
  private static final long BATCH_PIXELS = 16 * 128 * 128;

  private static final int BATCHES_PER_TRIM = 25; // a trim takes milliseconds

  private final Config config;
  private final Protocol protocol;
  private final Dataset dataset;
  private final Device device;
  private final int batchSize;
  private final BatchEvaluator batchEvaluator;
  private final int crfWorkers;

  /// An evaluator for evaluation during training.
  ///
  /// @param device of the models that will be evaluated
  /// @throws IllegalArgumentException naming the key, if the keys of `eval` describe another
  ///   protocol, or the data set does not have the network's classes
  public Evaluator(Config config, Dataset dataset, Device device) {
    this(config, Protocol.of(Protocol.Name.TRAIN_TIME, config), dataset, device, 1);
  }

  /// An evaluator for any protocol.
  ///
  /// @param crfWorkers number of CRF threads; unused if the protocol has no CRF
  /// @throws IllegalArgumentException if the data set does not have the network's classes
  public Evaluator(
      Config config, Protocol protocol, Dataset dataset, Device device, int crfWorkers) {
    this(
        config,
        protocol,
        dataset,
        device,
        crfWorkers,
        LabelRefinement.of(protocol, Recipes.evaluation(protocol), config.model().statistics()));
  }

  Evaluator(
      Config config,
      Protocol protocol,
      Dataset dataset,
      Device device,
      int crfWorkers,
      @Nullable LabelRefinement refinement) {
    requireClasses(dataset, config);
    this.config = config;
    this.protocol = protocol;
    this.dataset = dataset;
    this.device = device;
    this.crfWorkers = crfWorkers;
    batchSize = batchSize(protocol.sizePx());
    batchEvaluator =
        new BatchEvaluator(
            protocol, Recipes.evaluation(protocol), dataset, device, batchSize, refinement);
  }

  private static void requireClasses(Dataset dataset, Config config) {
    if (dataset.numClasses() != config.model().foregroundClasses()) {
      throw new IllegalArgumentException(
          ("the data set has %s classes (%s), but model.numClasses is %s, background "
                  + "included; set it to %s")
              .formatted(
                  dataset.numClasses(),
                  String.join(", ", dataset.classNames()),
                  config.model().numClasses(),
                  dataset.numClasses() + 1));
    }
  }

  /// Images per batch, for images resized to a square; 1 for native size (0), where sizes differ.
  static int batchSize(long sizePx) {
    return sizePx == 0 ? 1 : Math.clamp(BATCH_PIXELS / (sizePx * sizePx), 1, MAX_BATCH);
  }

  Dataset dataset() {
    return dataset;
  }

  Protocol protocol() {
    return protocol;
  }

  Device device() {
    return device;
  }

  int batchSize() {
    return batchSize;
  }

  /// Number of batches in the data set.
  int batches() {
    return Math.ceilDiv(dataset.size(), batchSize);
  }

  /// Number of images in a batch.
  int sizeOfBatch(int batch) {
    return Math.min(batchSize, dataset.size() - batch * batchSize);
  }

  /// Scores a network on the whole data set, every image of which needs a mask.
  ///
  /// @throws DataException naming the mask that is missing or does not fit
  /// @throws toco.image.ImageException naming the file that is missing or unreadable
  public Scores evaluate(Network model, EvaluationListener listener) {
    return evaluate(model, listener, () -> false).orElseThrow();
  }

  /// The same; stops between two batches when asked to.
  ///
  /// @return empty if stopped
  public Optional<Scores> evaluate(
      Network model, EvaluationListener listener, BooleanSupplier stopRequested) {
    return evaluate(model, listener, stopRequested, World.single());
  }

  /// The same, divided among the processes of a job; every rank returns the scores of all images.
  /// They equal those of a single process bit for bit, because counts per image are gathered, not
  /// scores.
  ///
  /// @return empty if any rank was stopped
  public Optional<Scores> evaluate(
      Network model, EvaluationListener listener, BooleanSupplier stopRequested, World world) {
    dataset.requireMasks(); // fail now, not at the first gap, which may be an hour away
    var mine = new Shard(world.rank() + 1, world.size()).batches(batches());
    int total = Arrays.stream(mine).map(this::sizeOfBatch).sum();
    var results = new ArrayList<BatchResult>();
    var done = new int[1];
    boolean completed =
        run(
            model,
            mine,
            Reading.STRICT,
            stopRequested,
            result -> {
              results.add(result);
              listener.onProgress(done[0] += result.size(), total);
            });
    var gathered = new GatheredResults(completed, results).over(world);
    return gathered.completed()
        ? Optional.of(new ScoredImages(config.model().numClasses(), gathered.images()).scores())
        : Optional.empty();
  }

  /// Evaluates some of the batches.
  ///
  /// @param sink receives each batch's result on this thread, not necessarily in order
  /// @return false if stopped
  boolean run(
      Network model,
      int[] batches,
      Reading reading,
      BooleanSupplier stopRequested,
      Consumer<BatchResult> sink) {
    Recipes.evaluation(protocol).requireFits(model);
    var finished = new ConcurrentLinkedQueue<BatchResult>(); // CRF threads finish batches, too
    long evaluated = 0;
    try (var pool = newPool()) {
      for (int batch : batches) {
        if (stopRequested.getAsBoolean()) {
          return false;
        }
        if (pool != null) {
          pool.throwFailure();
        }
        batchEvaluator.evaluate(model, batch, reading, pool, finished::add);
        drain(finished, sink);
        if (++evaluated % BATCHES_PER_TRIM == 0) {
          LibTorch.trimMemory(); // images of different sizes fragment the heap
        }
      }
      if (pool != null) {
        pool.finish();
      }
    }
    drain(finished, sink);
    return true;
  }

  private @Nullable RefinementPool newPool() {
    return batchEvaluator.refinement() == null ? null : new RefinementPool(crfWorkers);
  }

  private static void drain(Queue<BatchResult> finished, Consumer<BatchResult> sink) {
    for (var result = finished.poll(); result != null; result = finished.poll()) {
      sink.accept(result);
    }
  }

  /// Draws the first images with CAMs, segmentation and mask, as [OverlaySheet] describes.
  ///
  /// @param images number of images, at most the data set's size
  /// @param png the file to write
  /// @throws toco.image.ImageException naming the file that cannot be read or written
  public void overlays(Network model, int images, Path png) {
    OverlaySheet.draw(model, config.eval(), dataset, images).write(png);
  }
}
