package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// native/build.sh where names, dates, variables and other processes get in the way, and in a
/// checkout that was moved or copied after a build, or whose LibTorch moved.
class BuildScriptTest {
  @TempDir Path temporary;
  private TinyCheckout checkout;

  @BeforeEach
  void aCheckoutWithATinyShim() throws IOException {
    temporary = temporary.toRealPath();
    checkout = TinyCheckout.in(temporary);
  }

  /// Builds; what is built is in that checkout's own folder, and works.
  private static Path build(TinyCheckout checkout) throws Throwable {
    var library = checkout.build().succeeded().path();
    assertTrue(library.startsWith(checkout.folder().resolve("target/native")), library::toString);
    assertEquals(42, TinyCheckout.call(library));
    return library;
  }

  private TinyCheckout at(Path folder) {
    return new TinyCheckout(folder, checkout.libTorch());
  }

  @Test
  void aCopiedCheckoutBuilds() throws Throwable {
    build(checkout);
    var copy = temporary.resolve("copy");
    var from = checkout.folder().toString();
    TinyCheckout.run(Map.of(), "cp", "-r", from, copy.toString()).succeeded();
    build(at(copy));
    build(checkout);
  }

  @Test
  void aMovedCheckoutBuilds() throws Throwable {
    build(checkout);
    build(at(Files.move(checkout.folder(), temporary.resolve("moved"))));
  }

