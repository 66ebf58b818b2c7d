package toco.data;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.data.Finding.Kind;
import toco.image.DecodeBuffer;
import toco.image.ImageException;
import toco.image.ImageSize;
import toco.image.MaskDecoder;

/// Reads the images of a split, and their masks, on several threads.
final class ImageCheck {
  private final ListedDataset dataset;
  private final List<Integer> present;
  private final boolean readsMasks;
  private final boolean fast;
  private final int[] widths; // 0: not readable
  private final int[] heights;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger masks = new AtomicInteger();
  private final TreeMap<Integer, Problem> problems = new TreeMap<>(); // in the list's order

  /// @param kind what is wrong with the image or its mask
  /// @param message names the file
  record Problem(Kind kind, String message) {}

  /// @param present positions in the list of the images that exist
  /// @param fast whether to read only the headers
  ImageCheck(ListedDataset dataset, List<Integer> present, boolean readsMasks, boolean fast) {
    this.dataset = dataset;
    this.present = present;
    this.readsMasks = readsMasks;
    this.fast = fast;
    widths = new int[present.size()];
    heights = new int[present.size()];
  }

  /// Reads all images, `threads` at a time.
  void run(int threads, BiConsumer<Integer, Integer> progress) {
    try (var workers = Executors.newFixedThreadPool(threads)) {
      var running = IntStream.range(0, threads).mapToObj(_ -> workers.submit(() -> work(progress)));
      running.toList().forEach(ImageCheck::await);
    }
  }

  private static void await(Future<?> worker) {
    try {
      worker.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException("interrupted while reading images; run the check again", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("checking an image failed: " + e.getCause(), e.getCause());
    }
  }

  private void work(BiConsumer<Integer, Integer> progress) {
    try (var decoder = new DecodeBuffer()) {
      for (int i = next.getAndIncrement(); i < present.size(); i = next.getAndIncrement()) {
        var problem = check(i, decoder);
        if (problem != null) {
          synchronized (problems) {
            problems.put(i, problem);
          }
        }
        progress.accept(done.incrementAndGet(), present.size());
      }
    }
  }

  private @Nullable Problem check(int i, DecodeBuffer decoder) {
    int index = present.get(i);
    try {
      var size = size(dataset.imagePath(index), decoder);
      widths[i] = size.widthPx();
      heights[i] = size.heightPx();
      Optional<Path> mask = readsMasks ? dataset.maskPath(index) : Optional.empty();
      if (mask.isEmpty()) {
        return null;
      }
      masks.incrementAndGet();
      return checkMask(mask.get(), size);
    } catch (ImageException e) {
      return new Problem(Kind.UNREADABLE_IMAGE, String.valueOf(e.getMessage()));
    }
  }

  private ImageSize size(Path file, DecodeBuffer decoder) {
    if (fast) {
      return ImageSize.read(file);
    }
    var image = decoder.decode(file);
    return new ImageSize(image.widthPx(), image.heightPx());
  }

  private @Nullable Problem checkMask(Path mask, ImageSize image) {
    try (var arena = Arena.ofConfined()) {
      ImageSize size;
      if (fast) {
        size = ImageSize.read(mask);
      } else {
        var labels = MaskDecoder.decode(mask, arena);
        size = new ImageSize(labels.widthPx(), labels.heightPx());
        Sample.checkLabels(labels, dataset.numClasses(), mask);
      }
      return size.equals(image)
          ? null
          : new Problem(
              Kind.MASK_SIZE,
              "%s is %s×%s px, its image is %s×%s px"
                  .formatted(
                      mask, size.widthPx(), size.heightPx(), image.widthPx(), image.heightPx()));
    } catch (ImageException e) {
      return new Problem(Kind.UNREADABLE_MASK, String.valueOf(e.getMessage()));
    } catch (DataException e) {
      return new Problem(Kind.MASK_LABEL, String.valueOf(e.getMessage()));
    }
  }

  /// The number of images that have a mask.
  int masks() {
    return masks.get();
  }

  Collection<Problem> problems() {
    return problems.values();
  }

  /// The sizes of the images that could be read.
  SplitReport.@Nullable Sizes sizes(int cropPx) {
    var readable = IntStream.range(0, widths.length).filter(i -> widths[i] > 0).toArray();
    return SplitReport.Sizes.of(
        IntStream.of(readable).map(i -> widths[i]).toArray(),
        IntStream.of(readable).map(i -> heights[i]).toArray(),
        cropPx);
  }
}
