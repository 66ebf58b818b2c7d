package toco.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.ClassNames;
import toco.config.DataConfig.OtherClasses;
import toco.config.Layout;
import toco.files.UserPath;

/// Reads labels of any kind, to be written as a `cls_labels_onehot.npy`.
///
/// @param kind kind of the source
/// @param source the file or folder
/// @param classNames foreground classes in label order
/// @param otherClasses what to do with classes that are not among them
public record LabelConversion(
    Kind kind, Path source, List<String> classNames, OtherClasses otherClasses) {
  /// What labels are read from.
  public enum Kind {
    VOC_XML,
    COCO_JSON,
    MASKS,
    CSV,
    CVAT,
    LABEL_STUDIO,
    FOLDERS
  }

  public LabelConversion {
    classNames = List.copyOf(classNames);
  }

  /// @param classes a file of class names, `voc` or `coco`; null: those of the source, which are
  ///   VOC's for VOC annotations, and in alphabetical order if the source has no order
  /// @throws DataException if `classes` is null and the source does not name its classes
  /// @throws toco.config.ConfigException if a file of class names cannot be read
  public static LabelConversion of(
      Kind kind, Path source, @Nullable String classes, OtherClasses others) {
    return new LabelConversion(kind, source, classNames(kind, source, classes), others);
  }

  private static List<String> classNames(Kind kind, Path source, @Nullable String classes) {
    if (classes != null) {
      for (var known : List.of(Layout.VOC, Layout.COCO)) {
        if (classes.equals(known.toString())) {
          return known.classNames();
        }
      }
      return ClassNames.read(UserPath.of(classes));
    }
    return switch (kind) {
      case VOC_XML -> Layout.VOC.classNames();
      case COCO_JSON -> ClassNames.read(source);
      case CVAT, LABEL_STUDIO, FOLDERS -> names(kind, source);
      case MASKS, CSV ->
          throw new DataException(
              source + " does not name the classes in label order; name them with --classes");
    };
  }

  /// The names that occur in a source.
  private static List<String> names(Kind kind, Path source) {
    var classes = ClassIndex.discovering();
    read(kind, source, classes);
    if (classes.discovered().isEmpty()) {
      throw new DataException(source + " names no class; name them with --classes");
    }
    return classes.discovered();
  }

  /// Reads the labels by the images' names without extension.
  ///
  /// @param lists list files, all of whose images must have a label; empty: all labels are read
  /// @throws DataException naming the file or line that is missing or wrong
  public ClassLabels read(List<Path> lists) {
    var wanted = new LinkedHashMap<String, String>(); // origin by name
    for (var file : lists) {
      var list = NameList.readFiles(file);
      list.entries()
          .forEach(entry ->
              wanted.putIfAbsent(ImageReferences.stemOf(entry.name()), list.origin(entry)));
    }
    var references = new ImageReferences(wanted.keySet());
    var labels = readAll().renamed(references::findOrStem);
    wanted.forEach((name, origin) -> {
      if (!labels.contains(name)) {
        throw new DataException(
            "%s has no label for '%s' (%s); remove the line or add the label"
                .formatted(source, name, origin));
      }
    });
    return lists.isEmpty() ? labels : labels.only(wanted.keySet());
  }

  private ClassLabels readAll() {
    var classes =
        new ClassIndex(
            classNames,
            classNames,
            otherClasses,
            e -> {
              throw e;
            });
    return read(kind, source, classes);
  }

  private static ClassLabels read(Kind kind, Path source, ClassIndex classes) {
    if (!Files.exists(source)) {
      throw new DataException("no such file or folder: " + source + "; check the path");
    }
    return switch (kind) {
      case VOC_XML -> VocAnnotations.read(source, classes);
      case COCO_JSON -> CocoInstances.read(source, classes);
      case CSV -> CsvLabels.read(source, classes);
      case CVAT -> CvatAnnotations.read(source, classes);
      case LABEL_STUDIO -> LabelStudioTasks.read(source, classes);
      case FOLDERS -> FolderClasses.read(source, classes);
      case MASKS -> {
        if (classes.ignoresOthers()) {
          throw new DataException(
              "masks number the classes; name all of them, without --ignore-other-classes");
        }
        yield ClassLabels.fromMasks(masks(source), MaskReader.of(classes.size()));
      }
    };
  }

  private static LinkedHashMap<String, Path> masks(Path source) {
    var masks = new LinkedHashMap<String, Path>();
    try (var files = Files.walk(source, FileVisitOption.FOLLOW_LINKS)) {
      files
          .filter(file -> MaskFolder.hasEnding(file.toString()))
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .sorted()
          .forEach(file -> masks.put(source.relativize(file).toString(), file));
    } catch (IOException e) {
      throw new DataException("cannot read the folder %s: %s".formatted(source, e), e);
    } catch (UncheckedIOException e) {
      throw new DataException("cannot read the folder %s: %s".formatted(source, e.getCause()), e);
    }
    if (masks.isEmpty()) {
      throw new DataException(
          source + " holds no mask; expected one per image, as PNG, TIFF, BMP or WebP");
    }
    return masks;
  }
}
