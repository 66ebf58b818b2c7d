package toco.image;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// What the scans of a JPEG have brought. A progressive file sends the coefficients of its blocks
/// in several scans, from coarse to fine; another may send its components one by one.
///
/// A file may end well before all has been sent. Decoders then invent the rest, each in its own
/// way, so such a file is refused.
final class JpegScans {
  /// A decoder smooths blocks of which any of these is not known exactly.
  private static final int SMOOTHED_COEFFICIENTS = 10;

  private static final int UNKNOWN = Integer.MAX_VALUE;
  private static final int MAX_SCANS = 500;

  private final JpegHeader header;

  /// [component][coefficient]: how many of its low bits are still to come.
  private final int[][] missingBits;

  private JpegScans(JpegHeader header) {
    this.header = header;
    missingBits = new int[header.components().size()][SMOOTHED_COEFFICIENTS];
    for (int[] component : missingBits) {
      Arrays.fill(component, UNKNOWN);
    }
  }

  /// Follows the markers to the end of the image, as a decoder does.
  ///
  /// @throws ImageException if the file ends before its image does, or the image before all of it
  ///   was sent, or if there are so many scans that decoding takes as long as their author likes
  static void check(MemorySegment file, JpegHeader header, String source) {
    var scans = new JpegScans(header);
    var markers = new JpegMarkers(file);
    int count = 0;
    do {
      if (!markers.next()) {
        throw ImageException.unreadable(source, "the JPEG is truncated", JpegDecoder.REMEDY);
      }
      if (markers.code() == JpegMarkers.START_OF_SCAN) {
        scans.add(markers);
        if (++count > MAX_SCANS) {
          throw ImageException.unreadable(
              source, "the JPEG has more than %d scans".formatted(MAX_SCANS), JpegDecoder.REMEDY);
        }
      }
    } while (markers.code() != JpegMarkers.END_OF_IMAGE);
    if (!scans.complete()) {
      throw ImageException.unreadable(
          source,
          "the JPEG is truncated: it ends as if whole, but its last scans are missing",
          JpegDecoder.REMEDY);
    }
  }

  /// Its segment: a count n, n times component and tables, first and last coefficient, bits.
  private void add(JpegMarkers scan) {
    int components = scan.bodyBytes() == 0 ? 0 : scan.u8(0);
    int parameters = 1 + 2 * components;
    if (scan.bodyBytes() < parameters + 3) {
      return; // the decoder will refuse it
    }
    int first = header.progressive() ? scan.u8(parameters) : 0;
    int last = header.progressive() ? scan.u8(parameters + 1) : SMOOTHED_COEFFICIENTS;
    int missing = header.progressive() ? scan.u8(parameters + 2) & 0xF : 0;
    for (int i = 0; i < components; i++) {
      int id = scan.u8(1 + 2 * i);
      for (int c = 0; c < missingBits.length; c++) {
        if (header.components().get(c).id() == id) {
          for (int k = first; k <= Math.min(last, SMOOTHED_COEFFICIENTS - 1); k++) {
            missingBits[c][k] = missing;
          }
        }
      }
    }
  }

  private boolean complete() {
    return Arrays.stream(missingBits).flatMapToInt(Arrays::stream).allMatch(bits -> bits == 0);
  }
}
