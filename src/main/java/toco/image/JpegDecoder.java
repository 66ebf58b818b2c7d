package toco.image;

import java.lang.foreign.MemorySegment;

/// Decodes JPEG to RGB, with the same bytes as Pillow. Keeps no state between images.
sealed interface JpegDecoder permits TurboJpeg, JpegRaster {
  String REMEDY = "replace it with an intact file, or remove it from the list";

  /// Decodes a whole image.
  ///
  /// @param file the encoded image, in native memory
  /// @param header its parsed header
  /// @param source its name, for error messages
  /// @param rgb receives the pixels: [header.heightPx, header.widthPx, 3] uint8, native memory
  /// @param scratch working memory
  /// @throws ImageException if the file is damaged or truncated; the content of `rgb` is then
  ///   undefined
  void decode(
      MemorySegment file,
      JpegHeader header,
      String source,
      MemorySegment rgb,
      GrowableMemory scratch);
}
