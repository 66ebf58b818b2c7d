package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.ClassPlaces;
import toco.torch.Accelerator;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.DeviceEvent;
import toco.torch.DeviceStream;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TorchException;

/// Devices as text, and what is said of those that are not there.
class DeviceTest extends TensorLaws {
  @ParameterizedTest
  @CsvSource({"cpu,CPU,-1", "cuda:0,CUDA,0", "cuda:12,CUDA,12"})
  void aDeviceIsParsedAndPrinted(String text, Device.Kind kind, int index) {
    var device = new Device(kind, index);
    assertEquals(device, Device.parse(text));
    assertEquals(text, device.toString());
  }

  @Test
  void withoutANumberItIsTheFirstOne() {
    assertEquals(Device.cuda(0), Device.parse("cuda"));
    assertEquals(new Device(Device.Kind.PRIVATE_USE, 0), Device.parse("privateuseone"));
    assertEquals(Device.CPU, Device.parse("cpu:0"));
    assertEquals("cuda", Device.cuda(-1).toString()); // the current one
  }

  /// LibTorch's own name for the device of a library stays known if the library gives another.
  @Test
  void theDeviceOfALibraryHasItsOwnKind() {
    var device = Device.parse("privateuseone:1");
    assertEquals(new Device(Device.Kind.PRIVATE_USE, 1), device);
    assertEquals(device, Device.parse(device.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "gpu", "CUDA", "cuda:", "cuda:x", "cuda:-1", "cuda:128", "cuda:300", "xpu:0"})
  void anUnknownNameIsRefusedWithTheKnownOnes(String text) {
    var error = assertThrows(IllegalArgumentException.class, () -> Device.parse(text));
    var message = String.valueOf(error.getMessage());
    assertTrue(message.startsWith("device must be cpu, cuda[:N] or "), message);
    assertTrue(message.endsWith(", got '%s'".formatted(text)), message);
  }

  @Test
  void indicesThatNoDeviceHasAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Device.cuda(-2));
    assertTorchException(
        TorchException.Kind.VALUE,
        "device index must be -1 (the current one) or 0 to 127, got 128",
        () -> Tensor.full(0, DType.FLOAT32, Device.cuda(128), 2));
  }

  @Test
  void thereIsOneCpu() {
    assertEquals(1, Accelerator.count(Device.Kind.CPU));
    LibTorch.synchronize(Device.CPU); // nothing is queued on it
  }

  /// Calls that need a device of a library, in a process that has loaded none.
  static final class WithoutLibrary {
    private WithoutLibrary() {}

    public static void main(String[] arguments) {
      var device = new Device(Device.Kind.PRIVATE_USE, 0);
      System.out.println(device + " of " + Accelerator.count(device.kind()));
      var calls =
          new TreeMap<String, Runnable>(
              Map.of(
                  "tensor", () -> Tensor.ones(2).to(device),
                  "memory", () -> Accelerator.memory(device),
                  "peak", () -> Accelerator.resetPeak(device),
                  "cache", () -> Accelerator.emptyCache(device),
                  "stream", () -> DeviceStream.create(device, false),
                  "current", () -> DeviceStream.current(device),
                  "event", () -> new DeviceEvent(device.kind(), true),
                  "wait", () -> LibTorch.synchronize(device),
                  "random", () -> Rng.state(device)));
      calls.forEach((name, call) -> {
        try {
          call.run();
          System.out.println(name + ": none");
        } catch (TorchException e) {
          System.out.println(name + ": " + e.kind() + " " + e.getMessage());
        }
      });
      try {
        System.out.println(Device.parse("nobody:1"));
      } catch (IllegalArgumentException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  /// In a process of its own, because a library cannot be unloaded.
  @Test
  void withoutALibraryItsDeviceIsRefusedInOneLine() throws Exception {
    var lines =
        run(
            "-Dtoco.library=" + LibTorch.library(),
            "-cp",
            ClassPlaces.classPath(LibTorch.class, DeviceTest.class),
            WithoutLibrary.class.getName());
    assertEquals("privateuseone:0 of 0", lines.getFirst());
    assertEquals(
        "device must be cpu, cuda[:N] or the name of a device that a loaded library registers (none"
            + " does), got 'nobody:1'",
        lines.getLast());
    assertEquals(11, lines.size(), lines.toString());
    for (var line : lines.subList(1, 10)) {
      assertTrue(
          line.endsWith(
              ": NOT_IMPLEMENTED a device of a library was requested (LibTorch's type"
                  + " privateuseone), but no loaded library registers one; load that library first,"
                  + " or use the CPU"),
          line);
    }
  }

  private static List<String> run(String... arguments) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx64m"));
    command.addAll(List.of(arguments));
    var child = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(child.getInputStream().readAllBytes());
    assertEquals(0, child.waitFor(), output);
    return output.lines().toList();
  }
}
