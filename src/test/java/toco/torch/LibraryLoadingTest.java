package toco.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static toco.torch.LoadAttempt.assertSays;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One clear message for a library that is not set, missing, not a library, or the second one.
/// Loading happens once per process, so each attempt runs in its own JVM.
class LibraryLoadingTest {
  @TempDir private Path folder;

  private static String attempt(List<String> options, String... arguments) throws Exception {
    return new LoadAttempt(options).line(arguments);
  }

  private static String attempt(Map<String, String> environment, List<String> options)
      throws Exception {
    return new LoadAttempt(environment, options, List.of()).line();
  }

  @Test
  void aVariableThatNamesNoLibTorchIsNamedWithTheRemedy() throws Exception {
    var none = folder.resolve("none").toString();
    var line = attempt(Map.of("XDG_CACHE_HOME", folder.toString(), "LIBTORCH", none), List.of());
    assertSays(line, "LIBTORCH=" + none, "set it to the unpacked libtorch folder, or unset it");
  }

  /// With an empty cache the build starts, and finds no compiler.
  @Test
  void withoutALibraryOneIsBuiltAndAFailureNamesTheRemedies() throws Exception {
    var torch = Path.of(LibTorch.loadedLibTorch().iterator().next()).getParent().getParent();
    var environment =
        Map.of(
            "XDG_CACHE_HOME", folder.toString(),
            "LIBTORCH", torch.toString(),
            "CXX", "/nowhere/g++");
    var line = attempt(environment, List.of());
    assertSays(line, "toco.library is not set", "apt-get install g++", "<dependency>");
    try (var unpacked = Files.walk(folder)) {
      assertTrue(unpacked.anyMatch(file -> file.endsWith("native/include/toco_torch.h")));
    }
  }

  @Test
  void aMissingLibraryIsNamedWithTheRemedy() throws Exception {
    var missing = folder.resolve("libmissing.so").toString();
    assertSays(attempt(List.of("-Dtoco.library=" + missing)), missing, "native/build.sh");
  }

  @Test
  void aFileThatIsNotALibraryIsNamedWithTheRemedy() throws Exception {
    var text = Files.writeString(folder.resolve("libtext.so"), "no library").toString();
    assertSays(
        attempt(List.of("-Dtoco.library=" + text)), text, "too short; it is damaged; delete");
  }

  /// A copy of the shim in a folder of its own, with links to its LibTorch.
  private Path copyOfShim() throws IOException {
    var shim = LibTorch.library().toRealPath();
    var torch = Path.of(LibTorch.loadedLibTorch().iterator().next()).getParent();
    var links = Files.createDirectories(folder.resolve("torch/lib"));
    try (var files = Files.list(torch)) {
      for (var file : files.toList()) {
        Files.createSymbolicLink(links.resolve(file.getFileName()), file);
      }
    }
    return Files.copy(shim, folder.resolve(shim.getFileName()));
  }

  private static void truncate(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
  }

  @Test
  void aLibraryThatEndsTooEarlyIsNamedInsteadOfCrashing() throws Exception {
    var shim = copyOfShim();
    truncate(shim);
    assertSays(attempt(List.of("-Dtoco.library=" + shim)), "it is damaged; delete " + folder);
  }

  @Test
  void aLibTorchThatEndsTooEarlyIsNamedInsteadOfCrashing() throws Exception {
    var shim = copyOfShim();
    var part = folder.resolve("torch/lib/libc10.so");
    var whole = part.toRealPath();
    Files.delete(part);
    Files.copy(whole, part);
    truncate(part);
    var line = attempt(List.of("-Dtoco.library=" + shim));
    assertSays(line, part.toRealPath() + " is damaged; delete the LibTorch");
  }

  @Test
  void aLibraryForAnotherProcessorIsNamed() throws Exception {
    var shim = copyOfShim();
    try (var file = new RandomAccessFile(shim.toFile(), "rw")) {
      file.seek(18); // e_machine
      file.writeShort(Short.reverseBytes((short) 8)); // MIPS
    }
    assertSays(
        attempt(List.of("-Dtoco.library=" + shim)),
        "not for this Java",
        System.getProperty("os.arch"));
  }

  private static final boolean IS_ARM = System.getProperty("os.arch").equals("aarch64");
  private static final String OTHERS =
      "is for %s, and this Java for %s; "
          .formatted(IS_ARM ? "x86_64" : "aarch64", IS_ARM ? "aarch64" : "x86_64");

