package toco.infer;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import toco.data.DataException;
import toco.data.Dataset;
import toco.data.ImageFolder;
import toco.data.ImageNames;

/// An image file to process, not read yet.
///
/// @param name unique among the images to process; may contain `/` between folders. Result files
///   get this name.
/// @param path a JPEG or PNG file
public record InputImage(String name, Path path) {
  /// One image, or all JPEG and PNG images in a folder and its sub-folders, sorted by name.
  ///
  /// @param except a folder to leave out, such as that of the results
  /// @param skipped receives a line on images in formats that are not read
  /// @throws DataException if there is no such file or folder, or no image in it
  public static List<InputImage> find(Path imageOrFolder, Path except, Consumer<String> skipped) {
    if (Files.isDirectory(imageOrFolder)) {
      var folder = ImageFolder.scan(imageOrFolder, except);
      var images =
          folder.byName().entrySet().stream()
              .map(entry -> new InputImage(entry.getKey(), entry.getValue()))
              .toList();
      if (images.isEmpty()) {
        throw new DataException(
            "no JPEG or PNG file in %s; %s"
                .formatted(
                    imageOrFolder,
                    folder.unreadFiles().orElse("name a folder of images, or one image")));
      }
      folder.unreadImages().ifPresent(skipped);
      return images;
    }
    if (!Files.isRegularFile(imageOrFolder)) {
      throw new DataException("no image or folder %s; check the path".formatted(imageOrFolder));
    }
    return List.of(new InputImage(stem(imageOrFolder), imageOrFolder));
  }

  /// The samples of a data set, in its order.
  static List<InputImage> of(Dataset dataset) {
    return IntStream.range(0, dataset.size())
        .mapToObj(i -> new InputImage(dataset.name(i), dataset.imagePath(i)))
        .toList();
  }

  /// Path of a result of this image: `folder/name` + ending.
  Path in(Path folder, String ending) {
    return folder.resolve(name.replace('/', File.separatorChar) + ending);
  }

  private static String stem(Path file) {
    return ImageNames.withoutExtension(String.valueOf(file.getFileName()));
  }
}
