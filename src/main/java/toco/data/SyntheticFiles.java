package toco.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import toco.files.AtomicFile;
import toco.files.FileLocks;
import toco.image.ImageException;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.RgbImage;

/// The files of a synthetic set. A note of the options is written before the first file as
/// `synthetic.unfinished.txt`, and renamed to `synthetic.txt` after the last file. So an
/// interrupted set is not mistaken for a complete one.
final class SyntheticFiles {
  private static final String COMPLETE = "synthetic.txt";
  private static final String UNFINISHED = "synthetic.unfinished.txt";
  private static final String LOCK = ".lock";
  private static final int SIZE_PX = SyntheticScene.SIZE_PX;

  /// Incremented whenever the images of the same options change, so that older sets are not reused.
  private static final int GENERATOR_VERSION = 1;

  private final Path folder;
  private final SyntheticShapes.Options options;
  private final String note;

  SyntheticFiles(Path folder, SyntheticShapes.Options options) {
    this.folder = folder;
    this.options = options;
    this.note =
        "ToCo synthetic shapes, generator %s\n%s".formatted(GENERATOR_VERSION, options.describe());
  }

  SyntheticShapes.Outcome write() {
    synchronized (SyntheticFiles.class) { // file locks hold between processes, this between threads
      try {
        Files.createDirectories(folder);
        try (var channel =
            FileChannel.open(
                folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
          FileLocks.lock(channel); // without locks, several processes write the same files
          return writeLocked();
        }
      } catch (IOException e) {
        throw unwritable(e);
      }
    }
  }

  private SyntheticShapes.Outcome writeLocked() throws IOException {
    Path complete = folder.resolve(COMPLETE);
    Path unfinished = folder.resolve(UNFINISHED);
    checkNote(complete);
    checkNote(unfinished);
    boolean begun = Files.exists(complete) || Files.exists(unfinished);
    if (!begun && !isEmpty()) {
      throw new DataException(
          folder + " is not empty and holds no synthetic set; choose another folder");
    }
    List<Entry> entries = entries();
    if (Files.exists(complete)) {
      if (entries.stream().allMatch(Entry::exists) && hasLists()) {
        return SyntheticShapes.Outcome.REUSED;
      }
      Files.move(complete, unfinished); // files were deleted since
    }
    AtomicFile.write(unfinished, note.getBytes(StandardCharsets.UTF_8));
    removeTemporaries();
    var labels = new LinkedHashMap<String, float[]>();
    for (var pending : paintAll(entries)) {
      labels.put(pending.entry().name, join(pending.labels()));
    }
    writeLists(entries);
    ClassLabels.of("the generator", SyntheticShapes.CLASS_NAMES.size(), labels)
        .write(lists("cls_labels_onehot.npy"));
    Files.move(unfinished, complete);
    return begun ? SyntheticShapes.Outcome.COMPLETED : SyntheticShapes.Outcome.WRITTEN;
  }

  private List<Pending> paintAll(List<Entry> entries) {
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);
    var pending = new ArrayList<Pending>();
    try (var workers = Executors.newFixedThreadPool(threads)) {
      for (var entry : entries) {
        pending.add(new Pending(entry, workers.submit(() -> paint(entry))));
      }
    }
    return pending;
  }

  /// Writes the missing files of an entry and returns its labels.
  private float[] paint(Entry entry) {
    var scene = new SyntheticScene(options.seed(), entry.split, entry.index, options.variant());
    if (!entry.exists()) {
      var pixels = MemorySegment.ofArray(scene.paint());
      ImageWriter.writeJpeg(new RgbImage(pixels, SIZE_PX, SIZE_PX), entry.image);
      var labels = MemorySegment.ofArray(scene.mask());
      ImageWriter.writePng(new LabelMap(labels, SIZE_PX, SIZE_PX), entry.mask);
    }
    return scene.labels();
  }

  private void writeLists(List<Entry> entries) throws IOException {
    for (var split : Split.values()) {
      var names = entries.stream().filter(e -> e.split == split.number).map(Entry::name).toList();
      writeText(lists(split.list()), names);
    }
    writeText(lists("classes.txt"), SyntheticShapes.CLASS_NAMES);
  }

  private static void writeText(Path file, List<String> lines) throws IOException {
    AtomicFile.write(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private boolean hasLists() {
    for (var split : Split.values()) {
      if (!Files.exists(lists(split.list()))) {
        return false;
      }
    }
    return Files.exists(lists("classes.txt")) && Files.exists(lists("cls_labels_onehot.npy"));
  }

  private List<Entry> entries() {
    var entries = new ArrayList<Entry>();
    for (var split : Split.values()) {
      int count =
          switch (split) {
            case TRAIN -> options.trainCount();
            case VAL -> options.valCount();
            case TEST -> options.testCount();
          };
      for (int i = 0; i < count; i++) {
        String name = String.format(Locale.ROOT, "%s_%05d", split.lowerCase(), i);
        entries.add(
            new Entry(
                name,
                split.number,
                i,
                folder.resolve("JPEGImages", name + ".jpg"),
                folder.resolve("SegmentationClassAug", name + ".png")));
      }
    }
    return entries;
  }

  private Path lists(String name) {
    return folder.resolve("lists", name);
  }

  private void checkNote(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    String found = Files.readString(file);
    if (!found.equals(note)) {
      throw new DataException(
          "%s holds another synthetic set (%s; expected: %s); choose another folder or delete it"
              .formatted(folder, oneLine(found), oneLine(note)));
    }
  }

  private static String oneLine(String text) {
    return text.strip().replace("\n", ", ");
  }

  private boolean isEmpty() throws IOException {
    try (var files = Files.list(folder)) {
      return files.allMatch(file -> file.endsWith(LOCK));
    }
  }

  private void removeTemporaries() throws IOException {
    try (var files = Files.walk(folder, 2)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (AtomicFile.isTemporary(file)) {
          Files.delete(file);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private float[] join(Future<float[]> labels) throws IOException {
    try {
      return labels.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException("interrupted while writing " + folder + "; run the command again", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ImageException unwritable) {
        throw unwritable;
      }
      throw new IllegalStateException("painting an image failed", e.getCause());
    }
  }

  private DataException unwritable(IOException e) {
    return new DataException(
        "cannot write the synthetic set to %s: %s; check permissions and free space"
            .formatted(folder, e),
        e);
  }

  /// An image of the set and its mask.
  private record Entry(String name, int split, int index, Path image, Path mask) {
    /// Files are written under another name and then renamed, so a non-empty file is complete.
    boolean exists() {
      return image.toFile().length() > 0 && mask.toFile().length() > 0;
    }
  }

  private record Pending(Entry entry, Future<float[]> labels) {}

  private enum Split {
    TRAIN(1),
    VAL(2),
    TEST(3);

    /// Part of the key of the split's random numbers: renumbering changes the images.
    final int number;

    Split(int number) {
      this.number = number;
    }

    String lowerCase() {
      return name().toLowerCase(Locale.ROOT);
    }

    String list() {
      return lowerCase() + ".txt";
    }
  }
}
