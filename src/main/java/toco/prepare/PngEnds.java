package toco.prepare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/// Recognises PNG files that were written to their end, without reading their pixels.
final class PngEnds {
  private static final String FIRST = "89504e470d0a1a0a"; // the signature
  private static final String LAST = "0000000049454e44ae426082"; // the chunk IEND

  private PngEnds() {}

  static boolean isWhole(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (var channel = Files.newByteChannel(file)) {
      var first = java.nio.ByteBuffer.allocate(FIRST.length() / 2);
      var last = java.nio.ByteBuffer.allocate(LAST.length() / 2);
      channel.read(first);
      channel.position(Math.max(0, channel.size() - last.capacity())).read(last);
      return HexFormat.of().formatHex(first.array()).equals(FIRST)
          && HexFormat.of().formatHex(last.array()).equals(LAST);
    } catch (IOException e) {
      return false;
    }
  }
}
