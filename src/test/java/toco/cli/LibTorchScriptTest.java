package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// native/libtorch.sh --find: where it looks, and how it decides between the CPU and the CUDA set.
class LibTorchScriptTest {
  private static final String BASH = "/bin/bash";

  @TempDir Path temporary;
  private Path home;
  private Path cpu;

  @BeforeEach
  void aCacheWithBothSets() throws IOException {
    assumeTrue(Files.isExecutable(Path.of(BASH)));
    temporary = temporary.toRealPath();
    home = temporary.resolve("home");
    cpu = libTorch(home.resolve(".cache/toco/libtorch-2.15.0-cpu"));
    libTorch(home.resolve(".cache/toco/libtorch-2.15.0-cuda"));
  }

  private static Path libTorch(Path root) throws IOException {
    var header = root.resolve("torch/include/torch/csrc/api/include/torch/torch.h");
    Files.createDirectories(header.getParent());
    Files.createDirectories(root.resolve("torch/lib"));
    for (var file : new Path[] {header, root.resolve("complete")}) {
      Files.createFile(file);
    }
    for (var name : new String[] {"libtorch_cpu.so", "libc10.so"}) {
      Files.createFile(root.resolve("torch/lib").resolve(name));
    }
    return root;
  }

  /// Runs the script with these variables and hardly any other.
  private TinyCheckout.Result find(Path script, Map<String, String> environment)
      throws IOException, InterruptedException {
    var all = new HashMap<String, String>();
    System.getenv().keySet().forEach(name -> all.put(name, ""));
    all.put("TOCO_FLAVOR", "cpu");
    all.putAll(environment);
    return TinyCheckout.run(all, BASH, script.toString(), "--find");
  }

  private String found(Map<String, String> environment) throws IOException, InterruptedException {
    return find(TinyCheckout.NATIVE.resolve("libtorch.sh"), environment).succeeded().text();
  }

