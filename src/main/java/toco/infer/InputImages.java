package toco.infer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import toco.data.DataException;
import toco.data.ImageFolder;
import toco.data.ImageNames;
import toco.files.ResultFolder;

/// The images that a user names, and the folder for their results.
///
/// @param images in the order of the inputs, those of a folder sorted by name
/// @param skipped what cannot be read in the folders, one line each with the reason
/// @param results folders of earlier results that were skipped
record InputImages(List<InputImage> images, List<String> skipped, List<Path> results) {
  /// The folders that exports create in the folder of results. Earlier results in them are no
  /// images, also where an older version, which did not mark its folders, wrote them.
  private static final List<String> RESULT_FOLDERS =
      List.of("labels", "colour", "overlay", "cam", "aux_cam", "seg", "geotiff");

  /// Finds the images, and creates the folders of their results.
  ///
  /// @param inputs images and folders of images
  /// @param out the folder of results; may be one of the inputs or in it
  /// @param kinds names of the folders in `out` that will be written
  /// @throws DataException if an input is missing, there is no image, or results would be written
  ///   over images
  static InputImages find(List<Path> inputs, Path out, Set<String> kinds) {
    ResultFolder.requireFolder(out);
    var found = new Finder(out);
    inputs.forEach(found::add);
    var images = ResultNames.unique(found.images);
    kinds.forEach(kind -> requireApart(images, out.resolve(kind)));
    kinds.forEach(kind -> ResultFolder.create(out.resolve(kind)));
    return new InputImages(images, List.copyOf(found.skipped), List.copyOf(found.results));
  }

  /// Tells what was skipped.
  void report(InferenceListener listener) {
    if (!results.isEmpty()) {
      listener.onMessage(
          "folders of earlier results are not read as images: "
              + String.join(", ", results.stream().map(Path::toString).toList()));
    }
    skipped.forEach(line -> listener.onMessage("skipped " + line));
  }

  private static void requireApart(List<InputImage> images, Path results) {
    if (!Files.isDirectory(results)) {
      return;
    }
    var real = real(results);
    for (var image : images) {
      if (real(parent(image.path())).startsWith(real)) {
        throw new DataException(
            ("the results would be written to %s, which holds images to read, such as %s; name"
                    + " another folder with --out, or delete it if these are earlier results")
                .formatted(results, image.path()));
      }
    }
  }

  private static Path parent(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent());
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) { // a missing file is reported when it is read
      return path.toAbsolutePath().normalize();
    }
  }

  /// Collects the images of several inputs, each once.
  private static final class Finder {
    final List<String> skipped = new ArrayList<>();
    final List<Path> results = new ArrayList<>();
    private final Path out;
    private final List<ResultNames.Candidate> images = new ArrayList<>();
    private final Set<Path> places = new HashSet<>(); // of the images of earlier inputs

    Finder(Path out) {
      this.out = out;
    }

    void add(Path input) {
      if (Files.isDirectory(input)) {
        addFolder(input);
      } else if (Files.isRegularFile(input)) {
        var file = String.valueOf(input.getFileName());
        addAll(Map.of(ImageNames.withoutExtension(file), input), parent(input));
      } else if (Files.exists(input)) {
        throw new DataException(
            "%s is a device or pipe; name an image file, or a folder of images".formatted(input));
      } else {
        throw new DataException("no image or folder %s; check the path".formatted(input));
      }
    }

    private void addFolder(Path input) {
      boolean isOut = real(input).equals(real(out));
      var except = isOut ? List.<Path>of() : RESULT_FOLDERS.stream().map(out::resolve).toList();
      var folder = ImageFolder.scan(input, except);
      skipped.addAll(folder.skipped());
      folder.unreadImages().ifPresent(skipped::add);
      results.addAll(folder.results());
      if (folder.byName().isEmpty()) {
        var why =
            folder.results().isEmpty()
                ? ""
                : " (%s holds results of this program)".formatted(folder.results().getFirst());
        throw new DataException(
            "no image file in %s%s; %s"
                .formatted(
                    input,
                    why,
                    folder.unreadFiles().orElse("name a folder of images, or one image")));
      }
      addAll(folder.byName(), input);
    }

    private void addAll(Map<String, Path> named, Path folder) {
      var source = String.valueOf(real(folder).getFileName());
      var found = new ArrayList<Path>();
      named.forEach((name, path) -> {
        var place = real(parent(path)).resolve(path.getFileName());
        if (!places.contains(place)) {
          images.add(new ResultNames.Candidate(path, name, source));
          found.add(place);
        }
      });
      places.addAll(found);
    }
  }
}
