package toco.distributed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.distributed.SocketInterfaces.Interface;

/// The name of the host of rank 0, and the addresses that ranks announce.
class HostAddressTest {
  private static final SocketInterfaces HOST =
      new SocketInterfaces(
          List.of(
              network("lo", true, "127.0.0.1"),
              network("docker0", true, "172.17.0.1"),
              network("veth12", true, "fe80::5"),
              network("eth0", true, "10.0.0.5", "fd00::5"),
              network("eth01", true, "10.9.0.5"),
              network("ib0", true, "fe80::6", "192.168.0.5"),
              network("eth2", false, "10.2.0.5"),
              network("wlan0", true)));

  private static Interface network(String name, boolean up, String... addresses) {
    return new Interface(name, up, Arrays.stream(addresses).map(HostAddressTest::ip).toList());
  }

  private static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /// Each selection with the address on the way to the store.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "eth0 | 10.9.0.5 | 10.0.0.5", // a whole name counts, not the beginning of another
        "eth | 10.9.0.5 | 10.9.0.5", // of several, the one that leads to the store
        "eth | 192.168.0.5 | 10.0.0.5",
        "=eth0 | 10.9.0.5 | 10.0.0.5",
        "eth1,eth0 | 192.168.0.5 | 10.0.0.5",
        " eth9 , ib0 | 10.0.0.5 | 192.168.0.5", // not its link-local address
        "eth0 | fd00::5 | fd00:0:0:0:0:0:0:5", // as the store is reached
        "eth0 | fd00::9 | fd00:0:0:0:0:0:0:5",
        "^docker,veth,lo | 172.17.0.1 | 10.0.0.5",
        "^docker | 10.9.0.5 | 10.9.0.5",
        "^=eth0,docker0,veth12 | 10.0.0.5 | 10.9.0.5"
      })
  void anInterfaceIsSelectedByItsNameAndTheRoute(String wanted, String route, String expected) {
    assertEquals(expected, HOST.address(wanted, Optional.of(ip(route))).getHostAddress());
  }

  @ParameterizedTest
  @ValueSource(strings = {"eth7", "=eth", "eth2", "wlan0", "^lo,docker,veth,eth,ib,wlan"})
  void anInterfaceThatIsMissingDownOrWithoutAddressIsRefusedNamingThoseThereAre(String wanted) {
    var e =
        assertThrows(
            DistributedException.class, () -> HOST.address(wanted, Optional.of(ip("10.0.0.5"))));
    assertTrue(e.getMessage().startsWith("GLOO_SOCKET_IFNAME is " + wanted), e.getMessage());
    assertTrue(e.getMessage().contains("eth0 (10.0.0.5), "), e.getMessage());
    assertTrue(e.getMessage().contains("eth2 (down), wlan0 (without an address)"), e.getMessage());
  }

  @Test
  void aLinkLocalAddressIsReplacedByAnotherOfItsInterface() {
    assertEquals(ip("192.168.0.5"), HOST.global(ip("fe80::6")));
    assertEquals(ip("fe80::5"), HOST.global(ip("fe80::5"))); // has no other
    assertEquals(ip("10.0.0.5"), HOST.global(ip("10.0.0.5")));
  }

  /// Debian's `127.0.1.1 hostname`; the address of a real second host needs two, see
  /// ci/two-hosts.sh.
  @Test
  void aLoopbackAddressIsAnnouncedOnlyIfAllRanksShareTheHost() {
    assertEquals(
        "127.0.1.1", HostAddress.reachable("127.0.1.1", List.of("127.0.1.1", "127.0.0.1")));
    assertEquals("10.0.0.5", HostAddress.reachable("10.0.0.5", List.of("127.0.0.1", "10.0.0.6")));
    for (var own : SocketInterfaces.ofThisHost().all()) {
      for (var address : own.addresses()) {
        if (own.up() && !address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
          var text = address.getHostAddress();
          assertEquals(text, HostAddress.reachable("127.0.1.1", List.of("127.0.1.1", text)));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gpu0, gpu0",
    "10.0.0.1, 10.0.0.1",
    "::1, ::1",
    "[::1], ::1",
    "fe80::1%eth0, fe80::1%eth0",
    "[fe80::1%eth0], fe80::1%eth0",
    "gpu-0.cluster_a.local, gpu-0.cluster_a.local"
  })
  void theHostOfRank0IsANameOrAnAddress(String text, String host) {
    assertEquals(host, MasterAddress.parse("MASTER_ADDR", text));
    assertEquals(host, new LaunchPlan(1, 2, 0, text, null, 0, null).masterAddress());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpu0:29500 | MASTER_PORT=29500",
        "[::1]:29500 | MASTER_PORT=29500",
        "10.0.0.1:1 | MASTER_PORT=1",
        "node[01-03,7] | scontrol show hostnames",
        "gpu0,gpu1 | scontrol show hostnames",
        "gpu0 gpu1 | scontrol show hostnames",
        "tcp://gpu0:29500 | URL"
      })
  void anythingElseIsRefusedWithTheRemedy(String text, String remedy) {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> MasterAddress.parse("--master-addr", text));
    assertTrue(e.getMessage().startsWith("--master-addr must be "), e.getMessage());
    assertTrue(e.getMessage().contains(text) && e.getMessage().contains(remedy), e.getMessage());
  }

  @Test
  void aWrongHostOfRank0IsNamedWhenRanksDoNotMeet() {
    assertTrue(doubt("no-such-host.invalid", 1).contains("does not know the name no-such-host"));
    assertTrue(doubt("127.0.0.1", 1).contains("127.0.0.1 is this host itself"));
    assertTrue(doubt("localhost", 0).contains("localhost is a different host for each process"));
    assertTrue(doubt("192.0.2.1", 0).contains("no address of this host"));
    assertEquals("", doubt("192.0.2.1", 1));
  }

  private static String doubt(String address, int rank) {
    return HostAddress.doubt(
        new Rendezvous(rank, 2, 0, 1, address, 29500, 0, false, Duration.ofSeconds(1)));
  }

  @Test
  void thisHostHasAName() {
    assertFalse(HostAddress.hostName().isBlank());
  }
}
