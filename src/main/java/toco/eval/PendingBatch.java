package toco.eval;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/// A batch whose images are finished in any order, perhaps by several threads. Its pixels live
/// until everyone who [#hold]s it has [#release]d it; then, if every image has its scores, the
/// result is told.
final class PendingBatch {
  private final int number;
  private final EvaluationBatch batch;
  private final Arena arena;
  private final Consumer<BatchResult> done;
  private final AtomicReferenceArray<ImageScores> scores;
  private final AtomicInteger holders = new AtomicInteger(1);

  /// The caller holds it.
  ///
  /// @param arena owner of the batch's pixels; any thread may close it
  /// @param done hears the result, on the thread that finished the last image
  PendingBatch(int number, EvaluationBatch batch, Arena arena, Consumer<BatchResult> done) {
    this.number = number;
    this.batch = batch;
    this.arena = arena;
    this.done = done;
    scores = new AtomicReferenceArray<>(batch.entries().size());
  }

  void hold() {
    holders.incrementAndGet();
  }

  /// @param i the image's place in the batch
  void set(int i, ImageScores image) {
    scores.set(i, image);
  }

  void release() {
    if (holders.decrementAndGet() > 0) {
      return;
    }
    arena.close();
    var images = new ArrayList<ImageScores>();
    for (int i = 0; i < scores.length(); i++) {
      var image = scores.get(i);
      if (image == null) {
        return; // an error ended the evaluation
      }
      images.add(image);
    }
    done.accept(new BatchResult(number, images, List.copyOf(batch.skipped())));
  }
}
