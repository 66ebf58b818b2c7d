package toco.host;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import toco.torch.OnAccelerator;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

@TensorTest
@OnAccelerator
class DevicePeakTest {
  @Test
  void theDeviceCountsItsOwnMemory() {
    var device = TestAccelerator.device();
    Tensor.zeros(1 << 20).to(device).close();
    assertTrue(Devices.peakMemory(device).orElseThrow() >= 4 << 20);
  }
}
