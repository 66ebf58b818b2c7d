package toco.image;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Checks that the scans of a JPEG are complete. A progressive file stores the coefficients of its
/// blocks in several scans, from coarse to fine; other files may store their components one by one.
///
/// A file may end properly before all its data was stored. Decoders then guess the rest, each in a
/// different way, so such a file is rejected.
final class JpegScans {
  /// A decoder smooths blocks in which one of these is not known exactly.
  private static final int SMOOTHED_COEFFICIENTS = 10;

  private static final int UNKNOWN = Integer.MAX_VALUE;
  private static final int MAX_SCANS = 500;

  private final JpegHeader header;

  /// [component][coefficient]: number of its low bits that are still missing.
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
  /// @throws ImageException if the file or its scans are incomplete, or if there are so many scans
  ///   that decoding would take too long
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
              source, "the JPEG has more than %s scans".formatted(MAX_SCANS), JpegDecoder.REMEDY);
        }
      }
    } while (markers.code() != JpegMarkers.END_OF_IMAGE);
    if (!scans.complete()) {
      throw ImageException.unreadable(
          source,
          "the JPEG is truncated: it has an end marker, but its last scans are missing",
          JpegDecoder.REMEDY);
    }
  }

  /// A scan's segment: a count n, n times component and tables, first and last coefficient, bits.
  private void add(JpegMarkers scan) {
    int components = scan.bodyBytes() == 0 ? 0 : scan.u8(0);
    int parameters = 1 + 2 * components;
    if (scan.bodyBytes() < parameters + 3) {
      return; // the decoder will reject it
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
