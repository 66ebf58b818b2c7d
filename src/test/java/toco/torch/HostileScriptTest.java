package toco.torch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.ClassPlaces;

/// Damaged and hostile TorchScript gives an exception and never ends the process. Each attempt runs
/// in a child process, so that a crash is a failed test.
class HostileScriptTest {
  private static final String HEAD = "def forward(self, x: Tensor) -> Tensor:\n    ";
  private static final int DEEP = 100_000;

  @TempDir private Path folder;

  /// Runs in the child process, on a thread with the usual stack of 1 MB.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      var folder = Path.of(arguments[1]);
      var thread =
          new Thread(() -> {
            try {
              switch (arguments[0]) {
                case "deep" -> deep();
                case "cuts" -> cuts(folder);
                default -> flips(folder);
              }
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
      thread.start();
      thread.join();
    }

    private static void deep() {
      for (var source : deepSources().values()) {
        attempt(() -> {
          try (var module = ScriptModule.create("Deep")) {
            module.define(source).call("forward", Tensor.ones(1));
          }
        });
      }
      System.out.println("survived");
    }

    private static void cuts(Path folder) throws IOException {
      var whole = Files.readAllBytes(saved(folder));
      for (int length = 0; length < whole.length; length += 13) {
        loadAndRun(Files.write(folder.resolve("cut.pt"), Arrays.copyOf(whole, length)));
      }
      System.out.println("survived");
    }

    private static void flips(Path folder) throws IOException {
      var whole = Files.readAllBytes(saved(folder));
      var random = new Random(1);
      for (int i = 0; i < 300; i++) {
        var bytes = whole.clone();
        for (int n = random.nextInt(3); n >= 0; n--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        loadAndRun(Files.write(folder.resolve("flipped.pt"), bytes));
      }
      System.out.println("survived");
    }

    private static void loadAndRun(Path file) {
      attempt(() -> {
        try (var module = ScriptModule.load(file, Device.CPU)) {
          module.forward(Tensor.ones(2)).close();
        }
      });
    }

    private static void attempt(Runnable action) {
      try (var _ = TensorScope.open()) {
        action.run();
      } catch (TorchException e) {
        if (String.valueOf(e.getMessage()).isBlank()) {
          throw e;
        }
      }
    }
  }

  private static Map<String, String> deepSources() {
    var blocks = new StringBuilder("def forward(self, x: Tensor) -> Tensor:\n");
    for (int i = 1; i <= 3000; i++) {
      blocks.append(" ".repeat(i)).append("if True:\n");
    }
    blocks.append(" ".repeat(3001)).append("x = x + 1\n return x\n");
    var chain = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      chain.append(
          "def f%d(self, x: Tensor) -> Tensor:\n    return self.f%d(x)\n".formatted(i, i + 1));
    }
    var last = "def f3000(self, x: Tensor) -> Tensor:\n    return x\n";
    return Map.of(
        "brackets", HEAD + "return " + "(".repeat(DEEP) + "x" + ")".repeat(DEEP) + "\n",
        "lists", HEAD + "y = " + "[".repeat(DEEP) + "1" + "]".repeat(DEEP) + "\n    return x\n",
        "signs", HEAD + "return " + "- ".repeat(DEEP) + "x\n",
        "attributes", HEAD + "return x" + ".T".repeat(DEEP) + "\n",
        "calls", HEAD + "return x" + ".abs()".repeat(DEEP) + "\n",
        "sums", HEAD + "return x" + " + 1".repeat(DEEP) + "\n",
        "choices", HEAD + "return " + "x if True else ".repeat(DEEP) + "x\n",
        "elifs",
            HEAD
                + "if True:\n        pass\n"
                + "    elif True:\n        pass\n".repeat(DEEP)
                + "    return x\n",
        "blocks", blocks.toString(),
        "methods", chain + last + HEAD + "return self.f0(x)\n");
  }

  private static Path saved(Path folder) {
    var file = folder.resolve("small.pt");
    try (var _ = TensorScope.open();
        var module = ScriptModule.create("Small")) {
      module
          .parameter("w", Tensor.ones(2))
          .define(HEAD + "if x.dim() > 1:\n        x = x + 2\n    return self.w * x\n")
          .save(file, Map.of());
    }
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"deep", "cuts", "flips"})
  void theProcessSurvives(String what) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Xss1m",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + folder.resolve("error.log"),
            "-Dtoco.library=" + LibTorch.library(),
            "-cp",
            classPath(),
            Child.class.getName(),
            what,
            folder.toString()));
    var child = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(child.getInputStream().readAllBytes());
    assertEquals(0, child.waitFor(), output);
    assertTrue(output.contains("survived"), output);
  }

  private static String classPath() {
    return ClassPlaces.classPath(LibTorch.class, Child.class)
        + File.pathSeparator
        + System.getProperty("java.class.path");
  }

  @Test
  void everyKindOfDepthIsRefusedByName() {
    deepSources()
        .forEach((name, source) -> {
          var e = assertThrows(TorchException.class, () -> ScriptNesting.check(source), name);
          assertEquals(TorchException.Kind.VALUE, e.kind());
          assertTrue(String.valueOf(e.getMessage()).contains("split it"), name);
        });
  }

  /// What networks have: long lists, long functions, text and comments with brackets.
  @Test
  void longSourceIsNotDeep() {
    for (var source :
        List.of(
            HEAD + "y = [" + "-1, ".repeat(DEEP) + "1]\n    return x\n",
            HEAD + "x = (x + 1) * 2\n    ".repeat(DEEP) + "return x\n",
            HEAD + "y = \"" + "(".repeat(DEEP) + "\"\n    return x\n",
            HEAD + "# " + "(".repeat(DEEP) + "\n    return x\n",
            HEAD + "y = '''\n" + "(\n".repeat(DEEP) + "'''\n    return x\n",
            HEAD + "y = \"a\\\"" + "[".repeat(DEEP) + "\"\n    return x\n")) {
      assertDoesNotThrow(() -> ScriptNesting.check(source));
    }
  }

  /// The source in a file is checked too.
  @Test
  void deepSourceInAFileIsRefused() throws IOException {
    var hostile = folder.resolve("hostile.pt");
    try (var zip = new ZipFile(saved(folder).toFile());
        var out = new ZipOutputStream(Files.newOutputStream(hostile))) {
      for (var entry : zip.stream().toList()) {
        var content = zip.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".py")) {
          var deep = "(".repeat(DEEP) + "torch.mul" + ")".repeat(DEEP);
          content = new String(content).replace("torch.mul", deep).getBytes();
        }
        var crc = new CRC32();
        crc.update(content);
        var copy = new ZipEntry(entry.getName());
        copy.setMethod(ZipEntry.STORED);
        copy.setSize(content.length);
        copy.setCrc(crc.getValue());
        out.putNextEntry(copy);
        out.write(content);
      }
    }
    var e = assertThrows(TorchException.class, () -> ScriptModule.load(hostile, Device.CPU));
    assertTrue(String.valueOf(e.getMessage()).contains("1,000 levels"), e.getMessage());
  }

  /// Lists in lists in the file's pickle would be taken apart by recursion.
  @Test
  void aDeepPickleInAFileIsRefused() throws IOException {
    var hostile = folder.resolve("pickle.pt");
    try (var out = new ZipOutputStream(Files.newOutputStream(hostile))) {
      out.putNextEntry(new ZipEntry("a/data.pkl"));
      out.write("]".repeat(600_000).getBytes());
    }
    var e = assertThrows(TorchException.class, () -> ScriptModule.load(hostile, Device.CPU));
    assertTrue(String.valueOf(e.getMessage()).contains("500,000 lists and dicts"), e.getMessage());
  }
}