  /// Every start of ToCo runs the script, so it must not start other programs.
  @Test
  void whatIsThereIsFoundWithoutStartingAProgram() throws Exception {
    var environment = Map.of("HOME", home.toString(), "PATH", "/nowhere");
    assertEquals(cpu.toString(), found(environment));
    var given = new HashMap<>(environment);
    given.put("LIBTORCH", cpu + "/.");
    assertEquals(cpu.toString(), found(given));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"~/.cache/toco/libtorch-2.15.0-cpu", "%s ", " %s\r", "\"%s\"", "'%s'", "%s/"})
  void aFolderIsTakenAsItWasMeant(String value) throws Exception {
    var path = value.formatted(cpu);
    assertEquals(cpu.toString(), found(Map.of("HOME", home.toString(), "LIBTORCH", path)));
  }

  @Test
  void aFolderMayHaveAnyName() throws Exception {
    var odd = libTorch(temporary.resolve("-a b:;$'\"`#%(&\\ü "));
    assertEquals(odd.toString(), found(Map.of("LIBTORCH", odd.toString())));
    var cache = libTorch(temporary.resolve("'q' */toco/libtorch-2.15.0-cpu"));
    var xdg = cache.getParent().getParent().toString();
    assertEquals(cache.toString(), found(Map.of("XDG_CACHE_HOME", xdg)));
  }

  @Test
  void theCacheIsWhereTheXdgSpecificationSays() throws Exception {
    var account = home.toString();
    for (var xdg : new String[] {"~/.cache", "relative/cache", " ", account + "/.cache/"}) {
      assertEquals(cpu.toString(), found(Map.of("HOME", account, "XDG_CACHE_HOME", xdg)), xdg);
    }
    var empty = Map.of("HOME", account, "XDG_CACHE_HOME", temporary.toString());
    assertEquals(3, find(TinyCheckout.NATIVE.resolve("libtorch.sh"), empty).status());
  }

  /// The home is then that of the account.
  @ParameterizedTest
  @ValueSource(strings = {"unset HOME", "export HOME="})
  void servicesHaveNoHome(String command) throws Exception {
    var script = Files.readString(TinyCheckout.NATIVE.resolve("libtorch.sh"));
    var shown = temporary.resolve("libtorch.sh");
    Files.writeString(shown, command + "\n" + script.replace("has_libtorch() {", "echo $cache\n{"));
    var cache = find(shown, Map.of()).lines().getFirst();
    assertEquals(System.getProperty("user.home") + "/.cache/toco", cache);
  }

  @Test
  void aWrongFolderIsNamedAsItWasGiven() throws Exception {
    var result =
        find(TinyCheckout.NATIVE.resolve("libtorch.sh"), Map.of("LIBTORCH", "~nobody/torch"));
    assertEquals(1, result.status());
    assertEquals(1, result.lines().size());
    assertTrue(result.text().contains("LIBTORCH=~nobody/torch has no lib/"), result::text);
  }

  /// @param device a file that a driver makes, or an empty text
  /// @param nvidiaSmi what nvidia-smi does
  private String flavor(String device, String nvidiaSmi) throws Exception {
    var root = Files.createTempDirectory(temporary, "root");
    if (!device.isEmpty()) {
      for (var file : device.split(" ")) {
        Files.createDirectories(root.resolve(file).getParent());
        Files.createFile(root.resolve(file));
      }
    }
    var script = Files.readString(TinyCheckout.NATIVE.resolve("libtorch.sh"));
    var replaced = script;
    for (var folder : new String[] {"/dev/nvidia", "/dev/dxg", "/proc/", "/usr/lib/wsl"}) {
      assertTrue(replaced.contains(" " + folder), folder);
      replaced = replaced.replace(" " + folder, " " + root + folder);
    }
    assertNotEquals(script, replaced);
    var copy = Files.writeString(root.resolve("libtorch.sh"), replaced);
    var environment =
        TinyCheckout.programs(
            root.resolve("bin"),
            Map.of("nvidia-smi", "touch '%s/asked'; %s".formatted(root, nvidiaSmi)));
    environment.putAll(Map.of("HOME", home.toString(), "TOCO_FLAVOR", "auto"));
    var found = find(copy, environment).succeeded().text();
    return found.substring(found.lastIndexOf('-') + 1)
        + (Files.exists(root.resolve("asked")) ? " asked" : "");
  }

  /// Said before anything is downloaded.
  @Test
  void aVersionThatIsPinnedForTheCpuOnlyIsNamed() throws Exception {
    var environment =
        Map.of(
            "HOME", home.toString(),
            "TOCO_FLAVOR", "cuda",
            "TOCO_LIBTORCH_VERSION", "2.7.1",
            "XDG_CACHE_HOME", "",
            "LIBTORCH", "");
    var script = TinyCheckout.NATIVE.resolve("libtorch.sh").toString();
    var result = TinyCheckout.run(environment, BASH, script);
    assertEquals(1, result.status());
    assertTrue(result.text().contains("2.7.1 is pinned for the CPU only; set"), result::text);
  }

  @Test
  void theDriversFilesTellWhetherThereIsAGpu() throws Exception {
    assertEquals("cpu", flavor("", "echo GPU 0"));
    assertEquals("cuda", flavor("dev/nvidia0", "sleep 60"));
    assertEquals("cuda", flavor("dev/nvidia12", "exit 1"));
    assertEquals("cpu", flavor("dev/nvidiactl", "echo GPU 0"));
    assertEquals("cuda", flavor("dev/dxg usr/lib/wsl/lib/libcuda.so.1", "sleep 60"));
  }

  @Test
  void nvidiaSmiIsAskedOnlyInDoubtAndNotForLong() throws Exception {
    assertEquals("cuda asked", flavor("proc/driver/nvidia/version", "echo GPU 0"));
    assertEquals("cpu asked", flavor("proc/driver/nvidia/version", "exit 9"));
    assertEquals("cpu asked", flavor("dev/dxg", "exit 9"));
    assertEquals("cpu asked", flavor("proc/driver/nvidia/version", "trap '' TERM; sleep 60"));
  }
}
