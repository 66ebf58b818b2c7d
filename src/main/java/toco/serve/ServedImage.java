package toco.serve;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.image.ImageDecoder;
import toco.image.ImageSize;
import toco.image.ReadOptions;
import toco.image.RgbImage;

/// An image that requests name by its id.
sealed interface ServedImage {
  String id();

  /// Its name for annotations: that of the data set, with `/` between folders, or of an upload.
  String name();

  /// Decodes it as the network's configuration says.
  ///
  /// @throws toco.image.ImageException if it is damaged
  RgbImage decode(Arena arena);

  /// Its size, from its header.
  ///
  /// @throws toco.image.ImageException if it is damaged
  ImageSize size();

  /// Names of its classes; null: not known.
  @Nullable List<String> labels();

  /// An image of the data set.
  ///
  /// @param labels names of its classes; null: it has no label
  record OfDataset(
      String id, String name, Path file, ReadOptions options, @Nullable List<String> labels)
      implements ServedImage {
    @Override
    public RgbImage decode(Arena arena) {
      return ImageDecoder.decode(file, options, arena);
    }

    @Override
    public ImageSize size() {
      return ImageSize.read(file, options);
    }
  }

  /// An image that was sent.
  ///
  /// @param content the encoded image; not copied
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Upload(String id, String name, byte[] content, ImageSize size, ReadOptions options)
      implements ServedImage {
    @Override
    public RgbImage decode(Arena arena) {
      return ImageDecoder.decode(content, "the image", options, arena);
    }

    @Override
    public @Nullable List<String> labels() {
      return null;
    }
  }
}
