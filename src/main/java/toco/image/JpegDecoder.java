package toco.image;

import java.lang.foreign.MemorySegment;

/// Decodes JPEG to RGB, with Pillow's bytes. Keeps nothing from image to image.
sealed interface JpegDecoder permits TurboJpeg, JpegRaster {
  String REMEDY = "replace it with an intact file, or take it off the list";

  /// Decodes a whole image.
  ///
  /// @param file the encoded image, in native memory
  /// @param header what its markers say
  /// @param source what to call it in an error message
  /// @param rgb takes the pixels: [header.heightPx, header.widthPx, 3] uint8, native memory
  /// @param scratch memory to work in
  /// @throws ImageException if the file is damaged or truncated; `rgb` then holds anything
  void decode(
      MemorySegment file, JpegHeader header, String source, MemorySegment rgb, GrownMemory scratch);
}
