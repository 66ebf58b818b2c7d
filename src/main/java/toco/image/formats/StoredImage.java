package toco.image.formats;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// An image file whose header has been read, and whose pixels have not.
public sealed interface StoredImage permits TiffImage, BmpImage, WebpImage, DicomImage {
  /// The name of the format: `TIFF`.
  String format();

  int widthPx();

  int heightPx();

  /// Bytes on the Java heap that decoding takes.
  long heapBytes();

  /// Whether the compression changes values.
  boolean isLossy();

  /// How viewers turn the image, as EXIF numbers it: 1…8, 1 if they do not.
  default int orientation() {
    return 1;
  }

  /// Decodes the pixels. The library may throw any exception for a damaged file.
  ///
  /// @return samples that are valid as long as the file's memory
  /// @throws FormatException if they are damaged, or need a library that is missing
  Samples samples() throws java.io.IOException;

  /// Reads a header.
  ///
  /// @param file the whole file
  /// @param page of a TIFF file, from 1
  /// @return empty for other formats
  /// @throws FormatException if the file is damaged, or of a kind that is not read
  static Optional<StoredImage> of(MemorySegment file, int page) throws FormatException {
    if (DicomData.isDicom(file)) { // first: its preamble may be the start of a TIFF
      return Optional.of(DicomImage.of(file));
    }
    if (TiffDirectory.isTiff(file)) {
      return Optional.of(TiffImage.of(file, page));
    }
    if (BmpImage.isBmp(file)) {
      return Optional.of(BmpImage.of(file));
    }
    return WebpImage.isWebp(file) ? Optional.of(WebpImage.of(file)) : Optional.empty();
  }
}
