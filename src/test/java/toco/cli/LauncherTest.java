package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// bin/toco on the machines and with the habits of its users. The launcher is the real one; the JDK
/// is a script that prints its environment and arguments, Maven one that creates an empty jar and
/// notes that it ran, and LibTorch an empty folder.
class LauncherTest {
  private static final Path HOME = Path.of(System.getProperty("toco.home", "."));

  @TempDir Path temporary;
  private Path checkout;
  private Path tools;

  @BeforeEach
  void aCheckoutWithABuiltShim() throws IOException {
    checkout = checkout("checkout");
    tools = Files.createDirectories(temporary.resolve("tools"));
    script(
        tools.resolve("mvn"),
        """
        while [ "$1" != -f ]; do shift; done
        project=${2%/pom.xml}
        mkdir -p "$project/target/lib"
        echo jar >"$project/target/toco.jar"
        echo built >>"$MAVEN_RUNS"
        """);
    var jdk = Files.createDirectories(temporary.resolve("jdk"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
    script(Files.createDirectories(jdk.resolve("bin")).resolve("javac"), "");
    script(
        jdk.resolve("bin/java"),
        """
        for argument in "$@"; do
          case $argument in -XX:AOTCacheOutput=*) : >"${argument#*=}"; exit ;; esac
        done
        env | grep -E '^(HOME|LC_ALL|LC_CTYPE|LIBTORCH|OMP_WAIT_POLICY|GOMP_SPINCOUNT)='
        printf '<%s>\\n' "$@"
        """);
  }

  private Path checkout(String name) throws IOException {
    var folder = Files.createDirectories(temporary.toRealPath().resolve(name));
    for (var file : List.of("bin/toco", "bin/build.sh")) {
      var copy = folder.resolve(file);
      Files.createDirectories(copy.resolveSibling(""));
      Files.copy(HOME.resolve(file), copy);
    }
    for (var source :
        List.of("src/main/A.java", "src/bridge/pom.xml", "src/toco/pom.xml", "bindings/B.java")) {
      write(folder.resolve(source), "");
    }
    write(folder.resolve("pom.xml"), "");
    write(folder.resolve("LICENSE"), "");
    for (var source : List.of("CMakeLists.txt", "build.sh", "include/a", "src/a", "kernels/a")) {
      write(folder.resolve("native").resolve(source), "");
    }
    var libTorch = temporary.toRealPath().resolve("libtorch");
    write(folder.resolve("native/libtorch.sha256"), "");
    write(folder.resolve("native/jobs.sh"), "");
    write(folder.resolve("native/libtorch.sh"), "echo '%s'".formatted(libTorch));
    var built = folder.resolve("target/native/libtorch-cpu");
    write(built.resolve("libtoco_torch.so"), "");
    write(built.resolve("libtorch-folder"), libTorch + "\n");
    Files.createSymbolicLink(
        folder.resolve("target/native/libtoco_torch.so"), Path.of("libtorch-cpu/libtoco_torch.so"));
    return folder;
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, text);
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/bash\n" + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Start(int status, List<String> lines) {
    boolean says(String line) {
      return lines.contains(line);
    }

    boolean has(String option) {
      return says("<" + option + ">");
    }
  }

  private Start start(Map<String, String> environment, String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("bash", checkout.resolve("bin/toco").toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", tools + ":/usr/bin:/bin");
    builder.environment().put("JAVA_HOME", temporary.resolve("jdk").toString());
    builder.environment().put("HOME", temporary.resolve("home").toString());
    builder.environment().put("LANG", "C.UTF-8");
    builder.environment().put("MAVEN_RUNS", temporary.resolve("maven-runs").toString());
    environment.forEach((name, value) -> {
      if (value.isEmpty()) {
        builder.environment().remove(name);
      } else {
        builder.environment().put(name, value);
      }
    });
    var process = builder.start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Start(process.waitFor(), output.lines().toList());
  }

  private long mavenRuns() throws IOException {
    var runs = temporary.resolve("maven-runs");
    return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
  }

  @Test
  void theJarIsBuiltOnceAndAgainAfterAChange() throws Exception {
    assertTrue(start(Map.of(), "train").has("train"));
    start(Map.of(), "train");
    assertEquals(1, mavenRuns());
    write(checkout.resolve("src/main/A.java"), "class A {}");
    start(Map.of(), "train");
    assertEquals(2, mavenRuns());
    Files.delete(checkout.resolve("bindings/B.java"));
    start(Map.of(), "train");
    assertEquals(3, mavenRuns());
  }

  @Test
  void sourcesDatedInTheFutureAreBuiltOnce() throws Exception {
    start(Map.of(), "train");
    var future = FileTime.from(Instant.now().plus(Duration.ofDays(400)));
    for (var source : List.of("src/main/A.java", "pom.xml", "native/src/a")) {
      Files.setLastModifiedTime(checkout.resolve(source), future);
    }
    Files.delete(checkout.resolve("target/.jar-built-from")); // as after a build by Maven
    start(Map.of(), "train");
    start(Map.of(), "train");
    start(Map.of(), "eval");
    assertEquals(2, mavenRuns());
  }

  @Test
  void startsAtTheSameTimeBuildOnce() throws Exception {
    var starts = new ArrayList<Thread>();
    for (int i = 0; i < 8; i++) {
      starts.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  start(Map.of(), "train");
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              }));
    }
    for (var thread : starts) {
      thread.join();
    }
    assertEquals(1, mavenRuns());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a:b", "a;b", "a$b", "a'b", "a\"b", "a`b", "ä", "a(b)&c", "#%\\"})
  void anyFolderNameWorks(String name) throws Exception {
    checkout = checkout(name);
    var start = start(Map.of(), "train", "a file.yaml");
    assertEquals(0, start.status(), start.lines().toString());
    assertTrue(start.has("-Dtoco.home=" + checkout), start.lines().toString());
    assertTrue(start.has("a file.yaml"));
    int classPath = start.lines().indexOf("<-cp>") + 1;
    var jar = start.lines().get(classPath).replaceAll("[<>]", "");
    assertFalse(jar.contains(":"), jar);
    assertEquals("jar\n", Files.readString(Path.of(jar)));
  }

