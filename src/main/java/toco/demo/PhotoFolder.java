package toco.demo;

import static java.util.Comparator.naturalOrder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import toco.config.Config;
import toco.config.Overrides;
import toco.data.ClassLabels;
import toco.data.DataException;
import toco.data.FolderClasses;
import toco.data.ImageFolder;
import toco.files.CsvCell;
import toco.files.IoReason;
import toco.files.Json;
import toco.run.RunFiles;

/// Finds in a folder of photographs what a configuration has to say about it: labels, classes,
/// masks and lists, each at one of its usual places. What the user sets is not looked for.
final class PhotoFolder {
  private static final Set<String> TABLES = Set.of("csv", "tsv", "json");
  private static final Set<String> LABELS =
      Set.of("csv", "tsv", "txt", "json", "xml", "zip", "npy", "npz", "xlsx", "xls", "ods");
  private static final List<String> MASKS =
      List.of("masks", "SegmentationClassAug", "SegmentationClass");

  private final Path root;
  private final Overrides given;

  private PhotoFolder(Path root, Overrides given) {
    this.root = root;
    this.given = given;
  }

  /// The settings for a folder.
  ///
  /// @param config the configuration without them, but with what the user sets
  /// @param given what the user sets
  /// @param runDir receives `labels.csv` if the sub-folders are the labels
  /// @throws DataException if there are no images, or no labels
  static Overrides settings(Config config, Overrides given, Path runDir) {
    var data = config.data();
    var folder = new PhotoFolder(data.root(), given);
    var masks =
        MASKS.stream().filter(name -> Files.isDirectory(data.root().resolve(name))).findFirst();
    var notImages =
        new ArrayList<>(List.of(masks.map(data.root()::resolve).orElse(data.maskPath())));
    var hints = data.hintsPath();
    if (hints != null) {
      notImages.add(hints);
    }
    var images = ImageFolder.scan(data.imagePath(), notImages);
    if (images.byName().isEmpty()) {
      throw new DataException(
          "no image file in %s; %s"
              .formatted(
                  data.imagePath(),
                  images.unreadFiles().orElse("name the folder of your photographs")));
    }
    var found = Overrides.NONE;
    if (masks.isPresent() && !given.has("data.maskDir")) {
      found = found.plus("data.maskDir", masks.get());
    }
    for (var split : List.of("train", "val", "test")) {
      var list = folder.list(split);
      if (list.isPresent() && !given.has("data." + split + "List")) {
        found = found.plus("data." + split + "List", list.get());
      }
    }
    if (data.labelsFromMasks()) {
      return found;
    }
    var labels = given.has("data.labels") ? Optional.of(data.labelsPath()) : folder.labels();
    return found.plus(
        labels.isPresent()
            ? folder.classes(labels.get()).plus("data.labels", labels.get().toAbsolutePath())
            : folder.ofSubFolders(images, runDir));
  }

  private Optional<String> list(String split) {
    return List.of("lists/" + split + ".txt", split + ".txt").stream()
        .filter(name -> Files.isRegularFile(root.resolve(name)))
        .findFirst();
  }

  private Overrides classes(Path labels) {
    if (given.has("data.classNames")) {
      return Overrides.NONE;
    }
    if (given.has("data.classNamesFile")) {
      return Overrides.of("data.classNames", "[]");
    }
    return Files.isRegularFile(root.resolve("classes.txt"))
        ? Overrides.of("data.classNames", "[]").plus("data.classNamesFile", "classes.txt")
        : Overrides.of(
            "data.classNames", Json.MAPPER.writeValueAsString(ClassLabels.classNames(labels)));
  }

  /// A file called `labels`, else the only table, else CVAT's `annotations.xml`, else a folder of
  /// annotations.
  private Optional<Path> labels() {
    var files = files();
    var named = files.stream().filter(file -> isLabels(file)).toList();
    var tables = files.stream().filter(file -> TABLES.contains(ending(file))).toList();
    for (var candidates : List.of(named, tables, cvat(files), annotations())) {
      if (candidates.size() > 1) {
        throw new DataException(
            "%s and %s could both be the labels; say which with --set data.labels=%s"
                .formatted(
                    candidates.get(0), candidates.get(1), candidates.getFirst().getFileName()));
      }
      if (!candidates.isEmpty()) {
        return Optional.of(candidates.getFirst());
      }
    }
    return Optional.empty();
  }

  /// CVAT's export, as it is called in its archive.
  private static List<Path> cvat(List<Path> files) {
    return files.stream()
        .filter(file -> file.getFileName().toString().equals("annotations.xml"))
        .toList();
  }

  private List<Path> files() {
    try (var files = Files.list(root)) {
      return files
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DataException("cannot read the folder %s: %s".formatted(root, IoReason.of(e)), e);
    }
  }

  private static boolean isLabels(Path file) {
    var name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.startsWith("labels.") && LABELS.contains(ending(file));
  }

  private static String ending(Path file) {
    var name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private List<Path> annotations() {
    return List.of("Annotations", "annotations").stream()
        .map(root::resolve)
        .filter(PhotoFolder::holdsXml)
        .limit(1) // one folder on disks that ignore case
        .toList();
  }

  private static boolean holdsXml(Path folder) {
    try (var files = Files.list(folder)) {
      return files.anyMatch(file -> ending(file).equals("xml"));
    } catch (IOException e) {
      return false;
    }
  }

  /// A folder for each class, as [FolderClasses] finds them, if all images are in one, and there
  /// are at least two.
  private Overrides ofSubFolders(ImageFolder images, Path runDir) {
    var classes = new TreeSet<String>(String.CASE_INSENSITIVE_ORDER.thenComparing(naturalOrder()));
    var table = new StringBuilder("name,label\n");
    var folders = FolderClasses.of(images.byName().keySet());
    folders.forEach((name, folder) -> {
      classes.add(folder);
      table.append("%s,%s\n".formatted(CsvCell.of(name), CsvCell.of(folder)));
    });
    if (classes.size() < 2 || folders.size() < images.byName().size()) {
      throw new DataException(
          ("no labels in %s; write labels.csv there, one line per image with its classes, such as"
                  + " %s,cat,dog")
              .formatted(root, images.byName().firstEntry().getKey()));
    }
    var file = runDir.resolve("labels.csv");
    RunFiles.writeText(file, table.toString());
    return Overrides.of("data.labels", file.toAbsolutePath())
        .plus("data.classNames", Json.MAPPER.writeValueAsString(classes));
  }
}
