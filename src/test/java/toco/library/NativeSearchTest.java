package toco.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import toco.library.NativeOrigin.Source;

/// Where the shim and LibTorch are taken from, in which order, and why not.
class NativeSearchTest extends FittingJars {
  /// A folder as the official archive or `native/libtorch.sh` make it.
  private static Path installed(Path folder, String version) throws IOException {
    var headers = folder.resolve("torch/include/torch/csrc/api/include/torch");
    Files.createDirectories(headers);
    Files.createDirectories(folder.resolve("torch/lib"));
    var numbers = version.split("\\.");
    Files.writeString(
        headers.resolve("version.h"),
        """
        #define TORCH_VERSION_MAJOR %s
        #define TORCH_VERSION_MINOR %s
        #define TORCH_VERSION_PATCH %s
        """
            .formatted((Object[]) numbers));
    for (var file : List.of("include/torch/csrc/api/include/torch/torch.h", "lib/libc10.so")) {
      Files.createFile(folder.resolve("torch").resolve(file));
    }
    Files.createFile(folder.resolve("torch/lib/libtorch_cpu.so"));
    Files.createFile(folder.resolve("complete"));
    return folder;
  }

  private static void assertShim(String text, NativeOrigin origin) throws IOException {
    assertEquals(text, Files.readString(origin.shim()));
    assertTrue(Files.exists(origin.shim().resolveSibling("torch/lib/libtorch_cpu.so")));
    assertTrue(origin.prebuilt().isPresent());
  }

  @Test
  void aNamedShimIsTakenAsItIs() throws Exception {
    var named = Files.createFile(folder.resolve("libmine.so"));
    var byProperty =
        both.with("TOCO_LIBRARY", folder.resolve("other.so"))
            .with("LIBTORCH", folder)
            .locate(SearchFixture.LINUX, Map.of("toco.library", named.toString()));
    assertEquals(Source.NAMED, byProperty.source());
    assertEquals(named, byProperty.shim());
    var byVariable = both.with("TOCO_LIBRARY", named).locate();
    assertEquals("shim %s, named by TOCO_LIBRARY".formatted(named), byVariable.toString());
    assertEquals(Set.of(), empty.cached());
  }

  @Test
  void theVariableLibTorchComesBeforeTheClassPath() throws Exception {
    var mine = installed(folder.resolve("mine"), "2.15.0");
    var other = FakeJars.natives(folder.resolve("natives-2.15.jar"), "2.15.0");
    var origin = both.with(other).with("LIBTORCH", mine).locate();
    assertEquals(Source.LIBTORCH, origin.source());
    assertShim("shim for 2.15.0", origin);
    assertEquals(Set.of("shim-prebuilt"), empty.cached());
    assertTrue(origin.toString().contains(mine + "; shim "), origin.toString());
    assertTrue(origin.toString().endsWith(", prebuilt in " + other), origin.toString());
  }

  /// Such a folder is all that the artifact has, and what DJL unpacks it to.
  @Test
  void aLibTorchWithoutHeadersIsEnoughForAPrebuiltShim() throws Exception {
    var flat = Files.createDirectory(folder.resolve("2.7.1-cpu-linux-x86_64"));
    Files.createFile(flat.resolve("libtorch_cpu.so"));
    Files.createFile(flat.resolve("libc10.so"));
    assertShim("shim for 2.7.1", empty.with(natives).with("LIBTORCH", flat).locate());
    empty
        .with("LIBTORCH", flat)
        .refused(
            "include/torch", "libtorch2.7</classifier>", "the class path has no prebuilt shim");
  }

  /// For this version nothing is published.
  @Test
  void whereTheVariableBringsNoShimTheMessageSaysToUnsetIt() throws Exception {
    var mine = installed(folder.resolve("mine"), "2.11.0");
    empty
        .with(natives)
        .with("PATH", System.getenv("PATH"))
        .with("CXX", "/nowhere/g++")
        .with("LIBTORCH", mine)
        .refused(
            natives + " is for LibTorch 2.7, expected 2.11",
            "apt-get install g++",
            "unset LIBTORCH and add the dependencies");
  }

  /// The artifact has none.
  @Test
  void withHeadersInTheCacheAShimIsCompiledForTheClassPath() throws Exception {
    installed(empty.cache().resolve("libtorch-2.7.1-cpu"), "2.7.1");
    empty
        .with(libTorch)
        .with("PATH", System.getenv("PATH"))
        .with("CXX", "/nowhere/g++")
        .refused("compiling a shim failed: CXX=/nowhere/g++ does not run");
    var folders = Set.of("libtorch-2.7.1-cpu", "libtorch-2.7.1-with-headers");
    assertTrue(empty.cached().containsAll(folders), empty.cached().toString());
  }

  @Test
  void theClassPathComesBeforeTheCache() throws Exception {
    installed(empty.cache().resolve("libtorch-2.15.0-cpu"), "2.15.0");
    var other = FakeJars.natives(folder.resolve("natives-2.15.jar"), "2.15.0");
    var origin = both.with(other).locate();
    assertEquals(Source.CLASS_PATH, origin.source());
    assertEquals(libTorch.toString(), origin.found());
    assertShim("shim for 2.7.1", origin);
    var cached = empty.with(natives, other).locate();
    assertEquals(Source.CACHE, cached.source());
    assertShim("shim for 2.15.0", cached);
  }