  @ParameterizedTest
  @CsvSource({
    "LC_ALL,C",
    "LC_ALL,POSIX",
    "LANG,''",
    "LANG,C",
    "LC_CTYPE,UTF-8",
    "LANG,xx_YY.UTF-8"
  })
  void javaGetsALocaleInUtf8(String variable, String value) throws Exception {
    var environment = new HashMap<>(Map.of("LANG", ""));
    environment.put(variable, value);
    for (var command : List.of("train", "java")) {
      var start = start(environment, command);
      assertTrue(
          start.says("LC_ALL=C.UTF-8") || start.says("LC_CTYPE=C.UTF-8"), start.lines().toString());
    }
  }

  /// Commands read the system's messages, which are in the language of the locale.
  @Test
  void aLocaleInUtf8IsKeptForTheUsersPrograms() throws Exception {
    assertTrue(start(Map.of(), "train").says("LC_ALL=C.UTF-8"));
    var own = start(Map.of(), "java", "Own.java");
    assertFalse(own.lines().stream().anyMatch(line -> line.startsWith("LC_")), own.toString());
  }

  @Test
  void homeAndTildeAreResolved() throws Exception {
    var home = System.getProperty("user.home"); // Java takes it from the password file
    assertTrue(start(Map.of("HOME", ""), "train").says("HOME=" + home));
    var start = start(Map.of("HOME", "/h"), "train", "--libtorch=~/t");
    assertTrue(start.says("LIBTORCH=/h/t"), start.lines().toString());
    assertTrue(start(Map.of("HOME", "/h", "LIBTORCH", "~/t"), "train").says("LIBTORCH=/h/t"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TOCO_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"})
  void collectorAndHeapOfTheUserReplaceTheLaunchers(String variable) throws Exception {
    var collector = start(Map.of(variable, "-XX:+UseG1GC"), "train");
    assertFalse(collector.has("-XX:+UseSerialGC"));
    assertTrue(collector.has("-Xmx2g"), collector.lines().toString());
    for (var size : List.of("-Xmx32m", "-Xms8g", "-XX:MaxRAMPercentage=50", "-da -Xmn1m")) {
      var heap = start(Map.of(variable, size), "train");
      assertTrue(heap.has("-XX:+UseSerialGC"));
      assertFalse(heap.lines().stream().anyMatch(line -> line.matches("<-Xm[sxn](48m|24m|2g)>")));
    }
    assertTrue(start(Map.of(variable, "-Dx=1"), "train").has("-XX:+UseSerialGC"));
  }

  @Test
  void openMpSpinsBrieflyUnlessTheUserSaysOtherwise() throws Exception {
    assertTrue(start(Map.of(), "train").says("GOMP_SPINCOUNT=10000"));
    var passive = start(Map.of("OMP_WAIT_POLICY", "passive"), "train");
    assertTrue(passive.says("OMP_WAIT_POLICY=passive"));
    assertFalse(passive.says("GOMP_SPINCOUNT=10000"));
    assertTrue(start(Map.of("GOMP_SPINCOUNT", "5"), "train").says("GOMP_SPINCOUNT=5"));
  }

  @Test
  void aStartupCacheIsMadeOnceAndUsed() throws Exception {
    start(Map.of(), "train");
    var second = start(Map.of(), "train");
    var cache = checkout.resolve("target/startup/toco.aot");
    var option = "-XX:AOTCache=" + cache;
    assertTrue(second.has(option), second.lines().toString());
    var made = Files.getLastModifiedTime(cache);
    start(Map.of(), "train");
    assertEquals(made, Files.getLastModifiedTime(cache));
    var otherTime = FileTime.from(Instant.now().minus(Duration.ofDays(1)));
    Files.setLastModifiedTime(checkout.resolve("target/toco.jar"), otherTime); // as a copy has
    assertTrue(start(Map.of(), "train").has(option));
    assertTrue(Files.getLastModifiedTime(cache).compareTo(made) > 0);
    assertFalse(start(Map.of("TOCO_STARTUP_CACHE", "0"), "train").has(option));
    assertFalse(start(Map.of("TOCO_JAVA_OPTS", "-Xshare:off"), "train").has(option));
  }
}
