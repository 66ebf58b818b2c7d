package toco.eval;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import toco.cam.MemoryLimit;

/// A batch whose images are finished in any order, by several threads. References are counted,
/// starting with the creator's: [#hold] adds one, [#release] removes one. After the last release
/// its pixels are freed and, if every image has its scores, its result is delivered.
final class PendingBatch {
  private final int number;
  private final EvaluationBatch batch;
  private final Arena arena;
  private final boolean skips;
  private final Consumer<BatchResult> done;
  private final AtomicReferenceArray<ImageScores> scores;
  private final AtomicReferenceArray<Skipped> skipped;
  private final AtomicInteger holders = new AtomicInteger(1);

  /// A batch with one reference, the caller's.
  ///
  /// @param arena owner of the batch's pixels; must be closeable by any thread
  /// @param skips whether an image that is too large for the memory is skipped
  /// @param done receives the result, on the thread that releases the last reference
  PendingBatch(
      int number, EvaluationBatch batch, Arena arena, boolean skips, Consumer<BatchResult> done) {
    this.number = number;
    this.batch = batch;
    this.arena = arena;
    this.skips = skips;
    this.done = done;
    skipped = new AtomicReferenceArray<>(batch.entries().size());
    scores = new AtomicReferenceArray<>(batch.entries().size());
  }

  void hold() {
    holders.incrementAndGet();
  }

  /// @param i the image's position in the batch
  void set(int i, ImageScores image) {
    scores.set(i, image);
  }

  /// Runs work on an image.
  ///
  /// @throws MemoryLimit.Exceeded if the image is too large for the memory and may not be skipped
  void watch(int i, Runnable work) {
    var entry = batch.entries().get(i);
    try {
      MemoryLimit.watch(entry.picture(), work);
    } catch (MemoryLimit.Exceeded e) {
      if (!skips) {
        throw e;
      }
      skipped.set(i, EvaluationBatch.skipped(entry, e));
    }
  }

  void release() {
    if (holders.decrementAndGet() > 0) {
      return;
    }
    arena.close();
    var images = new ArrayList<ImageScores>();
    var without = new ArrayList<>(batch.skipped());
    for (int i = 0; i < scores.length(); i++) {
      var image = scores.get(i);
      var why = skipped.get(i);
      if (why != null) {
        without.add(why);
        continue;
      }
      if (image == null) {
        return; // the evaluation failed
      }
      images.add(image);
    }
    without.sort(Comparator.comparingInt(Skipped::index));
    done.accept(new BatchResult(number, images, without));
  }
}
