package toco.library;

import java.io.IOException;

/// The C header that the bindings of this jar were made from.
public final class ShimHeader {
  private static final String PATH = "/toco/native/include/toco_torch.h";

  private ShimHeader() {}

  /// The SHA-256 of its content, which a shim built from the same header returns too.
  public static String hash() throws IOException {
    try (var header = ShimHeader.class.getResourceAsStream(PATH)) {
      if (header == null) {
        throw new IOException("the class path has no " + PATH);
      }
      return ContentHash.of(header.readAllBytes());
    }
  }
}
