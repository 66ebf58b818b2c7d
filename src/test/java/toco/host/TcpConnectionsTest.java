package toco.host;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpConnectionsTest {
  @SuppressWarnings("try") // closing twice does nothing, and is what the test is about
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void aConnectionIsOpenUntilTheOtherEndClosesIt(String host) throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "no list of connections on this system");
    var address = InetAddress.getByName(host);
    try (var listening = listen(address);
        var client = new Socket(address, listening.getLocalPort());
        var server = listening.accept()) {
      assertFalse(isClosed(server));
      client.getOutputStream().write(1);
      assertFalse(isClosed(server));
      client.close();
      for (int i = 0; i < 100 && !isClosed(server); i++) {
        Thread.sleep(10);
      }
      assertTrue(isClosed(server));
    }
  }

  private static ServerSocket listen(InetAddress address) {
    try {
      return new ServerSocket(0, 1, address);
    } catch (IOException e) {
      assumeTrue(false, "this machine has no " + address);
      throw new AssertionError(e);
    }
  }

  private static boolean isClosed(Socket socket) {
    return TcpConnections.isClosedByPeer(
        (InetSocketAddress) socket.getLocalSocketAddress(),
        (InetSocketAddress) socket.getRemoteSocketAddress());
  }
}
