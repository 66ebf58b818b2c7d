package toco.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Labels that the folders of images give: a folder for each class, as torchvision's `ImageFolder`
/// reads them, with any sub-folders.
///
/// ```
/// cats/IMG_1.jpg   dogs/IMG_1.jpg   dogs/beach/IMG_2.jpg   train/cats/IMG_3.jpg
/// ```
///
/// A class is the first folder on an image's path; folders that all images share, and those called
/// `train`, `val` or `test`, come before the classes. Where classes are named, it is the first
/// folder on the path that is one. Images beside the folders of classes have no label.
public final class FolderClasses {
  private static final Set<String> SPLITS =
      Set.of("train", "training", "val", "valid", "validation", "test", "testing");

  private FolderClasses() {}

  /// The folder that is the class of each image; images without one are left out.
  ///
  /// @param images paths with `/` between folders
  public static Map<String, String> of(Collection<String> images) {
    var folders = new LinkedHashMap<String, List<String>>();
    images.forEach(image -> folders.put(image, foldersOf(image)));
    int shared = shared(folders.values());
    var classes = new LinkedHashMap<String, String>();
    folders.forEach((image, path) ->
        path.stream()
            .skip(shared)
            .filter(folder -> !isSplit(folder))
            .findFirst()
            .ifPresent(folder -> classes.put(image, folder)));
    return classes;
  }

  /// The labels of all images in a folder.
  static ClassLabels read(Path folder, ClassIndex classes) {
    return read(folder, ImageFolder.scan(folder, List.of()).byName().keySet(), classes);
  }

  /// @param folder of the images
  /// @param images their paths relative to the folder
  /// @return the labels by these paths
  /// @throws DataException if no image is in a folder of a class
  static ClassLabels read(Path folder, Collection<String> images, ClassIndex classes) {
    var labels = classes.new Labels(folder.toString());
    of(images)
        .forEach((image, first) -> {
          var name = known(image, classes).orElse(first);
          var shown = labels.image(image, 0);
          classes.find(name, folder + "/" + image).ifPresent(shown::set);
        });
    var read = labels.build();
    if (read.names().isEmpty()) {
      throw new DataException(
          folder
              + " holds neither VOC's .xml annotations nor a folder of images for each class;"
              + " expected such as cats/IMG_1.jpg and dogs/IMG_2.jpg");
    }
    return read;
  }

  private static Optional<String> known(String image, ClassIndex classes) {
    return foldersOf(image).stream().filter(classes::contains).findFirst();
  }

  private static List<String> foldersOf(String image) {
    var parts = Arrays.asList(image.split("/", -1));
    return parts.subList(0, parts.size() - 1);
  }

  private static boolean isSplit(String folder) {
    return SPLITS.contains(folder.toLowerCase(Locale.ROOT));
  }

  /// The number of folders with which all paths begin; there must be others in them.
  private static int shared(Collection<List<String>> paths) {
    var all = List.copyOf(paths);
    if (all.isEmpty()) {
      return 0;
    }
    var prefix = new ArrayList<>(all.getFirst());
    for (var path : all) {
      int same = 0;
      while (same < Math.min(prefix.size(), path.size())
          && prefix.get(same).equals(path.get(same))) {
        same++;
      }
      prefix.subList(same, prefix.size()).clear();
    }
    boolean goesOn = all.stream().anyMatch(path -> path.size() > prefix.size());
    return goesOn ? prefix.size() : 0;
  }
}
