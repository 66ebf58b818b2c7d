package toco.image;

/// What a JPEG's markers say before its first scan.
///
/// The colours are told from the markers by libjpeg's rules: a JFIF marker means YCbCr, an Adobe
/// marker names its transform, component ids `R G B` mean RGB, and YCbCr is the default.
record JpegHeader(int widthPx, int heightPx, Colours colours) {
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

  private static final int START_OF_SCAN = 0xDA;
  private static final int END_OF_IMAGE = 0xD9;
  private static final int APP0_JFIF = 0xE0;
  private static final int APP14_ADOBE = 0xEE;
  private static final int NO_ADOBE = -1;
  private static final String REMEDY = "replace it with an intact file, or save it as 8-bit JPEG";

  static JpegHeader parse(byte[] file, String source) {
    int width = 0;
    int height = 0;
    int[] ids = {};
    boolean jfif = false;
    int adobeTransform = NO_ADOBE;
    int at = 2;
    while (true) {
      while (at < file.length && u8(file, at) != 0xFF) {
        at++; // libjpeg skips garbage between markers too
      }
      while (at < file.length && u8(file, at) == 0xFF) {
        at++;
      }
      if (at + 2 >= file.length) {
        throw ImageException.unreadable(source, "the JPEG is truncated in its header", REMEDY);
      }
      int marker = u8(file, at++);
      if (marker == START_OF_SCAN) {
        break;
      }
      if (marker == END_OF_IMAGE) {
        throw ImageException.unreadable(source, "the JPEG holds no image data", REMEDY);
      }
      if (marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
        continue; // these stand alone, without a length
      }
      int length = u16(file, at);
      if (length < 2 || at + length > file.length) {
        throw ImageException.unreadable(source, "the JPEG is truncated in its header", REMEDY);
      }
      int body = at + 2;
      if (isFrame(marker) && length >= 8) {
        if (u8(file, body) != 8) {
          throw ImageException.unreadable(source, u8(file, body) + "-bit JPEG", REMEDY);
        }
        height = u16(file, body + 1);
        width = u16(file, body + 3);
        ids = new int[Math.min(u8(file, body + 5), (length - 8) / 3)];
        for (int c = 0; c < ids.length; c++) {
          ids[c] = u8(file, body + 6 + 3 * c);
        }
      } else if (marker == APP0_JFIF && length >= 16 && startsWith(file, body, "JFIF\0")) {
        jfif = true;
      } else if (marker == APP14_ADOBE && length >= 14 && startsWith(file, body, "Adobe")) {
        adobeTransform = u8(file, body + 11);
      }
      at += length;
    }
    ImageDecoder.checkSize(source, width, height);
    return new JpegHeader(width, height, colours(ids, jfif, adobeTransform, source));
  }

  private static Colours colours(int[] ids, boolean jfif, int adobeTransform, String source) {
    return switch (ids.length) {
      case 1 -> Colours.GREY;
      case 3 -> {
        boolean rgb =
            adobeTransform == NO_ADOBE
                ? ids[0] == 'R' && ids[1] == 'G' && ids[2] == 'B'
                : adobeTransform == 0;
        yield rgb && !jfif ? Colours.RGB : Colours.YCBCR;
      }
      case 4 -> adobeTransform <= 0 ? Colours.CMYK : Colours.YCCK;
      default ->
          throw ImageException.unreadable(
              source,
              "a JPEG has 1, 3 or 4 colour components, this one " + ids.length,
              "convert it to RGB");
    };
  }

  private static boolean isFrame(int marker) {
    boolean otherUse = marker == 0xC4 || marker == 0xC8 || marker == 0xCC;
    return marker >= 0xC0 && marker <= 0xCF && !otherUse;
  }

  private static boolean startsWith(byte[] file, int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (at + i >= file.length || file[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int u8(byte[] file, int at) {
    return file[at] & 0xFF;
  }

  private static int u16(byte[] file, int at) {
    return u8(file, at) << 8 | u8(file, at + 1);
  }
}
