package toco.eval;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
import toco.eval.EvaluationBatch.Entry;
import toco.eval.EvaluationBatch.Reading;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.InferenceMode;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Evaluates networks on a data set by a protocol (METHOD "Evaluation"): label maps by
/// segmentation, with or without a dense CRF, and by CAMs, all scored against the masks at native
/// size.
///
/// CAMs are scored as the published code does: only classes of the image-level labels count. The
/// CRF runs on threads of its own while the network works on the images after it; scores do not
/// depend on how many threads there are.
public final class Evaluator {
  private static final int MAX_BATCH = 16;

  /// Bounds what a batch's feature maps take: images at 448 px go one by one, small ones together.
  private static final long BATCH_PIXELS = 16 * 128 * 128;

  private static final int BATCHES_A_TRIM = 25; // a trim takes milliseconds

  private final Config config;
  private final Protocol protocol;
  private final Dataset dataset;
  private final Device device;
  private final int batchSize;
  private final ImageScorer scorer;
  private final @Nullable LabelRefinement refinement;
  private final int crfWorkers;

  /// The evaluation that accompanies training.
  ///
  /// @param device where the models to evaluate live
  /// @throws IllegalArgumentException naming the key, if the keys of `eval` ask for another
  ///   protocol or the data set has not the network's classes
  public Evaluator(Config config, Dataset dataset, Device device) {
    this(config, Protocol.of(Protocol.Name.TRAIN_TIME, config), dataset, device, 1);
  }

  /// @param crfWorkers threads of the CRF, if the protocol has one
  /// @throws IllegalArgumentException if the data set has not the network's classes
  public Evaluator(
      Config config, Protocol protocol, Dataset dataset, Device device, int crfWorkers) {
    this(config, protocol, dataset, device, crfWorkers, LabelRefinement.of(protocol));
  }

  Evaluator(
      Config config,
      Protocol protocol,
      Dataset dataset,
      Device device,
      int crfWorkers,
      @Nullable LabelRefinement refinement) {
    if (dataset.numClasses() != config.model().foregroundClasses()) {
      throw new IllegalArgumentException(
          ("the data set has %d classes (%s), but model.numClasses is %d, background "
                  + "included; set it to %d")
              .formatted(
                  dataset.numClasses(),
                  String.join(", ", dataset.classNames()),
                  config.model().numClasses(),
                  dataset.numClasses() + 1));
    }
    this.config = config;
    this.protocol = protocol;
    this.dataset = dataset;
    this.device = device;
    this.crfWorkers = crfWorkers;
    this.refinement = refinement;
    scorer = new ImageScorer(protocol);
    batchSize = batchSize(protocol.sizePx());
  }

