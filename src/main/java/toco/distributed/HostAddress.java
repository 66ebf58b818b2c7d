package toco.distributed;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collections;

/// The address and name of this host, as other processes of a job use them.
final class HostAddress {
  private HostAddress() {}

  /// The address of the network interface that leads to the store, or of the interface that
  /// `GLOO_SOCKET_IFNAME` names, as in PyTorch.
  ///
  /// @throws DistributedException if there is no such interface
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
          "no network interface of this host leads to %s: %s; check MASTER_ADDR"
              .formatted(storeAddress, e.getMessage()),
          e);
    }
  }

  private static String addressOf(String interfaceName) throws SocketException {
    var found = NetworkInterface.getByName(interfaceName);
    if (found == null || !found.getInetAddresses().hasMoreElements()) {
      throw new DistributedException(
          ("GLOO_SOCKET_IFNAME is %s, but this host has no such network interface with an "
                  + "address; see ip addr")
              .formatted(interfaceName));
    }
    return Collections.list(found.getInetAddresses()).stream()
        .filter(address -> address.getAddress().length == 4)
        .findFirst()
        .orElse(found.getInetAddresses().nextElement())
        .getHostAddress();
  }

  /// The name of this host, for messages.
  static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unnamed host";
    }
  }
}
