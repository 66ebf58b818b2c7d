package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Java itself in the locale of containers and cron, where file names are ASCII. A shell makes the
/// names, because the JVM of the test may be in such a locale too.
class PosixLocaleTest {
  private static final String REMEDY = "start it with LC_ALL=C.UTF-8";

  @TempDir Path folder;

  /// In octal `größe`, `写真` and `тест`.
  private static final List<String> NAMES =
      List.of(
          "gr\\303\\266\\303\\237e",
          "\\345\\206\\231\\347\\234\\237",
          "\\321\\202\\320\\265\\321\\201\\321\\202");

  @BeforeEach
  void copyConfiguration() throws IOException {
    Files.copy(Path.of("configs/demo.yaml"), folder.resolve("plain.yaml"));
  }

  private Cli.Result shell(String locale, String script) throws IOException, InterruptedException {
    var java =
        "toco() { '%s' --enable-native-access=ALL-UNNAMED -cp '%s' toco.cli.Main \"$@\"; }; "
            .formatted(
                Path.of(System.getProperty("java.home"), "bin/java"),
                absolute(System.getProperty("java.class.path")));
    var command = List.of("bash", "-c", java + script);
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().put("LC_ALL", locale);
    var out = folder.resolve("out.txt");
    var process = builder.redirectOutput(out.toFile()).redirectErrorStream(true).start();
    int status = process.waitFor();
    return new Cli.Result(status, Files.readString(out, StandardCharsets.UTF_8), "");
  }

  private static String absolute(String classPath) {
    return Arrays.stream(classPath.split(":"))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(":"));
  }

  private static void assertOneLine(String name, Cli.Result result) {
    assertEquals(1, result.out().lines().count(), result.out());
    assertTrue(result.out().contains(REMEDY), result.out());
    assertTrue(result.out().contains(utf8(name)), result.out());
  }

  private static String utf8(String octal) {
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < octal.length(); i++) {
      if (octal.charAt(i) == '\\') {
        bytes.write(Integer.parseInt(octal.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        bytes.write(octal.charAt(i));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", ""})
  void aLostArgumentIsNamedWithTheRemedy(String locale) throws Exception {
    for (var name : NAMES) {
      var file =
          shell(locale, "n=$(printf '%s'); cp plain.yaml $n; toco config $n".formatted(name));
      assertEquals(2, file.status(), file.out());
      assertOneLine(name, file);
    }
    var set =
        shell(locale, "toco config --set data.root=$(printf '%s')".formatted(NAMES.getFirst()));
    assertEquals(2, set.status(), set.out());
    assertOneLine(NAMES.getFirst(), set);
  }

  @Test
  void aLostNameInAConfigurationIsNamedWithTheRemedy() throws Exception {
    var name = NAMES.getFirst();
    var result =
        shell(
            "C", "printf 'data:\\n  root: %s\\n' > own.yaml; toco config own.yaml".formatted(name));
    assertEquals(1, result.status(), result.out());
    assertOneLine(name, result);
    assertTrue(result.out().contains("own.yaml:2: data.root"), result.out());
  }

  @Test
  void aLostWorkingDirectoryIsAnErrorWithTheRemedy() throws Exception {
    var result =
        shell(
            "C",
            "n=$(printf '%s'); mkdir $n; cp plain.yaml $n; cd $n; toco config plain.yaml"
                .formatted(NAMES.getLast()));
    assertEquals(2, result.status(), result.out());
    assertOneLine("the working directory", result);
  }

  @Test
  void processesThatAreLaunchedHaveAUtf8Locale() throws Exception {
    var result =
        shell(
            "C",
            ("printf 'data:\\n  root: %s\\nmodel: {}\\n' > own.yaml;"
                    + " toco launch --nproc 1 -- train own.yaml")
                .formatted(NAMES.getFirst()));
    assertEquals(1, result.status(), result.out());
    assertTrue(result.out().contains(utf8(NAMES.getFirst())), result.out());
    assertFalse(result.out().contains(REMEDY), result.out());
  }

  @Test
  void anArgumentThatIsNotUtf8IsNamed() throws Exception {
    var result =
        shell("C.UTF-8", "n=$(printf 'gr\\366sse.yaml'); cp plain.yaml $n; toco config $n");
    assertEquals(2, result.status(), result.out());
    assertTrue(result.out().contains("its bytes are not UTF-8"), result.out());
  }

  @Test
  void namesWorkInAUtf8Locale() throws Exception {
    for (var name : NAMES) {
      var result =
          shell("C.UTF-8", "n=$(printf '%s'); cp plain.yaml $n; toco config $n".formatted(name));
      assertEquals(0, result.status(), result.out());
    }
  }
}
