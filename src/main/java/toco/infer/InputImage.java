package toco.infer;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import toco.data.Dataset;

/// An image file to process, not read yet.
///
/// @param name unique among the images to process, also where upper and lower case are the same;
///   may contain `/` between folders. Result files get this name.
/// @param path the image's file
public record InputImage(String name, Path path) {
  /// The samples of a data set, in its order.
  static List<InputImage> of(Dataset dataset) {
    return IntStream.range(0, dataset.size())
        .mapToObj(i -> new InputImage(dataset.name(i), dataset.imagePath(i)))
        .toList();
  }

  /// Path of a result of this image: `folder/name` + ending.
  ///
  /// @throws java.nio.file.InvalidPathException if the system's locale has no such name
  Path in(Path folder, String ending) {
    return folder.resolve(name.replace('/', File.separatorChar) + ending);
  }
}
