package toco.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.torch.LibTorch;
import toco.torch.OnAccelerator;
import toco.torch.StandIn;
import toco.torch.TensorTest;

/// The recorded calls of LibTorch's operators with their tensors on the stand-in. Not on a GPU,
/// whose decompositions choose other signs.
@TensorTest(scope = false)
@OnAccelerator
class DeviceCallsTest {
  private static final Path CALLS = Path.of("src/test/resources/conformance");

  @Test
  void everyCallGivesPyTorchsResult() {
    long before = LibTorch.liveTensors();
    var rows = OperatorCalls.of(CALLS, StandIn.device(0));
    var missed = rows.stream().filter(row -> !row.pass()).toList();
    assertEquals(List.of(), missed);
    assertEquals(600, rows.size());
    assertEquals(before, LibTorch.liveTensors());
  }
}
