package toco.distributed;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The network interfaces of a host, and the choice among them by `GLOO_SOCKET_IFNAME`: one or
/// several names, separated by commas. A name also selects the interfaces that begin with it (`eth`
/// is `eth0`); `=eth0` is only that one, and `^docker,veth` is all but those, as in
/// `NCCL_SOCKET_IFNAME`.
record SocketInterfaces(List<Interface> all) {
  static final String VARIABLE = "GLOO_SOCKET_IFNAME";

  /// @param up whether it is in use
  record Interface(String name, boolean up, List<InetAddress> addresses) {
    private boolean usable() {
      return up && !addresses.isEmpty();
    }

    /// IPv4, unless the store is reached by IPv6; a link-local address only without another.
    private InetAddress address(boolean preferIpv6) {
      return addresses.stream()
          .min(
              Comparator.comparing(InetAddress::isLinkLocalAddress)
                  .thenComparing(address -> isIpv6(address) != preferIpv6))
          .orElseThrow();
    }

    /// @param orBeginning whether the beginning of a name without `=` is enough
    private boolean hasNameIn(List<String> names, boolean orBeginning) {
      return names.stream()
          .map(String::strip)
          .filter(each -> !each.isEmpty())
          .anyMatch(each ->
              each.startsWith("=")
                  ? name.equals(each.substring(1))
                  : name.equals(each) || (orBeginning && name.startsWith(each)));
    }

    private String describe() {
      var state = up ? "without an address" : "down";
      return "%s (%s)".formatted(name, usable() ? address(false).getHostAddress() : state);
    }
  }

  static SocketInterfaces ofThisHost() {
    try {
      var found = new ArrayList<Interface>();
      for (var each : NetworkInterface.networkInterfaces().toList()) {
        var addresses = each.inetAddresses().map(SocketInterfaces::withoutScope).toList();
        found.add(new Interface(each.getName(), each.isUp(), addresses));
      }
      return new SocketInterfaces(found);
    } catch (SocketException e) {
      return new SocketInterfaces(List.of());
    }
  }

  /// The address of the interface that the variable selects. Of several, it is the one that leads
  /// to the store, or else the first one that is not a loopback interface.
  ///
  /// @param route this host's address on the way to the store
  /// @throws DistributedException if the variable selects none that is up and has an address
  InetAddress address(String wanted, Optional<InetAddress> route) {
    var selected = selected(wanted);
    boolean ipv6 = route.filter(SocketInterfaces::isIpv6).isPresent();
    return route
        .filter(way -> selected.stream().anyMatch(each -> each.addresses.contains(way)))
        .or(() ->
            selected.stream()
                .map(each -> each.address(ipv6))
                .min(Comparator.comparing(InetAddress::isLoopbackAddress)))
        .orElseThrow(() ->
            new DistributedException(
                ("GLOO_SOCKET_IFNAME is %s, but no such network interface of this host (%s) is up"
                            + " and has an address; it has: ")
                        .formatted(wanted, HostAddress.hostName())
                    + all.stream().map(Interface::describe).collect(Collectors.joining(", "))));
  }

  /// For a link-local address, which means nothing to other hosts, another one of its interface.
  InetAddress global(InetAddress address) {
    return all.stream()
        .filter(each -> address.isLinkLocalAddress() && each.addresses.contains(address))
        .map(each -> each.address(true))
        .findFirst()
        .orElse(address);
  }

  /// As in PyTorch, a whole name is preferred to the beginning of one.
  private List<Interface> selected(String wanted) {
    boolean except = wanted.startsWith("^");
    var names = List.of((except ? wanted.substring(1) : wanted).split(","));
    var usable = all.stream().filter(Interface::usable).toList();
    if (except) {
      return usable.stream().filter(each -> !each.hasNameIn(names, true)).toList();
    }
    var exact = usable.stream().filter(each -> each.hasNameIn(names, false)).toList();
    return exact.isEmpty()
        ? usable.stream().filter(each -> each.hasNameIn(names, true)).toList()
        : exact;
  }

  boolean haveAnyOf(Collection<InetAddress> addresses) {
    return all.stream().flatMap(each -> each.addresses.stream()).anyMatch(addresses::contains);
  }

  /// Java adds the interface to every IPv6 address, but on other hosts it has another name.
  private static InetAddress withoutScope(InetAddress address) {
    try {
      return address.isLinkLocalAddress()
          ? address
          : InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // its length is right
    }
  }

  private static boolean isIpv6(InetAddress address) {
    return address.getAddress().length == 16;
  }
}
