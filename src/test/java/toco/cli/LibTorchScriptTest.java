package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// native/libtorch.sh: where it looks, how it decides between the CPU and the CUDA set, and what it
/// installs for which processor.
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
    return run(environment, script.toString(), "--find");
  }

  private static TinyCheckout.Result run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    var all = new HashMap<String, String>();
    System.getenv().keySet().forEach(name -> all.put(name, ""));
    all.putAll(Map.of("TOCO_FLAVOR", "cpu", "TOCO_ARCH", "x86_64"));
    all.putAll(environment);
    return TinyCheckout.run(
        all, Stream.concat(Stream.of(BASH), Stream.of(command)).toArray(String[]::new));
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

  /// Machines of both kinds may share a home folder.
  @ParameterizedTest
  @CsvSource({"x86_64, ''", "aarch64, -aarch64", "arm64, -aarch64"})
  void eachProcessorHasItsLibTorch(String processor, String suffix) throws Exception {
    libTorch(home.resolve(".cache/toco/libtorch-2.15.0-cpu-aarch64"));
    assertEquals(cpu + suffix, found(Map.of("HOME", home.toString(), "TOCO_ARCH", processor)));
  }

  /// The processor is that of bash, which no variable of a shell changes.
  @Test
  void thisMachinesProcessorIsTheDefault() throws Exception {
    libTorch(home.resolve(".cache/toco/libtorch-2.15.0-cpu-aarch64"));
    var environment = new HashMap<>(Map.of("HOME", home.toString(), "TOCO_ARCH", ""));
    environment.putAll(Map.of("HOSTTYPE", "vax", "MACHTYPE", "vax-dec-vms"));
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    assertEquals(cpu + (arm ? "-aarch64" : ""), found(environment));
  }

  private String install(Map<String, String> environment) throws Exception {
    var all = new HashMap<>(Map.of("HOME", temporary.resolve("empty").toString()));
    all.put("PATH", System.getenv("PATH"));
    all.putAll(environment);
    var result = run(all, TinyCheckout.NATIVE.resolve("libtorch.sh").toString());
    assertEquals(1, result.status(), result::text);
    return result.lines().getLast();
  }

  @Test
  void whatIsPinnedIsNamed() throws Exception {
    assertTrue(
        install(Map.of("TOCO_ARCH", "riscv64"))
            .contains("for Linux riscv64, only for Linux x86_64 and aarch64; build LibTorch"));
    var older = install(Map.of("TOCO_ARCH", "aarch64", "TOCO_LIBTORCH_VERSION", "1.13.1"));
    assertTrue(
        older.contains("LibTorch 1.13.1 is not pinned for aarch64 (known: 2.11.0 2.15.0)"), older);
  }

  /// With a pip that writes down what it is asked for.
  @ParameterizedTest
  @CsvSource({
    "x86_64, 6d8c86f4e33a9f12a58149bd9b0d64351632b8eb44479be8ff85e5389932dd79",
    "aarch64, 9e51cf9460c5441dcd2a4f31ece207e35ea7c3d2535be0f929cca4944e2eeb18"
  })
  void theProcessorsWheelsAreInstalled(String processor, String hash) throws Exception {
    var asked = temporary.resolve("asked");
    var python = "[[ $* != *download* ]] || { echo \"$@\"; cat requirements.txt; exit 1; } >'%s'";
    TinyCheckout.programs(temporary.resolve("bin"), Map.of("python", python.formatted(asked)));
    var environment =
        Map.of("TOCO_ARCH", processor, "TOCO_PYTHON", temporary.resolve("bin/python").toString());
    var line = install(environment);
    assertTrue(line.contains("pip could not download LibTorch 2.15.0: check the network"), line);
    var lines = Files.readAllLines(asked);
    var platforms =
        Pattern.compile("--platform (\\S+)").matcher(lines.getFirst()).results().toList();
    assertFalse(platforms.isEmpty());
    for (var platform : platforms) {
      assertTrue(platform.group(1).endsWith(processor), platform.group(1));
    }
    assertEquals("torch==2.15.0 --hash=sha256:" + hash, lines.get(1));
    assertEquals(4, lines.size(), "LibTorch, and two libraries that it is linked to");
  }

  /// Said before anything is downloaded.
  @Test
  void aVersionThatIsPinnedForTheCpuOnlyIsNamed() throws Exception {
    var problem = install(Map.of("TOCO_FLAVOR", "cuda", "TOCO_LIBTORCH_VERSION", "2.7.1"));
    assertTrue(problem.contains("2.7.1 is pinned for the CPU only; set"), problem);
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
