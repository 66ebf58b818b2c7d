package toco.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Iterates over the markers of a JPEG file as libjpeg does, which skips bytes between them.
///
/// ```java
/// var markers = new JpegMarkers(file);
/// while (markers.next()) {
///   if (markers.code() == JpegMarkers.START_OF_SCAN) …
/// }
/// ```
final class JpegMarkers {
  static final int START_OF_SCAN = 0xDA;
  static final int END_OF_IMAGE = 0xD9;

  private static final int FIRST_FRAME = 0xC0;
  private static final int FIRST_RESTART = 0xD0;
  private static final int START_OF_IMAGE = 0xD8;

  private final MemorySegment file;
  private final long size;
  private long at = 2; // after the start of image
  private int code;
  private long body;
  private int bodyBytes;

  /// @param file a whole file that starts with the signature of a JPEG
  JpegMarkers(MemorySegment file) {
    this.file = file;
    this.size = file.byteSize();
  }

  static boolean isJpeg(MemorySegment file) {
    return file.byteSize() >= 3
        && u8(file, 0) == 0xFF
        && u8(file, 1) == START_OF_IMAGE
        && u8(file, 2) == 0xFF;
  }

  /// Moves to the next marker and past its segment. Skips markers without a segment (except the end
  /// of the image) and the bytes of scans.
  ///
  /// @return false if the file ends before the next marker, or within its segment
  boolean next() {
    while (true) {
      while (at < size && u8(file, at) != 0xFF) {
        at++;
      }
      while (at < size && u8(file, at) == 0xFF) {
        at++;
      }
      if (at >= size) {
        return false;
      }
      code = u8(file, at++);
      body = at;
      bodyBytes = 0;
      if (code == END_OF_IMAGE) {
        return true;
      }
      // below: data bytes (0), and codes that only damaged data has
      boolean standsAlone = code < FIRST_FRAME || (code >= FIRST_RESTART && code <= START_OF_IMAGE);
      if (!standsAlone) {
        return enterSegment();
      }
    }
  }

  private boolean enterSegment() {
    if (at + 2 > size) {
      return false;
    }
    int length = u8(file, at) << 8 | u8(file, at + 1);
    if (length < 2 || at + length > size) {
      return false;
    }
    body = at + 2;
    bodyBytes = length - 2;
    at += length;
    return true;
  }

  /// The second byte of the marker.
  int code() {
    return code;
  }

  /// Bytes of the marker's segment, without its length.
  int bodyBytes() {
    return bodyBytes;
  }

  /// A byte of the segment.
  ///
  /// @param index less than [#bodyBytes]
  int u8(int index) {
    return u8(file, body + index);
  }

  int u16(int index) {
    return u8(index) << 8 | u8(index + 1);
  }

  boolean bodyStartsWith(String text) {
    if (bodyBytes < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (u8(i) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int u8(MemorySegment file, long at) {
    return file.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
  }
}
