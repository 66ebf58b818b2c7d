package toco.batch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.function.BiConsumer;
import toco.config.DataConfig.OnBadSample;
import toco.data.CounterRandom;
import toco.data.DataException;
import toco.data.Sample;
import toco.image.DecodeBuffer;
import toco.image.ImageException;
import toco.image.ImageSize;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The work of one worker thread: reads, decodes and augments a sample and writes it to its
/// position in a batch, using the same memory for every sample.
final class SampleLoader implements AutoCloseable {
  private static final int FIRST_REPLACEMENT = 16; // after the streams of the views
  private static final int REPLACEMENT_TRIES = 20;

  private final BatchSource source;
  private final BiConsumer<String, ImageException> skipped;
  private final DecodeBuffer decoder;
  private final Canvas canvas;
  private final HintCanvas hints;

  /// @param skipped receives the name of each skipped sample and the reason
  SampleLoader(BatchSource source, BiConsumer<String, ImageException> skipped) {
    this.source = source;
    this.skipped = skipped;
    decoder = new DecodeBuffer(source.dataset().readOptions());
    canvas = new Canvas(source.device(), source.cropSizePx());
    hints = new HintCanvas(source.weak().hasHints() ? source.cropSizePx() : 0);
  }

  /// Fills one position of a slot.
  ///
  /// @throws DataException naming the sample, if it cannot be read and `data.onBadSample` is `fail`
  void load(int epoch, int index, BatchBuffer slot, int position) {
    int sample = index;
    for (int attempt = 0; ; attempt++) {
      try {
        fill(source.dataset().sample(sample), epoch, slot, position);
        return;
      } catch (ImageException e) {
        String name = source.dataset().name(sample);
        if (source.onBadSample() == OnBadSample.FAIL) {
          throw new DataException(
              "sample %s: %s; set data.onBadSample=skip to train without it"
                  .formatted(name, e.getMessage()),
              e);
        }
        if (attempt == REPLACEMENT_TRIES) {
          throw new DataException(
              "%s samples in a row cannot be read, the last one is %s: %s; run toco data check"
                  .formatted(attempt + 1, name, e.getMessage()),
              e);
        }
        skipped.accept(name, e);
        sample = replacement(epoch, index, attempt);
      }
    }
  }

  /// Another sample, the same in every run with the same seed.
  private int replacement(int epoch, int index, int attempt) {
    return new CounterRandom(source.seed(), epoch, index, FIRST_REPLACEMENT + attempt)
        .nextInt(source.dataset().size());
  }

  private void fill(Sample sample, int epoch, BatchBuffer slot, int position) {
    try (var _ = TensorScope.open()) {
      var image = decode(sample.imagePath());
      var box =
          source.augmentation().apply(image, epoch, sample.index(), canvas, slot.views(position));
      slot.set(position, sample.index(), box, sample.labels());
      var pixels = slot.pixels();
      if (pixels != null) {
        fill(sample, (int) image.size(0), (int) image.size(1), epoch, pixels, position);
      }
    }
  }

  /// Hints and boxes where view 1 shows them.
  private void fill(
      Sample sample, int heightPx, int widthPx, int epoch, KnownPixels pixels, int position) {
    var weak = source.weak();
    var name = sample.name();
    var place = source.augmentation().place(heightPx, widthPx, epoch, sample.index());
    if (weak.hasHints()) {
      var size = new ImageSize(widthPx, heightPx);
      var drawn = hints.draw(weak.hintsOf(name), weak, sample.imagePath(), size, place);
      pixels.setHints(position, drawn);
    }
    pixels.setLimits(position, ViewBoxes.of(weak.boxesOf(name), place, source.cropSizePx()));
  }

  /// The whole image, uint8 [H, W, 3] on the training device.
  private Tensor decode(Path file) {
    var device = source.device();
    if (device.isCpu()) {
      return decoder.decode(file).tensor();
    }
    // LibTorch reuses pinned memory only after all copies from it are done
    var pinned = new ArrayList<Tensor>(1);
    var image =
        decoder.decode(
            file,
            bytes -> {
              pinned.add(Tensor.emptyPinned(DType.UINT8, bytes));
              return pinned.getFirst().segment();
            });
    return pinned.getFirst().reshape(image.heightPx(), image.widthPx(), 3).to(device, true);
  }

  @Override
  public void close() {
    canvas.close();
    decoder.close();
  }
}
