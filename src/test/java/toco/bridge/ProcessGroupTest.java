package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import toco.torch.Device;
import toco.torch.ProcessGroup;
import toco.torch.TcpStore;
import toco.torch.TensorLaws;

/// A group of one process. Groups of several are tested in `toco.distributed`.
class ProcessGroupTest extends TensorLaws {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @Test
  void aGroupOfOneKnowsItsRankAndSize() throws IOException {
    assumeTrue(TcpStore.missing().isEmpty(), "this shim is built without Gloo");
    var host = InetAddress.getLoopbackAddress().getHostAddress();
    try (var store = TcpStore.open(host, freePort(), true, TIMEOUT);
        var group = ProcessGroup.join(store, "one", 0, 1, host, Device.CPU, TIMEOUT)) {
      assertEquals(0, group.rank());
      assertEquals(1, group.size());
      var x = floats(1, 2);
      group.allReduce_(x, ProcessGroup.Reduction.SUM);
      assertElements(x, 1, 2);
      assertShape(group.allGather(x), 1, 2);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
