package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// native/build.sh in a checkout that was moved or copied after a build, or whose LibTorch moved.
/// The script is the real one; what it builds is a library of one empty source instead of the shim,
/// for a folder with the headers' version instead of LibTorch.
class BuildScriptTest {
  private static final Path NATIVE = Path.of(System.getProperty("toco.home", "."), "native");

  @TempDir Path temporary;
  private Path checkout;

  @BeforeEach
  void aCheckoutWithATinyShim() throws IOException {
    assumeTrue(
        Stream.of("cmake", "g++").allMatch(BuildScriptTest::isInstalled),
        "the shim's build tools are not installed");
    checkout = temporary.toRealPath().resolve("checkout");
    var sources = Files.createDirectories(checkout.resolve("native"));
    Files.copy(NATIVE.resolve("build.sh"), sources.resolve("build.sh"));
    Files.writeString(sources.resolve("shim.c"), "");
    Files.writeString(
        sources.resolve("CMakeLists.txt"),
        """
        cmake_minimum_required(VERSION 3.18)
        project(tiny LANGUAGES C)
        set(TOCO_TORCH_DIR "" CACHE PATH "LibTorch")
        find_path(CACHED_INCLUDE version.h PATHS "${TOCO_TORCH_DIR}/include" NO_DEFAULT_PATH)
        if(NOT EXISTS "${CACHED_INCLUDE}")
          message(FATAL_ERROR "${CACHED_INCLUDE} is gone")
        endif()
        add_library(toco_torch SHARED shim.c)
        """);
    useLibTorch(libTorch("libtorch"));
  }

  private static boolean isInstalled(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  private Path libTorch(String name) throws IOException {
    var root = temporary.toRealPath().resolve(name).resolve("libtorch-2.15.0-cpu");
    var headers = Files.createDirectories(root.resolve("include/torch/headeronly"));
    Files.writeString(
        headers.resolve("version.h"),
        """
        #define TORCH_VERSION_MAJOR 2
        #define TORCH_VERSION_MINOR 15
        #define TORCH_VERSION_PATCH 0
        """);
    Files.copy(headers.resolve("version.h"), root.resolve("include/version.h"));
    return root;
  }

  private void useLibTorch(Path root) throws IOException {
    Files.writeString(checkout.resolve("native/libtorch.sh"), "echo '%s'\n".formatted(root));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  /// Builds; what is built is in that checkout's own folder.
  private static void build(Path checkout) throws IOException, InterruptedException {
    var lines = run("bash", checkout.resolve("native/build.sh").toString()).lines().toList();
    var library = Path.of(lines.getLast());
    assertTrue(library.startsWith(checkout.resolve("target/native")), lines::toString);
    assertTrue(Files.size(library) > 0, lines::toString);
  }

  @Test
  void aCopiedCheckoutBuilds() throws Exception {
    build(checkout);
    var copy = checkout.resolveSibling("copy");
    run("cp", "-r", checkout.toString(), copy.toString());
    build(copy);
    build(checkout);
  }

  @Test
  void aMovedCheckoutBuilds() throws Exception {
    build(checkout);
    build(Files.move(checkout, checkout.resolveSibling("moved")));
  }

  @Test
  void aMovedLibTorchIsFoundAgain() throws Exception {
    build(checkout);
    run("rm", "-r", temporary.resolve("libtorch").toString());
    useLibTorch(libTorch("elsewhere"));
    build(checkout);
  }
}