  /// Images of native size have no common one.
  private static int batchSize(long sizePx) {
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

  /// Batches that the data set makes up.
  int batches() {
    return Math.ceilDiv(dataset.size(), batchSize);
  }

  /// Images of a batch.
  int sizeOfBatch(int batch) {
    return Math.min(batchSize, dataset.size() - batch * batchSize);
  }

  /// Scores a network on the whole data set. Needs a mask of every image.
  ///
  /// @throws DataException naming the mask that is missing or does not fit
  /// @throws toco.image.ImageException naming the file that is missing or unreadable
  public Scores evaluate(Toco model, EvaluationListener listener) {
    return evaluate(model, listener, () -> false).orElseThrow();
  }

  /// The same, unless it is asked to stop between two batches.
  ///
  /// @return empty if stopped
  public Optional<Scores> evaluate(
      Toco model, EvaluationListener listener, BooleanSupplier stopRequested) {
    return evaluate(model, listener, stopRequested, World.single());
  }

  /// The same, shared out among processes, all of which get the scores: to the last digit those of
  /// one process alone, because the counts of every image are put together and not the scores.
  ///
  /// @return empty if one of them was stopped
  public Optional<Scores> evaluate(
      Toco model, EvaluationListener listener, BooleanSupplier stopRequested, World world) {
    dataset.requireMasks(); // before the first image, so that a gap does not come up after an hour
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

  /// Evaluates some batches. Each is a pure function of its images, whatever else is evaluated.
  ///
  /// @param sink hears every batch that is done, on this thread, in any order
  /// @return false if stopped
  boolean run(
      Toco model,
      int[] batches,
      Reading reading,
      BooleanSupplier stopRequested,
      Consumer<BatchResult> sink) {
    var done = new ConcurrentLinkedQueue<BatchResult>();
    long evaluated = 0;
    try (var pool = refinement == null ? null : new RefinementPool(crfWorkers)) {
      for (int batch : batches) {
        if (stopRequested.getAsBoolean()) {
          return false;
        }
        if (pool != null) {
          pool.throwFailure();
        }
        evaluate(model, batch, reading, pool, done);
        drain(done, sink);
        if (++evaluated % BATCHES_A_TRIM == 0) {
          LibTorch.trimMemory(); // images differ in size, and the gaps that they leave add up
        }
      }
      if (pool != null) {
        pool.finish();
      }
    }
    drain(done, sink);
    return true;
  }

  private static void drain(Queue<BatchResult> done, Consumer<BatchResult> sink) {
    for (var result = done.poll(); result != null; result = done.poll()) {
      sink.accept(result);
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // the batch closes it, when the last thread is done
  private void evaluate(
      Toco model,
      int number,
      Reading reading,
      @Nullable RefinementPool pool,
      Queue<BatchResult> done) {
    int start = number * batchSize;
    int end = Math.min(start + batchSize, dataset.size());
    var arena = Arena.ofShared();
    EvaluationBatch batch;
    try {
      batch = EvaluationBatch.read(dataset, start, end, reading, arena);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
    var pending = new PendingBatch(number, batch, arena, done::add);
    try (var _ = TensorScope.open();
        var _ = InferenceMode.enter()) {
      if (!batch.entries().isEmpty()) {
        score(model, batch, pending, pool);
      }
    } finally {
      pending.release();
    }
  }

  private void score(
      Toco model, EvaluationBatch batch, PendingBatch pending, @Nullable RefinementPool pool) {
    var images = batch.images(protocol.sizePx(), device);
    var predictions = Predictions.of(model, images, protocol.camScales());
    for (int i = 0; i < batch.entries().size(); i++) {
      var entry = batch.entries().get(i);
      try (var _ = TensorScope.open()) { // maps of C classes at native size are large
        var unscored = ImageScorer.unscored(entry, predictions, i);
        var mask = Objects.requireNonNull(entry.mask());
        var logits = scorer.logits(model, images, predictions, i, mask);
        var scored = scorer.score(unscored, logits, predictions, i, entry);
        if (pool == null) {
          pending.set(i, scored);
        } else {
          refineLater(pool, pending, i, scored, entry, ImageScorer.probabilities(logits));
        }
      }
    }
  }

  /// @param probabilities [C, H, W], taken over
  private void refineLater(
      RefinementPool pool,
      PendingBatch pending,
      int i,
      ImageScores image,
      Entry entry,
      Tensor probabilities) {
    var crf = Objects.requireNonNull(refinement);
    pending.hold();
    pool.submit(() -> {
      try (probabilities) {
        var labels = crf.refine(probabilities, entry.picture()).labels();
        var mask = Objects.requireNonNull(entry.mask());
        int classes = config.model().numClasses();
        pending.set(i, image.with(MapKind.CRF, LabelCounts.of(mask, labels, classes)));
      } finally {
        pending.release();
      }
    });
  }

  /// Draws a row of pictures for each of the first images, made as in training: the image, CAM and
  /// auxiliary CAM of its most active class, the segmentation and, where there is a mask, the
  /// ground truth.
  ///
  /// @param images how many rows, cut to the data set's size
  /// @param png the file to write
  /// @throws toco.image.ImageException naming the file that cannot be read or written
  public void overlays(Toco model, int images, Path png) {
    var eval = config.eval();
    var camScales = eval.camScales().isEmpty() ? List.of(1.0) : eval.camScales();
    int rows = Math.min(images, dataset.size());
    int atOnce = batchSize(eval.sizePx());
    var sheet = new OverlaySheet(dataset.classNames());
    for (int start = 0; start < rows; start += atOnce) {
      int end = Math.min(start + atOnce, rows);
      try (var arena = Arena.ofConfined();
          var _ = TensorScope.open();
          var _ = InferenceMode.enter()) {
        var batch = EvaluationBatch.read(dataset, start, end, Reading.IMAGES, arena);
        var predictions = Predictions.of(model, batch.images(eval.sizePx(), device), camScales);
        var cams = Objects.requireNonNull(predictions.cams());
        for (int i = 0; i < batch.entries().size(); i++) {
          sheet.addRow(batch.entries().get(i), predictions, cams, i, arena);
        }
      }
    }
    sheet.write(png);
  }
}