  @Test
  void librariesAreUnpackedWithTheirOwnNames() throws Exception {
    var lib = both.locate().shim().resolveSibling("torch/lib");
    try (var files = Files.list(lib.toRealPath())) {
      assertEquals(
          List.of("libc10.so", "libgomp-98b21ff3.so.1", "libtorch_cpu.so"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    assertEquals(Set.of("libtorch-2.7.1-cpu", "shim-prebuilt"), empty.cached());
  }

  /// In an IDE, or an unpacked application.
  @Test
  void librariesInAFolderOfTheClassPathAreUsedInPlace() throws Exception {
    var classes = Files.createDirectory(folder.resolve("classes"));
    assertEquals(
        0,
        new ProcessBuilder("unzip", "-q", libTorch.toString(), "-d", classes.toString())
            .start()
            .waitFor());
    var origin = empty.with(classes, natives).locate();
    assertShim("shim for 2.7.1", origin);
    assertEquals(
        classes.resolve("pytorch/cpu/linux-x86_64"),
        origin.shim().resolveSibling("torch/lib").toRealPath());
  }

  /// Neither bash nor pip: LibTorch is there.
  @Test
  void noProgramRunsForLibTorchOnTheClassPath() throws Exception {
    var called = folder.resolve("called");
    var python = program("python", "touch " + called + "\n");
    both.with("TOCO_PYTHON", python).locate();
    empty.with(libTorch).with("TOCO_PYTHON", python).refused("no prebuilt shim");
    assertFalse(Files.exists(called));
  }

  private Path program(String name, String script) throws IOException {
    var file = Files.writeString(folder.resolve(name), "#!/bin/bash\n" + script);
    assertTrue(file.toFile().setExecutable(true));
    return file;
  }

  @Test
  void theTorchOfPythonComesBeforeTheClassPath() throws Exception {
    var torch = installed(folder.resolve("site"), "2.15.0").resolve("torch");
    var python = program("python", "echo '%s'\n".formatted(torch));
    var origin =
        both.with(FakeJars.natives(folder.resolve("natives-2.15.jar"), "2.15.0"))
            .with("PATH", System.getenv("PATH"))
            .with("TOCO_PYTHON_TORCH", "1")
            .with("TOCO_PYTHON", python)
            .locate();
    assertEquals(Source.PYTHON, origin.source());
    assertShim("shim for 2.15.0", origin);
  }

  /// In place of Python: pip downloads nothing, and the wheels unpack to a small LibTorch.
  @Test
  void anInstallationComesLastAndGetsAPrebuiltShim() throws Exception {
    var wheels = installed(folder.resolve("wheels"), "2.15.0");
    var python = program("python", "[ \"$1\" != - ] || cp -r '%s' \"$4\"\n".formatted(wheels));
    var origin =
        empty
            .with(FakeJars.natives(folder.resolve("natives-2.15.jar"), "2.15.0"))
            .with("PATH", System.getenv("PATH"))
            .with("TOCO_PYTHON", python)
            .locate();
    assertEquals(Source.INSTALLATION, origin.source());
    assertShim("shim for 2.15.0", origin);
    assertTrue(empty.cached().contains("libtorch-2.15.0-cpu"), empty.cached().toString());
  }

  @Test
  void aProblemOfTheSearchItselfIsNamed() {
    empty.with("TOCO_FLAVOR", "gpu").refused("TOCO_FLAVOR=gpu is unknown; expected cpu, cuda");
  }

  @Test
  void theProblemOfAnInstallationIsNamed() {
    empty
        .with(natives)
        .with("PATH", System.getenv("PATH"))
        .with("TOCO_PYTHON", "/nowhere/python")
        .refused("/nowhere/python not found", "install Python 3 with pip");
  }

  @Test
  void withoutCompilerTheMessageHasBothRemedies() throws Exception {
    installed(empty.cache().resolve("libtorch-2.15.0-cpu"), "2.15.0");
    var noCompiler = empty.with("PATH", System.getenv("PATH")).with("CXX", "/nowhere/g++");
    var line = noCompiler.refused("CXX=/nowhere/g++ does not run", "(Debian: apt-get install g++)");
    assertTrue(
        line.contains(
            ("<artifactId>toco-bridge</artifactId><version>%s</version>"
                    + "<classifier>natives-linux-x86_64-libtorch2.15</classifier></dependency>")
                .formatted(version())),
        line);
    assertFalse(line.contains("ai.djl"), line);
  }

  private static String version() throws IOException {
    var properties = new Properties();
    try (var file = Dependencies.class.getResourceAsStream("bridge.properties")) {
      properties.load(file);
    }
    return properties.getProperty("version");
  }

  @Test
  void withNeitherTheMessageNamesBothDependencies() {
    empty
        .with("PATH", System.getenv("PATH"))
        .with("CXX", "/nowhere/g++")
        .refused(
            "apt-get install g++",
            "<classifier>natives-linux-x86_64-libtorch2.7</classifier>",
            "<artifactId>pytorch-native-cpu</artifactId><version>2.7.1</version>");
  }

  @Test
  void anUnknownHomeIsNamed() {
    var nowhere = both.with("HOME", "");
    var problem =
        assertThrows(
            LibraryException.class,
            () -> nowhere.locate(SearchFixture.LINUX, Map.of("user.home", "?")));
    SearchFixture.said(problem, "the home folder is not known", "XDG_CACHE_HOME");
    nowhere.with("HOME", "relative").refused("the home folder is not known");
  }

  @Test
  void nothingIsBuiltWhereOnlyPresentOnesAreWanted() throws Exception {
    var search =
        new NativeSearch(
            Map.of("HOME", empty.folder().toString(), "TOCO_FLAVOR", "cpu"),
            Map.of(),
            new ClassPathFiles(List.of()),
            SearchFixture.LINUX);
    assertTrue(search.present().isEmpty());
    installed(empty.cache().resolve("libtorch-2.15.0-cpu"), "2.15.0");
    assertTrue(search.present().isEmpty());
  }
}
