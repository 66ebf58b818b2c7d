package toco.eval;

import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.cam.InferenceMemory;
import toco.cam.MemoryLimit;
import toco.config.Protocol;
import toco.data.Dataset;
import toco.eval.EvaluationBatch.Entry;
import toco.eval.EvaluationBatch.Reading;
import toco.image.LabelMap;
import toco.model.Network;
import toco.torch.Device;
import toco.torch.InferenceMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Evaluates one batch of a data set: reads it, runs the network on it and scores every image
/// against its mask. Label refinement runs on other threads, so a batch's result may come after
/// [#evaluate] has returned.
///
/// @param device of the model
/// @param batchSize images per batch, in the data set's order
/// @param refinement of the segmentation; null for none
record BatchEvaluator(
    Protocol protocol,
    Dataset dataset,
    Device device,
    int batchSize,
    @Nullable LabelRefinement refinement) {

  /// Evaluates a batch.
  ///
  /// @param number of the batch, from 0
  /// @param pool runs the refinement; null if there is none
  /// @param sink receives the result, on the thread that finishes the batch's last image
  @SuppressWarnings("MustBeClosedChecker") // PendingBatch closes it after the last image
  void evaluate(
      Network model,
      int number,
      Reading reading,
      @Nullable RefinementPool pool,
      Consumer<BatchResult> sink) {
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
    boolean skips = reading == Reading.SKIPPING;
    if (skips) {
      var memory = new InferenceMemory(model.config());
      batch = batch.within(MemoryLimit.on(device, size -> memory.evaluation(protocol, size)));
    }
    var pending = new PendingBatch(number, batch, arena, skips, sink);
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
      Network model, EvaluationBatch batch, PendingBatch pending, @Nullable RefinementPool pool) {
    var images = batch.images(protocol.sizePx(), model); // [B, 3, H, W]
    var scorer = new ImageScorer(protocol, model, images);
    for (int i = 0; i < batch.entries().size(); i++) {
      int position = i;
      var entry = batch.entries().get(i);
      try (var _ = TensorScope.open()) { // maps of C classes at native size are large
        pending.watch(i, () -> score(scorer, position, entry, pending, pool));
      }
    }
  }

  private void score(
      ImageScorer scorer, int i, Entry entry, PendingBatch pending, @Nullable RefinementPool pool) {
    if (pool == null) {
      pending.set(i, scorer.score(scorer.labels(i, mask(entry)), i, entry));
    } else {
      var logits = scorer.logits(i, mask(entry)); // [1, C, H, W]
      var scores = scorer.score(logits.argmax(1), i, entry);
      submitRefinement(pool, pending, i, scores, entry, logits);
    }
  }

  private void submitRefinement(
      RefinementPool pool,
      PendingBatch pending,
      int i,
      ImageScores scores,
      Entry entry,
      Tensor logits) {
    var refine = Objects.requireNonNull(refinement);
    int classes = (int) logits.size(1);
    var probabilities = ImageScorer.probabilities(logits); // [C, H, W], freed by the job
    pending.hold();
    pool.submit(() -> {
      try (probabilities) {
        pending.watch(
            i,
            () -> {
              var labels = refine.refine(probabilities, entry.picture()).labels();
              var counts = LabelCounts.of(mask(entry), labels, classes);
              pending.set(i, scores.with(MapKind.CRF, counts));
            });
      } finally {
        pending.release();
      }
    });
  }

  private static LabelMap mask(Entry entry) {
    return Objects.requireNonNull(entry.mask());
  }
}
