package toco.data;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
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
import toco.image.ExifOrientation;
import toco.image.Grey16;
import toco.image.ImageException;
import toco.image.ImageSize;

/// Reads the images of a split, and their masks, on several threads.
final class ImageCheck {
  private final ListedDataset dataset;
  private final List<Integer> present;
  private final Reading images;
  private final Reading masks;
  private final int[] widths; // 0: not readable
  private final int[] heights;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger masked = new AtomicInteger();
  private final MaskCounts maskCounts;
  private final TreeMap<Integer, List<Problem>> problems = new TreeMap<>(); // in the list's order

  /// @param kind what is wrong with the image or its mask
  /// @param message names the file
  record Problem(Kind kind, String message) {}

  /// How much of a file is read.
  enum Reading {
    NOTHING,
    /// Its size, but not its pixels.
    HEADER,
    PIXELS
  }

  /// @param present positions in the list of the images that exist
  /// @param images [Reading#HEADER] or [Reading#PIXELS]
  ImageCheck(ListedDataset dataset, List<Integer> present, Reading images, Reading masks) {
    this.dataset = dataset;
    this.present = present;
    this.images = images;
    this.masks = masks;
    maskCounts = new MaskCounts(dataset.classNames(), dataset.labels());
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
    try (var decoder = new DecodeBuffer(dataset.readOptions())) {
      for (int i = next.getAndIncrement(); i < present.size(); i = next.getAndIncrement()) {
        check(i, decoder);
        progress.accept(done.incrementAndGet(), present.size());
      }
    }
  }

  private void check(int i, DecodeBuffer decoder) {
    int index = present.get(i);
    var image = dataset.imagePath(index);
    try {
      var size = size(i, image, decoder);
      widths[i] = size.widthPx();
      heights[i] = size.heightPx();
      boolean isTurned = dataset.readOptions().isTurned();
      if (!isTurned && ExifOrientation.of(image) != ExifOrientation.UPRIGHT) {
        add(i, Kind.EXIF_ORIENTATION, dataset.name(index));
      }
      Optional<Path> mask = masks == Reading.NOTHING ? Optional.empty() : dataset.maskPath(index);
      if (mask.isPresent()) {
        masked.incrementAndGet();
        checkMask(i, mask.get(), image, size);
      }
    } catch (ImageException e) {
      add(i, Kind.UNREADABLE_IMAGE, String.valueOf(e.getMessage()));
    }
  }

  private void add(int i, Kind kind, String message) {
    synchronized (problems) {
      problems.computeIfAbsent(i, _ -> new ArrayList<>()).add(new Problem(kind, message));
    }
  }

  private ImageSize size(int i, Path file, DecodeBuffer decoder) {
    if (images == Reading.HEADER) {
      return ImageSize.read(file, dataset.readOptions());
    }
    var image = decoder.decode(file);
    Grey16.warning(file, image, dataset.readOptions())
        .ifPresent(line -> add(i, Kind.GREY_16, line));
    return new ImageSize(image.widthPx(), image.heightPx());
  }

  private void checkMask(int i, Path mask, Path image, ImageSize imageSize) {
    try (var arena = Arena.ofConfined()) {
      ImageSize size;
      if (masks == Reading.HEADER) {
        size = ImageSize.read(mask);
      } else {
        var labels =
            dataset
                .maskReader()
                .read(
                    mask,
                    arena,
                    others -> {
                      if (others > 0) {
                        add(i, Kind.OTHER_CLASS_IN_MASK, dataset.name(present.get(i)));
                      }
                    });
        size = new ImageSize(labels.widthPx(), labels.heightPx());
        int index = present.get(i);
        maskCounts.add(index, dataset.name(index), mask, labels.histogram());
      }
      var problem = MaskReader.sizeProblem(mask, size, image, imageSize);
      if (problem != null) {
        add(i, Kind.MASK_SIZE, problem);
      }
    } catch (ImageException e) {
      add(i, Kind.UNREADABLE_MASK, String.valueOf(e.getMessage()));
    } catch (DataException e) {
      add(i, Kind.MASK_LABEL, String.valueOf(e.getMessage()));
    }
  }

  /// The number of images that have a mask.
  int masks() {
    return masked.get();
  }

  /// What the masks that could be read hold.
  MaskCounts maskCounts() {
    return maskCounts;
  }

  List<Problem> problems() {
    return problems.values().stream().flatMap(List::stream).toList();
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
