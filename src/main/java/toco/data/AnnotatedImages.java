package toco.data;

import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import toco.config.DataConfig;

/// Finds the images of a split that hints and boxes name.
final class AnnotatedImages {
  private final ListedDataset dataset;
  private final Finder finder;
  private final Set<String> listed;
  private final Set<String> others = new TreeSet<>();

  AnnotatedImages(DataConfig data, ListedDataset dataset) {
    this.dataset = dataset;
    finder = dataset.finder(data);
    listed = new LinkedHashSet<>(dataset.names());
  }

  /// Finds an image by what an annotation calls it.
  @FunctionalInterface
  interface Finder {
    /// @return its name; empty if there is no such image
    /// @throws DataException if several images could be meant
    Optional<String> find(String reference);
  }

  /// The image of the split that is called so; empty if it is an image that is not in the split.
  ///
  /// @param where file and line, for the error message
  /// @throws DataException if there is no such image, or several are called so
  Optional<String> find(String reference, String where) {
    Optional<String> name;
    try {
      name = finder.find(reference);
    } catch (DataException e) {
      throw new DataException(where + ": " + e.getMessage(), e);
    }
    if (name.filter(listed::contains).isPresent()) {
      return name;
    }
    var stem = ImageReferences.stemOf(reference);
    if (name.isEmpty() && !exists(stem) && !exists(ImageNames.last(stem))) {
      throw new DataException(
          "%s: there is no image '%s' in the data set%s; correct the name or remove it"
              .formatted(
                  where,
                  DataException.shortened(reference),
                  ImageNames.similar(stem, dataset.image(stem))));
    }
    others.add(name.orElse(stem));
    return Optional.empty();
  }

  private boolean exists(String name) {
    return Files.isRegularFile(dataset.image(name));
  }

  /// The images that were found, but are not in the split.
  Set<String> others() {
    return others;
  }
}
