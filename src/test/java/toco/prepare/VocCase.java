package toco.prepare;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.prepare.MiniVoc.ALL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import toco.files.FreeSpace;

/// Prepares VOC from miniature archives.
abstract class VocCase {
  @TempDir Path folder;
  Path from;
  Path root;
  final List<String> messages = new ArrayList<>();

  final PrepareListener listener =
      new PrepareListener() {
        @Override
        public void onProgress(String what, int done, int total) {
          messages.add("%s %s/%s".formatted(what, done, total));
        }

        @Override
        public void onBytes(String name, long done, long total) {}

        @Override
        public void onMessage(String line) {
          messages.add(line);
        }
      };

  @BeforeEach
  void writeArchives() {
    from = folder.resolve("from");
    root = folder.resolve("root");
    MiniVoc.writeArchives(from);
  }

  /// With the archives as they are now.
  Prepared prepare() {
    return prepare(MiniVoc.release(from), options(from.toString()));
  }

  PrepareOptions options(String from) {
    return new PrepareOptions(root, from, true, false, false);
  }

  Prepared prepare(VocRelease release, PrepareOptions options) {
    return prepare(release, options, FreeSpace::of);
  }

  Prepared prepare(VocRelease release, PrepareOptions options, Workplace.FreeBytes freeSpace) {
    var home = VocPreparation.home(options.root());
    return VocPreparation.run(
        release,
        new Workplace(options, home, new ArchiveStore(options, listener), freeSpace, listener));
  }

  static TreeSet<String> files(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      var names = new TreeSet<String>();
      files
          .filter(Files::isRegularFile)
          .forEach(file -> names.add(folder.relativize(file).toString()));
      return names;
    }
  }

  /// Everything that a complete data set has, and nothing else.
  static TreeSet<String> complete() {
    var names = new TreeSet<String>();
    for (var name : ALL) {
      names.add("JPEGImages/" + name + ".jpg");
      names.add("Annotations/" + name + ".xml");
      names.add("SegmentationClassAug/" + name + ".png");
    }
    names.addAll(
        List.of(
            "lists/train.txt",
            "lists/val.txt",
            "lists/train_aug.txt",
            "lists/cls_labels_onehot.npy",
            "prepared.json"));
    return names;
  }

  static String refused(Executable run, String message) {
    var thrown = assertThrows(RuntimeException.class, run);
    var text = String.valueOf(thrown.getMessage());
    assertTrue(text.contains(message), text);
    return text;
  }
}
