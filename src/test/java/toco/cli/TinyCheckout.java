package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A checkout with the real native/build.sh, which builds a library of one small source instead of
/// the shim, for a folder with the headers' version and a small library instead of LibTorch.
///
/// @param folder the checkout
/// @param libTorch the folder in place of LibTorch
record TinyCheckout(Path folder, Path libTorch) {
  static final Path NATIVE = Path.of(System.getProperty("toco.home", "."), "native");

  /// What a script printed.
  ///
  /// @param lines its output and its error stream
  record Result(int status, List<String> lines) {
    Result succeeded() {
      assertEquals(0, status, lines::toString);
      return this;
    }

    /// The last line, a path.
    Path path() {
      return Path.of(lines.getLast());
    }

    String text() {
      return String.join("\n", lines);
    }
  }

  /// A checkout in a folder. The test is skipped where the shim's build tools are missing.
  static TinyCheckout in(Path place) throws IOException {
    assumeTrue(
        Stream.of("cmake", "g++").allMatch(TinyCheckout::isInstalled),
        "the shim's build tools are not installed");
    var checkout =
        new TinyCheckout(place.resolve("checkout"), place.resolve("torch/libtorch-2.15.0-cpu"));
    for (var folder : List.of("src", "include", "kernels")) {
      Files.createDirectories(checkout.source(folder));
    }
    for (var script : List.of("build.sh", "jobs.sh")) {
      Files.copy(NATIVE.resolve(script), checkout.source(script));
    }
    Files.writeString(
        checkout.source("src/shim.c"),
        """
        #include <version.h>
        #if TORCH_VERSION_MINOR != 15 || defined(BROKEN)
        #error the headers of another LibTorch
        #endif
        int torch(void);
        int shim(void) { return torch() + 1; }
        """);
    Files.writeString(
        checkout.source("CMakeLists.txt"),
        """
        cmake_minimum_required(VERSION 3.18)
        set(CMAKE_SUPPRESS_REGENERATION ON)
        project(tiny LANGUAGES C)
        set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
        set(CMAKE_INSTALL_RPATH "$ORIGIN/torch/lib")
        add_library(tiny SHARED torch.c)
        set_target_properties(tiny PROPERTIES
          LIBRARY_OUTPUT_DIRECTORY "${TOCO_TORCH_DIR}/lib")
        add_library(toco_torch SHARED src/shim.c)
        target_include_directories(toco_torch SYSTEM PRIVATE "${TOCO_TORCH_DIR}/include")
        target_link_options(toco_torch PRIVATE -Wl,--disable-new-dtags)
        target_link_libraries(toco_torch PRIVATE tiny)
        """);
    Files.writeString(checkout.source("torch.c"), "int torch(void) { return 41; }\n");
    Files.createFile(checkout.source("include/toco_torch.h"));
    checkout.useLibTorch(checkout.libTorch());
    return checkout;
  }

  Path source(String name) {
    return folder.resolve("native").resolve(name);
  }

  /// Makes a folder in place of LibTorch, which native/libtorch.sh then finds.
  void useLibTorch(Path root) throws IOException {
    var headers = Files.createDirectories(root.resolve("include/torch/headeronly"));
    Files.createDirectories(root.resolve("lib"));
    Files.writeString(
        headers.resolve("version.h"),
        """
        #define TORCH_VERSION_MAJOR 2
        #define TORCH_VERSION_MINOR 15
        #define TORCH_VERSION_PATCH 0
        """);
    Files.copy(headers.resolve("version.h"), root.resolve("include/version.h"));
    Files.writeString(source("libtorch.sh"), "cat <<'END'\n%s\nEND\n".formatted(root));
  }

  Result build() throws IOException, InterruptedException {
    return build(Map.of());
  }

  Result build(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("bash", source("build.sh").toString()));
    command.addAll(List.of(arguments));
    return run(environment, command.toArray(String[]::new));
  }

  static Result run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    return ended(start(environment, command));
  }

  /// @param environment variables to set, or to remove if the value is empty
  static Process start(Map<String, String> environment, String... command) throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.environment().values().removeIf(String::isEmpty);
    return builder.start();
  }

  static Result ended(Process process) throws IOException, InterruptedException {
    var output = new String(process.getInputStream().readAllBytes());
    return new Result(process.waitFor(), output.lines().toList());
  }

  /// Loads a built library and calls it: 42 if it found the library in place of LibTorch.
  static int call(Path library) throws Throwable {
    try (var arena = Arena.ofConfined()) {
      var shim = SymbolLookup.libraryLookup(library, arena).findOrThrow("shim");
      var type = FunctionDescriptor.of(ValueLayout.JAVA_INT);
      return (int) Linker.nativeLinker().downcallHandle(shim, type).invokeExact();
    }
  }

  static boolean isInstalled(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  /// An environment in which programs are replaced by bash scripts.
  static Map<String, String> programs(Path folder, Map<String, String> scripts) throws IOException {
    Files.createDirectories(folder);
    for (var script : scripts.entrySet()) {
      var file = folder.resolve(script.getKey());
      Files.writeString(file, "#!/bin/bash\n" + script.getValue() + "\n");
      assertEquals(true, file.toFile().setExecutable(true));
    }
    var path = folder + ":" + System.getenv("PATH");
    return new HashMap<>(Map.of("PATH", path));
  }
}
