package toco.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static toco.torch.LoadAttempt.assertSays;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.library.FakeJars;
import toco.library.NativeOrigin;
import toco.library.ShimHeader;

/// A shim of a jar is unpacked and loaded, or refused before one of its functions is called.
class PrebuiltShimTest {
  @TempDir private Path folder;
  private Path libTorch;
  private Path jar;

  @BeforeEach
  void theShimInUseAsAJar() throws IOException {
    libTorch = Path.of(LibTorch.loadedLibTorch().iterator().next()).getParent().getParent();
    assumeTrue(
        !Files.exists(libTorch.resolve("lib/libtorch_cuda.so")), "prebuilt shims know no GPUs");
    jar = jar(Files.readAllBytes(LibTorch.library()));
  }

  /// Its properties say that it fits.
  private Path jar(byte[] shim) throws IOException {
    var file = folder.resolve("toco-bridge-natives.jar");
    return FakeJars.natives(file, LibTorch.version(), platform(), ShimHeader.hash(), shim);
  }

  private static String platform() {
    return "linux-" + System.getProperty("os.arch").replace("amd64", "x86_64");
  }

  private LoadAttempt attempt(Path cache) {
    return new LoadAttempt(
        Map.of("XDG_CACHE_HOME", cache.toString(), "LIBTORCH", libTorch.toString()),
        List.of("-Dtoco.library.debug=true"),
        List.of(jar));
  }

  private static void assertLoads(String output, NativeOrigin.Source source, Path cache, Path jar) {
    assertTrue(output.contains("loaded " + LibTorch.version()), output);
    var origin = output.lines().filter(line -> line.startsWith("toco: ")).findFirst().orElse("");
    var shim = "shim %s/toco/shim-prebuilt-".formatted(cache);
    assertTrue(origin.contains(shim) && origin.endsWith(", prebuilt in " + jar), output);
    var start = source == NativeOrigin.Source.LIBTORCH ? "variable LIBTORCH" : "in the cache";
    assertTrue(origin.contains("LibTorch " + start) || origin.contains(start), output);
  }

  @Test
  void itLoadsWithTheLibTorchOfTheVariable() throws Exception {
    for (int i = 0; i < 2; i++) { // unpacked, and found
      assertLoads(attempt(folder).output(), NativeOrigin.Source.LIBTORCH, folder, jar);
    }
  }

  @Test
  void itLoadsWithTheLibTorchOfTheCache() throws Exception {
    var installed = Files.createDirectories(folder.resolve("toco/libtorch-2.15.0-cpu"));
    Files.createFile(installed.resolve("complete"));
    Files.createSymbolicLink(installed.resolve("torch"), libTorch);
    assumeTrue(Files.exists(libTorch.resolve("include")), "a LibTorch without headers");
    var environment =
        Map.of("XDG_CACHE_HOME", folder.toString(), "LIBTORCH", "", "TOCO_FLAVOR", "cpu");
    var options = List.of("-Dtoco.library.debug=true");
    var output = new LoadAttempt(environment, options, List.of(jar)).output();
    assertLoads(output, NativeOrigin.Source.CACHE, folder, jar);
  }

  /// Needs the right to mount.
  @Test
  void aCacheWithoutRightToExecuteIsNamed() throws Exception {
    var mounted = Files.createDirectory(folder.resolve("mounted"));
    var mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "noexec", "none", mounted + "");
    assumeTrue(Files.isWritable(Path.of("/")) && mount.start().waitFor() == 0, "not root");
    try {
      assertSays(attempt(mounted).line(), "mounted noexec", "XDG_CACHE_HOME", mounted);
    } finally {
      assertEquals(0, new ProcessBuilder("umount", mounted.toString()).start().waitFor());
    }
  }

  /// A library with these functions, of the strings that they return.
  private byte[] compiled(Map<String, String> functions) throws Exception {
    var code = new StringBuilder();
    functions.forEach((name, value) ->
        code.append("const char *%s(void) { return \"%s\"; }\n".formatted(name, value)));
    return compiled(code.toString());
  }

  /// A library of these lines of C, whose functions are bound when it is loaded.
  private byte[] compiled(String code) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "gcc is not installed");
    var source = Files.writeString(folder.resolve("shim.c"), code);
    var library = folder.resolve("libshim.so");
    var command = List.of("gcc", "-shared", "-fPIC", "-Wl,-z,now", "-o", library + "", source + "");
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    return Files.readAllBytes(library);
  }

  @Test
  void aShimWithoutTheNewFunctionsIsRefused() throws Exception {
    jar(compiled(Map.of("tt_libtorch_version", LibTorch.version())));
    assertSays(
        attempt(folder).line(),
        "is of an older version of the bridge: it has no tt_header_hash",
        "replace " + jar);
    var library = folder.resolve("libshim.so");
    assertSays(
        new LoadAttempt(List.of("-Dtoco.library=" + library)).line(),
        "the shim " + library,
        "build it again with native/build.sh, or unset the setting that names it, -Dtoco.library");
  }

  @Test
  void aShimOfAnotherHeaderIsRefused() throws Exception {
    var functions = Map.of("tt_header_hash", "0123abcd", "tt_libtorch_runtime_version", "2.15.0");
    jar(compiled(functions));
    assertSays(
        attempt(folder).line(),
        "SHA-256 0123abcd, expected " + ShimHeader.hash(),
        "replace " + jar);
  }

  @Test
  void aShimOfAnotherLibTorchIsRefused() throws Exception {
    var functions =
        Map.of(
            "tt_header_hash", ShimHeader.hash(),
            "tt_libtorch_version", "2.7.1",
            "tt_libtorch_runtime_version", "2.15.0");
    jar(compiled(functions));
    assertSays(
        attempt(folder).line(),
        "was built for LibTorch 2.7.1, but LibTorch 2.15.0 was loaded with it");
  }

  /// As one for another minor version would.
  @Test
  void aShimThatNeedsOtherSymbolsIsRefused() throws Exception {
    jar(compiled("int no_such_function(void); int f(void) { return no_such_function(); }"));
    assertSays(attempt(folder).line(), "undefined symbol: no_such_function", "another LibTorch");
  }
}
