package toco.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.config.ConfigException;
import toco.config.DeviceChoice;
import toco.distributed.World;
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

  private static Device prepared(String device, World world) {
    var config = Config.parse("", "test", List.of("train.threads=1", "train.device=" + device));
    return Devices.prepare(config.train(), world);
  }

  private static void assertRefused(String device, World world, String message) {
    var error = assertThrows(ConfigException.class, () -> prepared(device, world));
    assertEquals("train.device", error.key());
    assertTrue(String.valueOf(error.getMessage()).startsWith(message), error.getMessage());
  }

  @Test
  void theCpuIsAlwaysThere() {
    assertEquals(Device.CPU, prepared("cpu", World.single()));
    var automatic = Accelerator.count(Device.Kind.CUDA) > 0 ? Device.CUDA : Device.CPU;
    assertEquals(automatic, prepared("auto", World.single()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuda", "cuda:0", "cuda:3"})
  void withoutAGpuCudaIsRefused(String device) {
    assumeTrue(Accelerator.count(Device.Kind.CUDA) == 0, "there is a CUDA device");
    assertRefused(
        device,
        World.single(),
        "train.device is %s, but LibTorch sees no GPU; see bin/toco doctor, or set train.device=cpu"
            .formatted(device));
  }

  @Test
  void aNumberBeyondTheLastIsRefused() {
    int count = Accelerator.count(Device.Kind.CUDA);
    assumeTrue(count > 0, "no CUDA device");
    assertEquals(Device.cuda(count - 1), prepared("cuda:" + (count - 1), World.single()));
    assertRefused(
        "cuda:" + count,
        World.single(),
        "train.device is cuda:%s, but LibTorch sees %1$s such device(s), numbered from 0"
            .formatted(count));
  }

  @Test
  void aDeviceThatNoLibraryRegistersIsNamedWithTheRemedy() {
    assertRefused(
        "nobody:0",
        World.single(),
        "train.device is nobody:0, which LibTorch does not know (device must be cpu, cuda[:N] or ");
    var error = assertThrows(ConfigException.class, () -> prepared("nobody:0", World.single()));
    assertTrue(
        String.valueOf(error.getMessage())
            .endsWith("; load the library that registers it first, or set train.device=cpu"),
        error.getMessage());
  }

  @Test
  void processesOfAHostNeedADeviceEach() {
    assertEquals(Device.cuda(1), Devices.ofRank(Device.Kind.CUDA, DeviceChoice.CUDA, 2, 1, 2));
    var third = DeviceChoice.parse("cuda:2");
    assertEquals(Device.cuda(2), Devices.ofRank(Device.Kind.CUDA, third, 4, 0, 2));
    assertEquals(Device.cuda(3), Devices.ofRank(Device.Kind.CUDA, third, 4, 1, 2));
    var error =
        assertThrows(ConfigException.class, () -> Devices.ofRank(Device.Kind.CUDA, third, 3, 0, 2));
    assertEquals(
        "2 processes share this host, but LibTorch sees 1 device(s) for them, from number 2 on"
            + " (train.device is cuda:2); start as many processes as there are devices, or set"
            + " train.device=cpu",
        error.getMessage());
  }
}
