package toco.eval;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.cam.MemoryLimit;
import toco.cam.NetworkInput;
import toco.data.DataException;
import toco.data.Dataset;
import toco.data.Sample;
import toco.image.ImageException;
import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.model.Network;
import toco.torch.Tensor;

/// Consecutive samples of a data set, decoded.
///
/// @param entries in the data set's order
/// @param skipped samples that cannot be scored
record EvaluationBatch(List<Entry> entries, List<Skipped> skipped) {

  /// One image.
  ///
  /// @param picture the decoded image at native size
  /// @param mask its labels at native size; null if not asked for
  record Entry(Sample sample, RgbImage picture, @Nullable LabelMap mask) {}

  /// What is read of samples.
  enum Reading {
    /// Images only.
    IMAGES,
    /// Images and masks; a sample that cannot be read is an error.
    STRICT,
    /// Images and masks; a sample that cannot be read, or has no mask that fits, is skipped.
    SKIPPING
  }

  /// Reads the samples `start` to `end`, exclusive.
  ///
  /// @param arena owner of the decoded pixels
  /// @throws ImageException naming the file that is missing or unreadable, except with SKIPPING
  /// @throws DataException naming a mask that does not fit its image or the classes, except with
  ///   SKIPPING
  static EvaluationBatch read(Dataset dataset, int start, int end, Reading reading, Arena arena) {
    var entries = new ArrayList<Entry>();
    var skipped = new ArrayList<Skipped>();
    for (int i = start; i < end; i++) {
      var sample = dataset.sample(i);
      if (reading == Reading.SKIPPING && sample.maskPath().isEmpty()) {
        skipped.add(
            new Skipped(
                i,
                sample.name(),
                "there is no mask %s: %s"
                    .formatted(dataset.expectedMaskPath(i), dataset.maskHint(i))));
        continue;
      }
      try {
        var picture = sample.readImage(arena);
        var mask = reading == Reading.IMAGES ? null : sample.readMask(picture, arena);
        entries.add(new Entry(sample, picture, mask));
      } catch (ImageException | DataException e) {
        if (reading != Reading.SKIPPING) {
          throw e;
        }
        skipped.add(new Skipped(i, sample.name(), String.valueOf(e.getMessage())));
      }
    }
    return new EvaluationBatch(List.copyOf(entries), List.copyOf(skipped));
  }

  /// Without the images that are too large for this machine's memory, which are skipped.
  EvaluationBatch within(MemoryLimit limit) {
    var fitting = new ArrayList<Entry>();
    var others = new ArrayList<>(skipped);
    for (var entry : entries) {
      try {
        limit.require(entry.picture());
        fitting.add(entry);
      } catch (MemoryLimit.Exceeded e) {
        others.add(skipped(entry, e));
      }
    }
    return new EvaluationBatch(List.copyOf(fitting), List.copyOf(others));
  }

  static Skipped skipped(Entry entry, MemoryLimit.Exceeded e) {
    return new Skipped(
        entry.sample().index(), entry.sample().name(), String.valueOf(e.getMessage()));
  }

  /// The images as the network takes them.
  ///
  /// @param sizePx side of the square that all are resized to; 0, for a single image: native size
  /// @return float32 [B, 3, H, W] normalised
  Tensor images(int sizePx, Network model) {
    return Tensor.cat(
        entries.stream().map(entry -> NetworkInput.of(entry.picture(), sizePx, model)).toList(), 0);
  }
}