  @Test
  void aMovedLibTorchIsFoundAgain() throws Throwable {
    build(checkout);
    TinyCheckout.run(Map.of(), "rm", "-r", temporary.resolve("torch").toString()).succeeded();
    checkout.useLibTorch(temporary.resolve("elsewhere/libtorch-2.15.0-cpu"));
    build(checkout);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "colon:and;semicolon",
        "blank and tail ",
        "$HOME ${dollar}",
        "quote's \"and\" `true`",
        "hash#percent%plus+",
        "(brackets)[x]{y}",
        "back\\slash&amp*",
        "-dash=,~@!",
        "ümläut 雨",
      })
  void foldersMayHaveAnyName(String name) throws Throwable {
    var odd = TinyCheckout.in(temporary.resolve(name));
    var library = odd.build().succeeded().path();
    assertTrue(library.startsWith(odd.folder()), library::toString);
    assertEquals(42, TinyCheckout.call(library));
    assertEquals(library, odd.build().succeeded().path());
  }

  @Test
  void pathsMayBeLong() throws Throwable {
    var place = temporary;
    for (int i = 0; i < 12; i++) {
      place = place.resolve("l".repeat(200));
    }
    build(TinyCheckout.in(place));
  }

  @Test
  void aSourceIsBuiltAgainIfItsContentChangesWhateverItsDate() throws Throwable {
    var source = checkout.source("src/shim.c");
    Files.setLastModifiedTime(source, FileTime.from(Instant.parse("2099-01-01T00:00:00Z")));
    var library = build(checkout);
    var built = Files.getLastModifiedTime(library);
    build(checkout);
    assertEquals(built, Files.getLastModifiedTime(library), "nothing changed");
    Files.writeString(source, "int shim(void) { return 7; }\n");
    Files.setLastModifiedTime(source, FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
    assertEquals(7, TinyCheckout.call(checkout.build().succeeded().path()));
  }

  @Test
  void aBuildFromALaterTimeIsNotTrusted() throws Throwable {
    var library = build(checkout);
    try (var files = Files.walk(library.getParent())) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2099-01-01T00:00:00Z")));
      }
    }
    Files.writeString(checkout.source("src/shim.c"), "int shim(void) { return 7; }\n");
    assertEquals(7, TinyCheckout.call(checkout.build().succeeded().path()));
  }

  /// `built-from` has the hashes that bin/toco compares.
  @Test
  void theStampNamesSourcesAndLibrary() throws Throwable {
    var library = build(checkout);
    var stamp = library.resolveSibling("built-from");
    var words = Files.readString(stamp).strip().split(" ");
    assertEquals(2, words.length);
    var relative = checkout.folder().relativize(library).toString();
    var hash =
        TinyCheckout.run(
                Map.of(),
                "bash",
                "-c",
                "cd \"$1\" && sha256sum \"$2\" | sha256sum | cut -d' ' -f1",
                "",
                checkout.folder().toString(),
                relative)
            .succeeded();
    assertEquals(hash.text(), words[1]);
    Files.writeString(checkout.source("include/new.h"), "");
    build(checkout);
    assertNotEquals(words[0], Files.readString(stamp).split(" ")[0]);
  }

  private Map<String, String> countingCmake() throws IOException {
    return TinyCheckout.programs(
        temporary.resolve("bin"),
        Map.of(
            "cmake",
            """
            [[ "$*" != *--build* ]] || { echo x >>'%s'; sleep 1; }
            PATH=${PATH#*:} exec cmake "$@"
            """
                .formatted(temporary.resolve("builds"))));
  }

  private int builds() throws IOException {
    return Files.readAllLines(temporary.resolve("builds")).size();
  }

  @Test
  void ofSeveralProcessesOneBuilds() throws Throwable {
    var odd = TinyCheckout.in(temporary.resolve("a b"));
    var environment = countingCmake();
    for (var place : new TinyCheckout[] {checkout, odd}) {
      Files.deleteIfExists(temporary.resolve("builds"));
      var processes = new ArrayList<Process>();
      for (int i = 0; i < 3; i++) {
        processes.add(TinyCheckout.start(environment, "bash", place.source("build.sh").toString()));
      }
      for (var process : processes) {
        var library = TinyCheckout.ended(process).succeeded().path();
        assertEquals(42, TinyCheckout.call(library));
      }
      assertEquals(1, builds());
    }
  }

  /// Some network file systems have no locks: each process then builds in a folder of its own.
  @Test
  void withoutLocksSeveralProcessesBuild() throws Throwable {
    var environment = countingCmake();
    TinyCheckout.programs(
        temporary.resolve("bin"), Map.of("flock", "echo 'flock: No locks available' >&2; exit 71"));
    var script = checkout.source("build.sh").toString();
    var first = TinyCheckout.start(environment, "bash", script);
    var second = TinyCheckout.start(environment, "bash", script);
    var libraries = new ArrayList<Path>(); // both write the library in place of LibTorch
    for (var process : new Process[] {first, second}) {
      libraries.add(TinyCheckout.ended(process).succeeded().path());
    }
    for (var library : libraries) {
      assertEquals(42, TinyCheckout.call(library));
    }
    assertEquals(2, builds());
  }

  /// What conda, modules of a cluster or a shell's settings export.
  @Test
  void variablesForOtherProgramsAreIgnored() throws Throwable {
    var other = Files.createDirectories(temporary.resolve("other"));
    Files.writeString(other.resolve("version.h"), "#define TORCH_VERSION_MINOR 9\n");
    Files.writeString(other.resolve("noise"), "echo noise\n");
    var environment = new HashMap<String, String>();
    for (var name : new String[] {"CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH"}) {
      environment.put(name, other.toString());
    }
    environment.putAll(
        Map.of(
            "CFLAGS", "-DBROKEN -isystem " + other,
            "LDFLAGS", "-Wl,--no-such-option",
            "CMAKE_TOOLCHAIN_FILE", "/no/such/file",
            "CMAKE_GENERATOR", "Xcode",
            "CMAKE_GENERATOR_PLATFORM", "x64",
            "CMAKE_BUILD_TYPE", "Debug",
            "MAKEFLAGS", "-n",
            "CC", "/no/such/compiler",
            "CDPATH", temporary.toString(),
            "BASH_ENV", other.resolve("noise").toString()));
    environment.putAll(Map.of("POSIXLY_CORRECT", "1", "PYTHONHOME", "/no", "LC_ALL", "C"));
    var library = checkout.build(environment).succeeded().path();
    assertEquals(42, TinyCheckout.call(library));
    var cache = Files.readString(library.resolveSibling("CMakeCache.txt"));
    assertTrue(cache.contains("CMAKE_BUILD_TYPE:STRING=Release"), cache);
  }

  /// With a compiler that says so and compiles for this machine.
  @ParameterizedTest
  @ValueSource(strings = {"CXX", "TOCO_ARCH"})
  void aBuildForAnotherProcessorLeavesTheLastBuildInUse(String variable) throws Throwable {
    var library = build(checkout);
    var other = System.getProperty("os.arch").equals("aarch64") ? "x86_64" : "aarch64";
    var compiler = other + "-linux-gnu-g++";
    var environment =
        TinyCheckout.programs(
            temporary.resolve("bin"),
            Map.of(
                compiler,
                "case $1 in -dumpmachine) echo %s-linux-gnu ;; *) exec g++ \"$@\" ;; esac"
                    .formatted(other),
                other + "-linux-gnu-gcc",
                "exec gcc \"$@\""));
    environment.put(variable, variable.equals("CXX") ? compiler : other);
    var built = checkout.build(environment).succeeded().path();
    assertNotEquals(library, built);
    assertTrue(Files.exists(built));
    assertNotEquals(library.toString().contains("-aarch64"), built.toString().contains("-aarch64"));
    assertEquals(library, checkout.folder().resolve("target/native/libtoco_torch.so").toRealPath());
    var cache = Files.readString(built.resolveSibling("CMakeCache.txt"));
    assertTrue(cache.contains("CMAKE_SYSTEM_PROCESSOR:UNINITIALIZED=" + other), cache);
  }

  @Test
  void tidyKeepsWhatALoadNeeds() throws Throwable {
    var library = checkout.build(Map.of(), "--tidy").succeeded().path();
    assertEquals(42, TinyCheckout.call(library));
    assertFalse(Files.exists(library.resolveSibling("CMakeFiles")));
    build(checkout);
  }
}