  private static void makeForeign(Path file) throws IOException {
    try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(18); // e_machine
      bytes.write(IS_ARM ? 62 : 183);
    }
  }

  /// Of machines that share a folder, one may have built it.
  @Test
  void aLibraryForTheOtherProcessorIsNamed() throws Exception {
    var shim = copyOfShim();
    makeForeign(shim);
    assertSays(attempt(List.of("-Dtoco.library=" + shim)), "it " + OTHERS, "use a JDK for that");
  }

  /// The dynamic linker would say that there is no such file.
  @Test
  void aLibTorchForTheOtherProcessorIsNamed() throws Exception {
    var shim = copyOfShim();
    var part = folder.resolve("torch/lib/libc10.so");
    var right = part.toRealPath();
    Files.delete(part);
    Files.copy(right, part);
    makeForeign(part);
    assertSays(
        attempt(List.of("-Dtoco.library=" + shim)),
        part.toRealPath() + " " + OTHERS + "set LIBTORCH to a LibTorch for ");
  }

  private Path compiled(String name, String... options) throws Exception {
    var library = folder.resolve(name);
    var empty = Files.writeString(folder.resolve("empty.cpp"), "").toString();
    var command = new ArrayList<>(List.of("g++", "-shared", "-o", library.toString(), empty));
    command.addAll(List.of(options));
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/g++")), "g++ is not installed");
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    return library;
  }

  @Test
  void aLibraryThatNeedsAMissingOneIsNamed() throws Exception {
    var needed = compiled("libcudart.so.13", "-Wl,-soname,libcudart.so.13");
    var shim = compiled("libshim.so", "-Wl,--no-as-needed", needed.toString());
    Files.delete(needed);
    assertSays(attempt(List.of("-Dtoco.library=" + shim)), "that has libcudart.so.13 next to it");
  }

  /// As modules of a cluster and environments of conda do.
  @Test
  void anOldLibraryOnTheSearchPathIsNamed() throws Exception {
    var versions = Files.writeString(folder.resolve("versions"), "GLIBCXX_3.4 { *; };");
    var old =
        compiled(
            "libstdc++.so.6",
            "-nostdlib",
            "-Wl,-soname,libstdc++.so.6",
            "-Wl,--version-script," + versions);
    var line =
        attempt(
            Map.of("LD_LIBRARY_PATH", folder.toString()),
            List.of("-Dtoco.library=" + LibTorch.library().toRealPath()));
    assertSays(line, "LD_LIBRARY_PATH brings " + old, "unset LD_LIBRARY_PATH");
  }

  /// Needs the right to mount.
  @Test
  void aFileSystemWithoutRightToExecuteIsNamed() throws Exception {
    var mounted = Files.createDirectory(folder.resolve("mounted"));
    var mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "noexec", "none", mounted + "");
    assumeTrue(Files.isWritable(Path.of("/")) && mount.start().waitFor() == 0, "not root");
    try {
      var shim = Files.copy(LibTorch.library().toRealPath(), mounted.resolve("libshim.so"));
      var line = attempt(List.of("-Dtoco.library=" + shim));
      assertSays(line, shim + " is on a file system mounted noexec", "XDG_CACHE_HOME");
    } finally {
      assertEquals(0, new ProcessBuilder("umount", mounted.toString()).start().waitFor());
    }
  }

  @Test
  void aPathThatTheLocaleCannotSpellIsNamed() throws Exception {
    var line = attempt(Map.of("LC_ALL", "C"), List.of("-Dtoco.library=/tmp/ümläut/libshim.so"));
    assertSays(line, "in this locale", "LC_ALL=C.UTF-8");
  }

  @Test
  void aSecondLibTorchIsRefused() throws Exception {
    var library = LibTorch.library();
    var present = LibTorch.loadedLibTorch().iterator().next();
    var line = attempt(List.of("-Dtoco.library=" + library), present);
    assertSays(line, "another LibTorch is already loaded", present);
  }

  @Test
  void theRightLibraryLoads() throws Exception {
    var line = attempt(List.of("-Dtoco.library=" + LibTorch.library()));
    assertEquals("loaded " + LibTorch.version(), line);
  }

  @Test
  void oneLibTorchIsLoadedHere() {
    LibTorch.load();
    var names =
        LibTorch.loadedLibTorch().stream()
            .map(Path::of)
            .map(Path::getFileName)
            .collect(Collectors.toSet());
    assertEquals(1, names.size());
    assertTrue(
        Stream.of("DEFAULT", "AVX", "NEON", "SVE", "VSX", "ZVECTOR")
            .anyMatch(LibTorch.cpuCapability()::startsWith),
        LibTorch.cpuCapability());
  }
}
