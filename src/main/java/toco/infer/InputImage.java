package toco.infer;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.annotation.LabelledImage;
import toco.data.Dataset;
import toco.image.LabelMap;
import toco.torch.Tensor;

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

  /// The image's path below the folder in which it was found, with `/` between folders: the folders
  /// of its name, and the file name.
  String relativePath() {
    return name.substring(0, name.lastIndexOf('/') + 1) + path.getFileName();
  }

  static List<String> relativePaths(List<InputImage> images) {
    return images.stream().map(InputImage::relativePath).toList();
  }

  /// The image with labels.
  ///
  /// @param index its position among all images
  /// @param scores float32 [H, W] on the CPU, valid as long as the result; null: not known
  LabelledImage labelled(int index, LabelMap labels, @Nullable Tensor scores) {
    return new LabelledImage(
        index, name, relativePath(), path, labels, scores == null ? null : scores.segment());
  }

  /// Path of a result of this image: `folder/name` + ending.
  ///
  /// @throws java.nio.file.InvalidPathException if the system's locale has no such name
  Path in(Path folder, String ending) {
    return folder.resolve(name.replace('/', File.separatorChar) + ending);
  }
}
