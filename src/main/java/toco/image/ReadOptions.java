package toco.image;

import org.jspecify.annotations.Nullable;
import toco.config.DataConfig;
import toco.config.PixelWindow;

/// How image files are read, where the format leaves a choice.
///
/// @param window how values of more than 8 bits become levels; null: as [ImageDecoder] says for
///   each format
/// @param isTurned whether images are turned upright by their EXIF orientation
/// @param page of a TIFF file, from 1
public record ReadOptions(@Nullable PixelWindow window, boolean isTurned, int page) {
  /// Pixels as stored, of the first page.
  public static final ReadOptions STANDARD = new ReadOptions(null, false, 1);

  /// Those of a configuration.
  public static ReadOptions of(DataConfig data) {
    return new ReadOptions(data.window(), data.exif() == DataConfig.Exif.APPLY, data.page());
  }
}
