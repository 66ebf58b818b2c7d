package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// ci/gpu.sh and ci/gpu-kit.sh: what they refuse, each with one line, and how Java is started where
/// there is a GPU. A module that is named `torch` stands for Python's.
class GpuScriptTest {
  private static final Path SCRIPTS = TinyCheckout.NATIVE.resolveSibling("ci");

  @TempDir Path temporary;
  private Path kit;
  private Path torch;

  @BeforeEach
  void aKitAndAPython() throws IOException {
    assumeTrue(hasPython(), "no python3");
    temporary = temporary.toRealPath();
    kit = Files.createDirectories(temporary.resolve("a kit"));
    Files.writeString(kit.resolve("kit.properties"), "torch=2.11.0\ntoco=0.1.0\n");
    Files.createDirectories(kit.resolve("native"));
    Files.writeString(kit.resolve("native/libtoco_torch.so"), "");
    Files.createDirectories(kit.resolve("src/test/resources/golden"));
    var java = kit.resolve("runtime/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\nfor word; do echo \"[$word]\"; done\nexit 7\n");
    assertTrue(java.toFile().setExecutable(true));
    torch = Files.createDirectories(temporary.resolve("site/torch"));
    Files.createDirectories(temporary.resolve("site/nvidia"));
  }

  private static boolean hasPython() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3")));
  }

  /// A torch of this version, built for this CUDA, which sees a GPU or not.
  private void torch(String version, String cuda, boolean seesGpu) throws IOException {
    Files.writeString(
        torch.resolve("__init__.py"),
        """
        from types import SimpleNamespace as N
        __version__ = "%s"
        version = N(cuda=%s)
        cuda = N(is_available=lambda: %s, get_device_name=lambda i: "NVIDIA H200")
        def init():
            raise RuntimeError("Found no NVIDIA driver on your system. Please check\\nmore")
        _C = N(_cuda_init=init)
        """
            .formatted(version, cuda, seesGpu ? "True" : "False"));
  }

  private TinyCheckout.Result run(String script, Object... arguments)
      throws IOException, InterruptedException {
    return run(Map.of(), script, arguments);
  }

  private TinyCheckout.Result run(
      Map<String, String> environment, String script, Object... arguments)
      throws IOException, InterruptedException {
    var all = new HashMap<String, String>();
    all.put("PYTHONPATH", torch.getParent().toString());
    all.put("PYTHONDONTWRITEBYTECODE", "1");
    all.put("LIBTORCH", "");
    all.put("TOCO_PYTHON", "");
    all.putAll(environment);
    var command =
        Stream.concat(Stream.of("/bin/bash", SCRIPTS.resolve(script)), Stream.of(arguments));
    return TinyCheckout.run(all, command.map(Object::toString).toArray(String[]::new));
  }

  /// @param says what its one line of error contains
  private static void refused(TinyCheckout.Result result, String... says) {
    assertEquals(1, result.status(), result.text());
    var errors = result.lines().stream().filter(line -> line.contains(": error: ")).toList();
    assertEquals(1, errors.size(), result.text());
    assertEquals(errors.getFirst(), result.lines().getLast(), "nothing after it");
    for (var text : says) {
      assertTrue(errors.getFirst().contains(text), errors.getFirst());
    }
  }

  @Test
  void withoutAKitItSaysWhatMakesOne() throws Exception {
    refused(run("gpu.sh"), "no kit named", "ci/gpu-kit.sh");
    refused(run("gpu.sh", temporary.resolve("nothing")), "no kit at", "ci/gpu-kit.sh");
    refused(run("gpu.sh", torch), "no kit.properties", "ci/gpu-kit.sh");
    var text = Files.writeString(temporary.resolve("kit.tar.xz"), "not an archive");
    refused(run("gpu.sh", text), "cannot be unpacked", "ci/gpu-kit.sh");
    refused(run("gpu.sh", kit, kit), "one kit is expected");
    refused(run("gpu.sh", kit, "--only"), "--only needs a value");
  }

  @Test
  void withoutPythonItSaysWhatIsExpected() throws Exception {
    var python = Map.of("TOCO_PYTHON", "/nowhere/python3");
    refused(run(python, "gpu.sh", kit), "/nowhere/python3 not found", "TOCO_PYTHON");
  }

  @Test
  void withoutTorchItSaysWhichIsExpected() throws Exception {
    Files.writeString(torch.resolve("__init__.py"), "raise ImportError('no libcudart')");
    refused(run("gpu.sh", kit), "has no torch (no libcudart)", "expected torch 2.11.0 for CUDA");
    torch("2.9.1+cu130", "'13.0'", true);
    refused(run("gpu.sh", kit), "is 2.9.1+cu130; expected torch 2.11.0", "TOCO_KIT_TORCH=2.9.1");
    torch("2.11.0+cpu", "None", false);
    refused(run("gpu.sh", kit), "torch 2.11.0+cpu of ", "is built without CUDA");
  }

  @Test
  void withoutAGpuItSaysWhy() throws Exception {
    torch("2.11.0+cu130", "'13.0'", false);
    refused(
        run("gpu.sh", kit),
        "torch 2.11.0+cu130 sees no GPU (Found no NVIDIA driver on your system)",
        "run this on a machine with an NVIDIA GPU and its driver");
  }

  @Test
  void aLibTorchWithoutCudaIsRefused() throws Exception {
    refused(
        run(Map.of("LIBTORCH", torch.getParent().toString()), "gpu.sh", kit),
        "has no torch/lib/libtorch_cuda.so");
  }

  /// The exit status is Java's, the shim is next to links to Python's LibTorch.
  @Test
  void withAGpuJavaIsStarted() throws Exception {
    torch("2.11.0+cu130", "'13.0'", true);
    Files.writeString(
        kit.resolve("runtime/bin/java"),
        """
        #!/bin/sh
        for word; do
          echo "[$word]"
          case $word in
            -Dtoco.library=*) native=$(dirname "${word#*=}") ;;
          esac
        done
        readlink "$native/torch" "$native/nvidia"
        exit 7
        """);
    var run = run("gpu.sh", kit, "--only", "steps", "--out", temporary.resolve("out"));
    assertEquals(7, run.status(), run.text());
    var words = run.lines();
    for (var word : List.of("[NVIDIA H200]", "[steps]", "[bench]", "[gpu]")) {
      assertTrue(words.contains(word), run.text());
    }
    assertEquals(List.of(torch, torch.resolveSibling("nvidia")), links(words));
    var golden = words.indexOf("[--golden]") + 1;
    assertEquals("[src/test/resources/golden]", words.get(golden));
    int seconds =
        Integer.parseInt(words.get(words.indexOf("[--seconds]") + 1).replaceAll("\\D", ""));
    assertTrue(seconds > 400 && seconds <= 540, "seconds: " + seconds);
  }

  private static List<Path> links(List<String> lines) {
    return lines.stream().filter(line -> line.startsWith("/")).map(Path::of).toList();
  }

  @Test
  void theKitsOptionsAreChecked() throws Exception {
    refused(run("gpu-kit.sh", "--fast"), "unknown argument --fast");
    refused(run("gpu-kit.sh", "--out"), "--out needs a folder");
    assertFalse(Files.exists(temporary.resolve("gpu-kit")));
  }
}
