package toco.distributed;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The addresses and the name of this host, as other processes of a job use them.
final class HostAddress {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Pattern LOCAL = Pattern.compile("localhost|127\\..*|::1");

  private HostAddress() {}

  /// This host's address for other ranks, as far as it is known before they have joined: that of
  /// the interface which `GLOO_SOCKET_IFNAME` names, as in PyTorch, or else of the one that leads
  /// to the store. On the store's own host the latter is often a loopback address; see
  /// [#reachable].
  ///
  /// @throws DistributedException if there is no such interface
  static String towards(Rendezvous at) {
    var wanted = System.getenv(SocketInterfaces.VARIABLE);
    var route = route(at.address(), at.port());
    if (wanted != null && !wanted.isBlank()) {
      return SocketInterfaces.ofThisHost().address(wanted.strip(), route).getHostAddress();
    }
    if (route.isEmpty() && !at.servesStore()) {
      throw new DistributedException(
          "no network interface of this host (%s) leads to %s; check MASTER_ADDR"
              .formatted(hostName(), at.address()));
    }
    return route.map(InetAddress::getHostAddress).orElse(LOOPBACK);
  }

  /// This host's address that the other ranks can reach. Debian's `/etc/hosts` gives a host's own
  /// name the address 127.0.1.1, so the host of the store would announce that; it uses the address
  /// of the interface that leads to a rank on another host instead. The same if the address is IPv4
  /// and that rank's is IPv6, or the reverse, because Gloo needs one kind.
  ///
  /// @param own as from [#towards]
  /// @param all those of all ranks
  static String reachable(String own, List<String> all) {
    var others = all.stream().filter(each -> !isThisHostOnly(each));
    var other = others.findFirst().orElse(all.getFirst());
    boolean fits = isThisHostOnly(own) == isThisHostOnly(other) && isIpv6(own) == isIpv6(other);
    return fits ? own : route(other, 1).map(InetAddress::getHostAddress).orElse(own);
  }

  private static boolean isIpv6(String address) {
    return address.contains(":");
  }

  /// The address of the interface that leads to a host. Of several addresses of the host, the first
  /// counts to which there is a route.
  private static Optional<InetAddress> route(String host, int port) {
    for (var address : resolve(host)) {
      try (var socket = new DatagramSocket()) {
        socket.connect(new InetSocketAddress(address, port)); // sends nothing
        return Optional.of(SocketInterfaces.ofThisHost().global(socket.getLocalAddress()));
      } catch (SocketException | RuntimeException e) {
        // no route, for example to an IPv6 address from a host without IPv6
      }
    }
    return Optional.empty();
  }

  /// The addresses of a host; none if its name is unknown.
  private static List<InetAddress> resolve(String host) {
    try {
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException e) {
      return List.of();
    }
  }

  private static boolean isThisHostOnly(String host) {
    return resolve(host).stream().allMatch(HostAddress::isThisHostOnly);
  }

  private static boolean isThisHostOnly(InetAddress address) {
    return address.isLoopbackAddress() || address.isAnyLocalAddress();
  }

  /// What may be wrong with `MASTER_ADDR`, seen from this host, as the end of an error message;
  /// empty if it looks right.
  static String doubt(Rendezvous at) {
    var addresses = resolve(at.address());
    if (addresses.isEmpty()) {
      return "; this host (%s) does not know the name %s: check its spelling, DNS and /etc/hosts"
          .formatted(hostName(), at.address());
    }
    boolean here = addresses.stream().allMatch(HostAddress::isThisHostOnly);
    if (here && !at.servesStore()) {
      return "; %s is this host itself (%s): if rank 0 runs on another host, name that"
          .formatted(at.address(), hostName());
    }
    if (at.size() > at.localSize() && LOCAL.matcher(at.address()).matches()) {
      return "; %s is a different host for each process: name the host of rank 0 (%s)"
          .formatted(at.address(), hostName());
    }
    if (!here && at.servesStore() && !SocketInterfaces.ofThisHost().haveAnyOf(addresses)) {
      return ("; MASTER_ADDR %s is %s, which is no address of this host (%s): name the host of"
              + " rank 0")
          .formatted(at.address(), addresses.getFirst().getHostAddress(), hostName());
    }
    return "";
  }

  /// The name of this host, for messages.
  static String hostName() {
    try { // without a name server, which may be slow
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "an unnamed host";
    }
  }
}
