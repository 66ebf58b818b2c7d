package toco.image;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The header of a JPEG: its markers before the first scan.
///
/// The colour space follows from the markers by libjpeg's rules: a JFIF marker means YCbCr, an
/// Adobe marker names its transform, component ids `R G B` mean RGB, and YCbCr is the default.
///
/// @param components in the file's order
/// @param arithmetic whether the coefficients are arithmetic-coded, not Huffman-coded
/// @param progressive whether the scans go from coarse to fine
/// @param severalScans whether the image has more than one scan
record JpegHeader(
    int widthPx,
    int heightPx,
    Colours colours,
    List<JpegHeader.Component> components,
    boolean arithmetic,
    boolean progressive,
    boolean severalScans) {
  /// The colour space of the components.
  enum Colours {
    GREY(1),
    RGB(3),
    YCBCR(3),
    CMYK(4),
    YCCK(4);

    final int components;

    Colours(int components) {
      this.components = components;
    }
  }

  /// A colour component.
  ///
  /// @param horizontal horizontal sampling factor, 1…4; the component with the largest has every
  ///   column
  /// @param vertical vertical sampling factor, the same for rows
  record Component(int id, int horizontal, int vertical) {}

  private static final int BASELINE = 0xC0;
  private static final int EXTENDED = 0xC1;
  private static final int PROGRESSIVE = 0xC2;
  private static final int ARITHMETIC = 0xC9;
  private static final int ARITHMETIC_PROGRESSIVE = 0xCA;
  private static final int APP0_JFIF = 0xE0;
  private static final int APP14_ADOBE = 0xEE;
  private static final int NO_ADOBE = -1;
  private static final int BLOCK_PX = 8;

  /// Images up to this size are passed to the decoder, however short their files are.
  private static final long SMALL_PIXELS = 1L << 22;

  private static final String REMEDY = "replace it with an intact file, or save it as 8-bit JPEG";

  JpegHeader {
    components = List.copyOf(components);
  }

  /// Reads the header, and rejects invalid images before memory is allocated for them.
  static JpegHeader parse(MemorySegment file, String source) {
    int width = 0;
    int height = 0;
    List<Component> components = List.of();
    int frame = 0;
    boolean jfif = false;
    int adobeTransform = NO_ADOBE;
    var markers = new JpegMarkers(file);
    do {
      if (!markers.next()) {
        throw ImageException.unreadable(source, "the JPEG is truncated in its header", REMEDY);
      }
      int code = markers.code();
      if (code == JpegMarkers.END_OF_IMAGE) {
        throw ImageException.unreadable(source, "the JPEG has no image data", REMEDY);
      }
      if (isFrame(code) && markers.bodyBytes() >= 6) {
        requireOrdinary(code, source);
        if (markers.u8(0) != 8) {
          throw ImageException.unreadable(source, markers.u8(0) + "-bit JPEG", REMEDY);
        }
        height = markers.u16(1);
        width = markers.u16(3);
        components = components(markers, source);
        frame = code;
      } else if (code == APP0_JFIF
          && markers.bodyBytes() >= 14
          && markers.bodyStartsWith("JFIF\0")) {
        jfif = true;
      } else if (code == APP14_ADOBE
          && markers.bodyBytes() >= 12
          && markers.bodyStartsWith("Adobe")) {
        adobeTransform = markers.u8(11);
      }
    } while (markers.code() != JpegMarkers.START_OF_SCAN);
    ImageDecoder.checkSize(source, width, height);
    var colours = colours(components, jfif, adobeTransform, source);
    boolean progressive = frame == PROGRESSIVE || frame == ARITHMETIC_PROGRESSIVE;
    boolean severalScans =
        progressive || (markers.bodyBytes() > 0 && markers.u8(0) < components.size());
    var header =
        new JpegHeader(
            width, height, colours, components, frame >= ARITHMETIC, progressive, severalScans);
    header.checkFileHoldsSoMuch(file.byteSize(), source);
    return header;
  }

  /// Bytes of the pixels, and of the coefficients that several scans refine.
  long decodingBytes() {
    long pixels = (long) widthPx * heightPx;
    return (3 + (severalScans ? (long) Short.BYTES * components.size() : 0)) * pixels;
  }

  /// The largest sampling factors of all components: the number of columns and rows of the image
  /// that one sample of a component with factor 1 covers.
  int maxHorizontal() {
    return components.stream().mapToInt(Component::horizontal).max().orElse(1);
  }

  int maxVertical() {
    return components.stream().mapToInt(Component::vertical).max().orElse(1);
  }

  /// A Huffman-coded block takes at least one bit, so a large image takes a large file. (An
  /// arithmetic-coded one can take less; such images do not occur at that size.)
  private void checkFileHoldsSoMuch(long fileBytes, String source) {
    if ((long) widthPx * heightPx <= SMALL_PIXELS) {
      return;
    }
    int maxHorizontal = maxHorizontal();
    int maxVertical = maxVertical();
    long blocks = 0;
    for (var component : components) {
      blocks +=
          Math.ceilDiv((long) widthPx * component.horizontal(), maxHorizontal * BLOCK_PX)
              * Math.ceilDiv((long) heightPx * component.vertical(), maxVertical * BLOCK_PX);
    }
    if (fileBytes * Byte.SIZE < blocks) {
      throw ImageException.unreadable(
          source,
          "the JPEG is truncated: its header claims %s×%s px, which %s bytes cannot hold"
              .formatted(widthPx, heightPx, fileBytes),
          REMEDY);
    }
  }

  private static List<Component> components(JpegMarkers frame, String source) {
    var components = new ArrayList<Component>(4);
    int count = Math.min(frame.u8(5), (frame.bodyBytes() - 6) / 3);
    for (int c = 0; c < count; c++) {
      int sampling = frame.u8(7 + 3 * c);
      var component = new Component(frame.u8(6 + 3 * c), sampling >> 4, sampling & 0xF);
      if (!isFactor(component.horizontal()) || !isFactor(component.vertical())) {
        throw ImageException.unreadable(
            source,
            "the sampling factors must be 1…4, this JPEG has %s×%s"
                .formatted(component.horizontal(), component.vertical()),
            REMEDY);
      }
      components.add(component);
    }
    return components;
  }

  private static boolean isFactor(int sampling) {
    return sampling >= 1 && sampling <= 4;
  }

  private static Colours colours(
      List<Component> components, boolean jfif, int adobeTransform, String source) {
    return switch (components.size()) {
      case 1 -> Colours.GREY;
      case 3 -> {
        boolean rgb =
            adobeTransform == NO_ADOBE
                ? components.get(0).id() == 'R'
                    && components.get(1).id() == 'G'
                    && components.get(2).id() == 'B'
                : adobeTransform == 0;
        yield rgb && !jfif ? Colours.RGB : Colours.YCBCR;
      }
      case 4 -> adobeTransform <= 0 ? Colours.CMYK : Colours.YCCK;
      default ->
          throw ImageException.unreadable(
              source,
              "expected 1, 3 or 4 colour components, this JPEG has " + components.size(),
              "convert it to RGB");
    };
  }

  private static void requireOrdinary(int frame, String source) {
    switch (frame) {
      case BASELINE, EXTENDED, PROGRESSIVE, ARITHMETIC, ARITHMETIC_PROGRESSIVE -> {}
      default ->
          throw ImageException.unreadable(
              source,
              "it is a lossless or hierarchical JPEG (SOF%s)".formatted(frame - BASELINE),
              "save it as an ordinary JPEG");
    }
  }

  private static boolean isFrame(int marker) {
    boolean otherUse = marker == 0xC4 || marker == 0xC8 || marker == 0xCC;
    return marker >= 0xC0 && marker <= 0xCF && !otherUse;
  }
}
