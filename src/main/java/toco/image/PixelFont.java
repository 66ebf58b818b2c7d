package toco.image;

/// A small fixed-width font, 5×7 pixels per letter, for captions. It needs no fonts of the machine,
/// which a server may lack, and looks the same everywhere.
///
/// A glyph is seven base-32 digits, one per row from the top; the five bits of a digit are the
/// row's pixels from the left.
final class PixelFont {
  /// Line height of a caption, including leading.
  static final int LINE_PX = 10;

  private static final int GLYPH_WIDTH_PX = 5;
  private static final int ADVANCE_PX = 6;
  private static final String UNKNOWN = "vhhhhhv";

  private static final String DIGITS =
      "ehjlphe 4c4444e eh1248v v24211e 26aiv22 vgu11he 68gughe v124888 ehhehhe ehhf12c";
  private static final String UPPER =
      "ehhvhhh uhhuhhu ehggghe sihhhis vgguggv"
          + " vgguggg ehgnhhf hhhvhhh e44444e 72222ic hikokih ggggggv hrllhhh hhpljhh ehhhhhe"
          + " uhhuggg ehhhlid uhhukih fgge11u v444444 hhhhhhe hhhhha4 hhhllla hha4ahh hha4444"
          + " v1248gv";
  private static final String LOWER =
      "00e1fhf ggmphhu 00eggge"
          + " 11djhhf 00ehvge 69gsggg 00fhf1e ggmphhh 40c444e 206222c ggikoki c44444e"
          + " 00qllll 00mphhh 00ehhhe 00uhugg 00fhf11 00mpggg 00fge1u 88s8896 00hhhjd 00hhha4"
          + " 00hhlla 00ha4ah 00hhf1e 00v248v";
  private static final String MARKS = " .,:;-+_/=%()<>#*!?'&[]|";
  private static final String MARK_GLYPHS =
      "0000000 00000cc 0000c48 0cc0cc0 0cc0c48 000v000 044v440 000000v 1224488 00v0v00 op248j3"
          + " 2488842 8422248 248g842 8421248 aavavaa 4lelel4 4444404 eh12404 4480000 cik8ljd"
          + " e88888e e22222e 4444444";

  private static final String[] GLYPHS = new String[128];

  static {
    assign("0123456789", DIGITS);
    assign("ABCDEFGHIJKLMNOPQRSTUVWXYZ", UPPER);
    assign("abcdefghijklmnopqrstuvwxyz", LOWER);
    assign(MARKS, MARK_GLYPHS);
  }

  private PixelFont() {}

  /// Draws a line of text with its top-left corner here, clipped to `maxWidthPx`.
  static void draw(Picture on, String text, int leftPx, int topPx, int maxWidthPx, int colour) {
    int fitting = Math.min(text.length(), (maxWidthPx + 1) / ADVANCE_PX);
    for (int i = 0; i < fitting; i++) {
      char letter = text.charAt(i);
      String glyph = letter < GLYPHS.length && GLYPHS[letter] != null ? GLYPHS[letter] : UNKNOWN;
      for (int y = 0; y < glyph.length(); y++) {
        int row = Character.digit(glyph.charAt(y), 32);
        for (int x = 0; x < GLYPH_WIDTH_PX; x++) {
          if ((row >> (GLYPH_WIDTH_PX - 1 - x) & 1) != 0) {
            on.set(leftPx + i * ADVANCE_PX + x, topPx + y, colour);
          }
        }
      }
    }
  }

  private static void assign(String letters, String glyphs) {
    String[] each = glyphs.split(" ", -1);
    if (each.length != letters.length()) {
      throw new IllegalStateException(letters.length() + " letters, " + each.length + " glyphs");
    }
    for (int i = 0; i < each.length; i++) {
      GLYPHS[letters.charAt(i)] = each[i];
    }
  }
}
