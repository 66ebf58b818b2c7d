package toco.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.torch.Accelerator;
import toco.torch.Device;
import toco.torch.TorchException;

class DevicesTest {
  private static int threads(String ofConfig, String ofOpenMp, int processes) {
    var config = Config.parse("", "test", List.of("train.threads=" + ofConfig));
    var openMp = new OpenMp(Map.of("OMP_NUM_THREADS", ofOpenMp));
    return Devices.threads(config.train(), openMp, processes);
  }

  @ParameterizedTest
  @CsvSource({"0,3,3", "0,' 3 ',3", "0,'5,2',5", "6,3,6"})
  void theConfigurationComesBeforeOpenMpsVariable(String config, String openMp, int expected) {
    assertEquals(expected, threads(config, openMp, 1));
    assertEquals(expected, threads(config, openMp, 4)); // per process, as torchrun sets it
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-2", "many", "2.5", "9999999999"})
  void withoutEitherTheProcessesShareTheCores(String openMp) {
    assertEquals(Machine.cores(), threads("0", openMp, 1));
    assertEquals(Math.max(1, Machine.cores() / 2), threads("0", openMp, 2));
  }

  @Test
  void theVariableThatOpenMpPrefersIsShown() {
    var both = Map.of("OMP_WAIT_POLICY", "active", "GOMP_SPINCOUNT", "5");
    assertEquals("GOMP_SPINCOUNT=5", new OpenMp(both).waiting());
    assertEquals(
        "OMP_WAIT_POLICY=passive", new OpenMp(Map.of("OMP_WAIT_POLICY", "passive")).waiting());
    assertEquals("", new OpenMp(Map.of()).waiting());
  }

  @Test
  void onlyGpusHaveAPeakOfTheirOwn() {
    assertTrue(Devices.peakMemory(Device.CPU).isEmpty());
    if (Accelerator.count(Device.Kind.CUDA) == 0) {
      assertThrows(TorchException.class, () -> Devices.peakMemory(Device.CUDA));
    }
  }
}
