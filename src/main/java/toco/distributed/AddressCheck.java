package toco.distributed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.HashSet;

/// Checks, before Gloo connects all ranks, that they reach each other at the addresses that they
/// announced. Gloo itself gives up only after several times the timeout, and does not say on which
/// host the address is wrong.
final class AddressCheck {
  private static final String ENDPOINT = "endpoint/";
  private static final String REACHED = "reached/";
  private static final int BACKLOG = 1024;
  private static final int ATTEMPTS = 3;
  private static final int LONGEST_MS = 10_000; // for each attempt

  private final Rendezvous rendezvous;
  private final JobStore store;

  private AddressCheck(Rendezvous rendezvous, JobStore store) {
    this.rendezvous = rendezvous;
    this.store = store;
  }

  /// Where a rank listens.
  private record Endpoint(String address, int port, String host) {
    static Endpoint parse(String text) {
      var parts = text.split(" ", 3);
      return new Endpoint(parts[0], Integer.parseInt(parts[1]), parts[2]);
    }

    String text() {
      return "%s %s %s".formatted(address, port, host);
    }
  }

  /// Returns once every rank has reached all hosts.
  ///
  /// @throws DistributedException on all ranks, naming the two that cannot connect and the remedy
  static void run(Rendezvous rendezvous, JobStore store) {
    new AddressCheck(rendezvous, store).run();
  }

  private void run() {
    try (var server = new ServerSocket(0, BACKLOG, InetAddress.getByName(store.address()))) {
      Thread.ofPlatform().daemon().name("toco-address-check").start(() -> answer(server));
      var own = new Endpoint(store.address(), server.getLocalPort(), HostAddress.hostName());
      store.set(ENDPOINT + rendezvous.rank(), own.text());
      reachAllHosts();
      store.set(REACHED + rendezvous.rank(), "");
      for (int rank = 0; rank < rendezvous.size(); rank++) {
        store.await(REACHED + rank);
      }
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // it is no name
    } catch (IOException e) {
      throw store.report(
          "rank %s cannot listen at %s: %s"
              .formatted(rendezvous.rank(), store.address(), e.getMessage()));
    }
  }

  /// Says which rank this is: at another host's address, one of this host may listen.
  private void answer(ServerSocket server) {
    while (!server.isClosed()) {
      try (var caller = server.accept()) {
        caller.getOutputStream().write(greeting(rendezvous.rank()));
      } catch (IOException e) {
        JobKeys.pause(); // the caller is gone, the check is over, or too many files are open
      }
    }
  }

  private byte[] greeting(int rank) {
    return "toco %s %s:%s".formatted(rank, rendezvous.size(), rendezvous.port()).getBytes(UTF_8);
  }

  /// Of the ranks that share an address, one is enough.
  private void reachAllHosts() {
    var reached = new HashSet<String>();
    for (int rank = 0; rank < rendezvous.size(); rank++) {
      var endpoint = Endpoint.parse(store.await(ENDPOINT + rank));
      if (reached.add(endpoint.host + " " + endpoint.address)) {
        reach(rank, endpoint);
      }
    }
  }

  private void reach(int rank, Endpoint endpoint) {
    var problem = "";
    for (int i = 0; i < ATTEMPTS; i++) {
      problem = attempt(rank, endpoint);
      if (problem.isEmpty()) {
        return;
      }
      JobKeys.pause();
    }
    throw store.report(
        ("rank %s on %s cannot connect to rank %s on %s at %s, the address that it announced: %s;"
                + " set GLOO_SOCKET_IFNAME on %s to the network interface that %s can reach, or"
                + " allow connections to all ports between the hosts")
            .formatted(
                rendezvous.rank(),
                HostAddress.hostName(),
                rank,
                endpoint.host,
                endpoint.address,
                problem,
                endpoint.host,
                HostAddress.hostName()));
  }

  /// The problem, or an empty text.
  private String attempt(int rank, Endpoint endpoint) {
    int limitMs = Math.clamp(rendezvous.timeout().toMillis() / (ATTEMPTS + 1), 500, LONGEST_MS);
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(endpoint.address, endpoint.port), limitMs);
      socket.setSoTimeout(limitMs);
      var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      return answer.equals(new String(greeting(rank), UTF_8))
          ? ""
          : "another program answers there";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
