package toco.image.formats;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The top level of a DICOM data set, up to the pixel data. Sequences are skipped: an icon in one
/// of them has pixels of its own.
final class DicomData {
  static final int TRANSFER_SYNTAX = 0x00020010;
  static final int PIXELS = 0x7FE00010;

  private static final int PREAMBLE = 128;
  private static final String MAGIC = "DICM";
  private static final int META_GROUP = 0x0002;
  private static final int FIRST_GROUP = 0x0008;
  private static final int DELIMITERS = 0xFFFE;

  /// The groups that are asked for: meta, image, pixels.
  private static final Set<Integer> GROUPS = Set.of(META_GROUP, 0x0028, 0x7FE0);

  private static final int ITEM = 0xFFFEE000;
  private static final long UNDEFINED = 0xFFFFFFFFL;
  private static final String IMPLICIT = "1.2.840.10008.1.2";
  private static final String BIG_ENDIAN = "1.2.840.10008.1.2.2";
  private static final Set<String> LONG_LENGTH =
      Set.of("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV");

  private final Map<Integer, Element> elements = new HashMap<>();
  private Bytes bytes;
  private boolean isExplicit = true;

  /// A data element.
  ///
  /// @param vr its type; empty where the file does not say
  /// @param at of its value
  record Element(int tag, String vr, long at, long length) {
    boolean isUndefined() {
      return length == UNDEFINED;
    }
  }

  private DicomData(MemorySegment file) {
    bytes = Bytes.littleEndian(file, "DICOM file");
  }

  /// Whether a file is DICOM, also without the preamble, as old programs wrote.
  static boolean isDicom(MemorySegment file) {
    if (Bytes.startsWith(file, PREAMBLE, MAGIC)) {
      return true;
    }
    try {
      var bytes = Bytes.littleEndian(file, "DICOM file");
      int group = bytes.u16(0);
      long element = bytes.u16(2);
      boolean isGroupLength = element == 0 && (isVr(bytes, 4) || bytes.u32(4) == 4);
      boolean isText = isVr(bytes, 4) || (bytes.u32(4) > 0 && bytes.u32(4) <= 64);
      return (group == META_GROUP && isGroupLength)
          || (group == FIRST_GROUP && (isGroupLength || (element <= 0x20 && isText)));
    } catch (FormatException e) {
      return false;
    }
  }

  static DicomData read(MemorySegment file) throws FormatException {
    var data = new DicomData(file);
    data.readElements(Bytes.startsWith(file, PREAMBLE, MAGIC) ? PREAMBLE + MAGIC.length() : 0);
    return data;
  }

  Bytes bytes() {
    return bytes;
  }

  private void readElements(long start) throws FormatException {
    long at = start;
    boolean isMeta = true;
    while (bytes.holds(at, 8)) {
      if (isMeta && bytes.u16(at) != META_GROUP) {
        isMeta = false;
        startDataSet(at);
      }
      var element = element(at);
      if (GROUPS.contains(element.tag >>> 16)) { // a hostile file may have millions of others
        elements.putIfAbsent(element.tag, element);
      }
      if (element.tag == PIXELS) {
        return;
      }
      at = element.isUndefined() ? afterSequence(element.at) : element.at + element.length;
    }
  }

  /// The meta group is explicit and little-endian; the data set is what it says.
  private void startDataSet(long at) throws FormatException {
    var syntax = text(TRANSFER_SYNTAX);
    isExplicit = syntax.isEmpty() ? isVr(bytes, at + 4) : !syntax.equals(IMPLICIT);
    if (syntax.equals(BIG_ENDIAN)) {
      bytes = bytes.with(ByteOrder.BIG_ENDIAN);
    }
  }

  private Element element(long at) throws FormatException {
    int tag = bytes.u16(at) << 16 | bytes.u16(at + 2);
    boolean isDelimiter = bytes.u16(at) == DELIMITERS;
    if (isDelimiter
        || !isExplicit
        || !isVr(bytes, at + 4)) { // some explicit files hold implicit ones
      return new Element(tag, "", at + 8, bytes.u32(at + 4));
    }
    var vr = bytes.text(at + 4, 2);
    return LONG_LENGTH.contains(vr)
        ? new Element(tag, vr, at + 12, bytes.u32(at + 8))
        : new Element(tag, vr, at + 8, bytes.u16(at + 6));
  }

  /// The end of a sequence of undefined length.
  private long afterSequence(long start) throws FormatException {
    long at = start;
    for (int depth = 1; depth > 0; ) {
      var element = element(at);
      boolean isDelimiter = element.tag >>> 16 == DELIMITERS;
      if (isDelimiter && element.tag != ITEM) {
        depth--;
        at = element.at;
      } else if (element.isUndefined()) {
        depth++;
        at = element.at;
      } else {
        at = element.at + element.length;
      }
    }
    return at;
  }

  private static boolean isVr(Bytes bytes, long at) throws FormatException {
    return isCapital(bytes.u8(at)) && isCapital(bytes.u8(at + 1));
  }

  private static boolean isCapital(int character) {
    return character >= 'A' && character <= 'Z';
  }

  @Nullable Element element(int tag, String what) throws FormatException {
    var element = elements.get(tag);
    if (element != null && !element.isUndefined() && !bytes.holds(element.at, element.length)) {
      throw new FormatException("the DICOM file is truncated in its " + what, Bytes.REPLACE);
    }
    return element;
  }

  boolean has(int tag) {
    return elements.containsKey(tag);
  }

  /// The text of an element; empty if it is absent.
  String text(int tag) throws FormatException {
    var element = element(tag, "header");
    return element == null || element.isUndefined()
        ? ""
        : bytes.text(element.at, Math.min(element.length, 1024)).replace('\0', ' ').strip();
  }

  /// A whole number of 16 bits, or more where the file has more.
  long whole(int tag, long standard) throws FormatException {
    var element = element(tag, "header");
    if (element == null || element.length < 2) {
      return standard;
    }
    return element.length == 4 ? bytes.u32(element.at) : bytes.u16(element.at);
  }

  /// The first of the decimal numbers of an element.
  ///
  /// @throws FormatException if it is no number
  double decimal(int tag, double standard) throws FormatException {
    var text = text(tag);
    if (text.isEmpty()) {
      return standard;
    }
    try {
      double value = Double.parseDouble(text.split("\\\\", 2)[0].strip());
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused as other texts are
    }
    throw FormatException.damaged(
        "DICOM file",
        String.format(Locale.ROOT, "(%04X,%04X) is no number", tag >>> 16, tag & 0xFFFF));
  }
}
