package toco.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/// This machine's TCP connections as Linux lists them in `/proc/net`.
public final class TcpConnections {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  private static final String ESTABLISHED = "01";
  private static final int WORD_BYTES = 4; // addresses are words in the machine's byte order

  private TcpConnections() {}

  /// Whether the other end of a connection has closed it, or its sending half: what is written to
  /// it now may reach nobody.
  ///
  /// @param local this end
  /// @param remote the other end
  /// @return false also on systems without `/proc/net`
  public static boolean isClosedByPeer(InetSocketAddress local, InetSocketAddress remote) {
    boolean known = false;
    for (var table : TABLES) {
      try {
        for (var line : Files.readAllLines(table)) {
          var columns = line.strip().split("\\s+", 5);
          known = true;
          if (columns.length == 5 && is(columns[1], local) && is(columns[2], remote)) {
            return !columns[3].equals(ESTABLISHED);
          }
        }
      } catch (IOException e) {
        // another system, or one without IPv6
      }
    }
    return known; // reset, so that the system has forgotten it
  }

  /// @param entry such as `0100007F:1F90`
  private static boolean is(String entry, InetSocketAddress address) {
    int colon = entry.indexOf(':');
    if (colon < 0 || Integer.parseInt(entry, colon + 1, entry.length(), 16) != address.getPort()) {
      return false;
    }
    var words = HexFormat.of().parseHex(entry, 0, colon);
    for (int i = 0; i < words.length; i += WORD_BYTES) {
      swap(words, i, i + 3);
      swap(words, i + 1, i + 2);
    }
    try {
      return InetAddress.getByAddress(words).equals(address.getAddress());
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static void swap(byte[] bytes, int i, int j) {
    byte kept = bytes[i];
    bytes[i] = bytes[j];
    bytes[j] = kept;
  }
}
