package toco.image;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import toco.image.formats.FormatException;
import toco.image.formats.Samples;
import toco.image.formats.StoredImage;

/// A file that is neither JPEG nor PNG: its header, read within bounds.
///
/// @param source the file's name, for errors
record OtherImage(StoredImage stored, String source) {
  /// Reads the header.
  ///
  /// @param page of a TIFF file, from 1
  /// @throws ImageException if the file is damaged, or in a format that is not read
  static OtherImage of(MemorySegment file, String source, int page) {
    try {
      var stored = StoredImage.of(file, page).orElseThrow(() -> OtherFormat.refused(file, source));
      ImageDecoder.checkSize(source, stored.widthPx(), stored.heightPx());
      return new OtherImage(stored, source);
    } catch (FormatException e) {
      throw refused(e, source);
    }
  }

  ImageSize size() {
    return new ImageSize(stored.widthPx(), stored.heightPx());
  }

  /// Decodes the pixels.
  ///
  /// @throws ImageException if they are damaged, or need more memory than there is
  Samples samples() {
    long heap = stored.heapBytes();
    long pixels = size().pixels();
    ImageDecoder.checkMemory(source, stored.widthPx(), stored.heightPx(), heap + 3 * pixels);
    if (heap > Runtime.getRuntime().maxMemory()) {
      throw tooLargeForHeap(null);
    }
    try {
      var samples = stored.samples();
      var rows = samples.rows();
      if (rows.widthPx() != stored.widthPx() || rows.heightPx() != stored.heightPx()) {
        throw ImageException.unreadable(source, "its headers are inconsistent", JpegDecoder.REMEDY);
      }
      return samples;
    } catch (FormatException e) {
      throw refused(e, source);
    } catch (OutOfMemoryError e) {
      throw tooLargeForHeap(e);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      if (e instanceof ImageException ours) {
        throw ours;
      }
      var cause = e.getCause() == null ? e : e.getCause();
      throw new ImageException(
          "cannot read %s: the %s is damaged (%s); %s"
              .formatted(source, stored.format(), ImageException.reason(cause), JpegDecoder.REMEDY),
          e);
    }
  }

  private ImageException tooLargeForHeap(@Nullable Throwable cause) {
    return ImageException.heap(source, stored.widthPx(), stored.heightPx(), cause);
  }

  private static ImageException refused(FormatException e, String source) {
    return new ImageException(
        "cannot read %s: %s; %s".formatted(source, e.getMessage(), e.remedy()), e);
  }
}
