package toco.serve;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// Requests that must be refused.
final class HostileRequests {
  /// Kinds of requests.
  static final int KINDS = 14;

  /// The kind that is no HTTP.
  static final int NOISE = 1;

  private static final byte[] BOMB = bomb(8000);

  private HostileRequests() {}

  private static final List<String> TARGETS =
      List.of(
          "/../../etc/passwd",
          "/..%2f..%2fetc%2fpasswd",
          "/%2e%2e/%2e%2e/etc/passwd",
          "/static/../index.html",
          "/index.html/",
          "/index.html%00.js",
          "//etc/passwd",
          "/api/images/..",
          "/api/images/../info",
          "/api/images/val-0%2f..%2f..",
          "/api/images/val-99999999/pixels",
          "/api/runs/..%2f..%2f/metrics",
          "/api/runs/x/pictures/..",
          "/api/annotations/../../x",
          "http://evil.example/api/info",
          "/api/images?split=../train",
          "/api/images?count=99999999999999999999",
          "/api/images?count=-1",
          "/api/images?%zz=1",
          "/api/images?a=1&a=2",
          "*",
          "api/info",
          "");

  /// One of the ways to be a nuisance, by turns.
  static byte[] of(RawClient raw, int i, Random random) {
    var noise = RawClient.noise(random, 1 + random.nextInt(2000));
    var png = ServeFixture.picture(9, 9);
    var type = "Content-Type: image/png\r\n";
    return switch (i % KINDS) {
      case 0 -> raw.request("GET " + TARGETS.get(i / KINDS % TARGETS.size()), "", new byte[0]);
      case NOISE -> noise;
      case 2 -> // garbage as an image
          raw.request("POST /api/segment", type + length(noise.length), noise);
      case 3 -> // a truncated image
          raw.request(
              "POST /api/segment",
              type + length(png.length / 2),
              Arrays.copyOf(png, png.length / 2));
      case 4 -> // a flipped bit
          raw.request("POST /api/segment", type + length(png.length), damaged(png, random));
      case 5 -> raw.request("POST /api/segment", type + length(1L << 40), noise);
      case 6 -> raw.request("POST /api/images", "Content-Type: text/html\r\n" + length(3), png);
      case 7 -> raw.request("GET /api/info", "Origin: http://evil.example\r\n", new byte[0]);
      case 8 ->
          "GET /api/info HTTP/1.1\r\nHost: evil.example:%s\r\nConnection: close\r\n\r\n"
              .formatted(raw.port())
              .getBytes(StandardCharsets.ISO_8859_1);
      case 9 -> raw.request("GET /api/info", "X: " + "x".repeat(40_000) + "\r\n", new byte[0]);
      case 10 -> raw.request("GET /api/info", "Y: 1\r\n".repeat(500), new byte[0]);
      case 11 -> { // a bomb: 8000 x 8000 pixels in some kilobytes
        yield raw.request("POST /api/segment", type + length(BOMB.length), BOMB);
      }
      case 12 ->
          raw.request(
              "PUT /api/annotations/val-0",
              "Content-Type: application/json\r\n" + length(noise.length),
              noise);
      default -> raw.request("BREW /api/info", length(-5), new byte[0]);
    };
  }

  static String length(long bytes) {
    return "Content-Length: %s\r\n".formatted(bytes);
  }

  private static byte[] damaged(byte[] png, Random random) {
    var copy = png.clone();
    copy[8 + random.nextInt(copy.length - 20)] ^= (byte) (1 << random.nextInt(8));
    return copy;
  }

  /// A grey PNG of one colour.
  private static byte[] bomb(int side) {
    var deflater = new Deflater(9);
    deflater.setInput(new byte[(side + 1) * side]);
    deflater.finish();
    var packed = new byte[1 << 18];
    int length = deflater.deflate(packed);
    deflater.end();
    var header = ByteBuffer.allocate(13).putInt(side).putInt(side).put((byte) 8);
    var png = ByteBuffer.allocate(8 + 12 + 13 + 12 + length + 12);
    png.putLong(0x89504E470D0A1A0AL);
    chunk(png, "IHDR", header.array());
    chunk(png, "IDAT", Arrays.copyOf(packed, length));
    chunk(png, "IEND", new byte[0]);
    return png.array();
  }

  private static void chunk(ByteBuffer png, String name, byte[] content) {
    var crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.US_ASCII));
    crc.update(content);
    png.putInt(content.length)
        .put(name.getBytes(StandardCharsets.US_ASCII))
        .put(content)
        .putInt((int) crc.getValue());
  }
}
