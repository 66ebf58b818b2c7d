package toco.eval;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.cam.ImageEvaluation;
import toco.cam.InferenceMemory;
import toco.cam.MemoryLimit;
import toco.config.Protocol;
import toco.data.Dataset;
import toco.eval.EvaluationBatch.Entry;
import toco.eval.EvaluationBatch.Reading;
import toco.model.Network;
import toco.torch.Device;
import toco.torch.InferenceMode;
import toco.torch.TensorScope;

/// Evaluates one batch of a data set: reads it, runs the network on it and scores every image
/// against its mask. Label refinement runs on other threads, so a batch's result may come after
/// [#evaluate] has returned.
///
/// @param evaluation of the protocol
/// @param device of the model
/// @param batchSize images per batch, in the data set's order
/// @param refinement of the segmentation; null for none
record BatchEvaluator(
    Protocol protocol,
    ImageEvaluation evaluation,
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
    var entries = batch.entries();
    var shown = evaluation.of(model, entries.stream().map(Entry::picture).toList());
    for (int i = 0; i < entries.size(); i++) {
      int position = i;
      var scorer =
          new ImageScorer(protocol, shown.get(i), model.config().numClasses(), entries.get(i));
      try (var _ = TensorScope.open()) { // maps of C classes at native size are large
        pending.watch(i, () -> score(scorer, position, entries.get(position), pending, pool));
      }
    }
  }

  private void score(
      ImageScorer scorer, int i, Entry entry, PendingBatch pending, @Nullable RefinementPool pool) {
    if (pool == null) {
      pending.set(i, scorer.scores());
    } else {
      var segmentations = scorer.segmentations();
      var scores = scorer.scores(segmentations);
      var inputs = new ArrayList<CrfInput>();
      segmentations.forEach((kind, it) -> inputs.add(CrfInput.of(kind.refined(), it)));
      submitRefinement(pool, pending, i, scores, entry, inputs);
    }
  }

  private void submitRefinement(
      RefinementPool pool,
      PendingBatch pending,
      int i,
      ImageScores scores,
      Entry entry,
      List<CrfInput> inputs) {
    var refine = Objects.requireNonNull(refinement);
    var mask = Objects.requireNonNull(entry.mask());
    int classes = dataset.numClasses() + 1;
    pending.hold();
    pool.submit(() -> {
      try {
        pending.watch(
            i,
            () -> {
              var all = scores;
              for (var input : inputs) {
                var labels = input.refined(refine, entry.picture()).labels();
                all = all.with(input.kind(), LabelCounts.of(mask, labels, classes));
              }
              pending.set(i, all);
            });
      } finally {
        inputs.forEach(CrfInput::close);
        pending.release();
      }
    });
  }
}
