package toco.distributed;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collections;

/// How other processes reach this one.
final class OwnAddress {
  private OwnAddress() {}

  /// The address from which this process reaches the store, or that of the interface which
  /// `GLOO_SOCKET_IFNAME` names, as in PyTorch.
  ///
  /// @throws DistributedException if there is none
  static String towards(String storeAddress, int storePort) {
    var name = System.getenv("GLOO_SOCKET_IFNAME");
    try (var socket = new DatagramSocket()) {
      if (name != null) {
        return addressOf(name);
      }
      socket.connect(new InetSocketAddress(storeAddress, storePort)); // sends nothing
      return socket.getLocalAddress().getHostAddress();
    } catch (SocketException | RuntimeException e) {
      throw new DistributedException(
          "this process has no address to reach %s from: %s"
              .formatted(storeAddress, e.getMessage()),
          e);
    }
  }

  private static String addressOf(String interfaceName) throws SocketException {
    var found = NetworkInterface.getByName(interfaceName);
    if (found == null || !found.getInetAddresses().hasMoreElements()) {
      throw new DistributedException(
          "GLOO_SOCKET_IFNAME names %s, which is no network interface with an address here"
              .formatted(interfaceName));
    }
    return Collections.list(found.getInetAddresses()).stream()
        .filter(address -> address.getAddress().length == 4)
        .findFirst()
        .orElse(found.getInetAddresses().nextElement())
        .getHostAddress();
  }

  /// The name of this host, for whoever reads of it.
  static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "a host without name";
    }
  }
}
