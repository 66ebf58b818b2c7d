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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.library.NativeOrigin.Source;

/// Where the shim and LibTorch are taken from, in which order, and why not.
class NativeSearchTest {
  @TempDir private Path folder;
  private Path libTorch;
  private Path natives;
  private SearchFixture empty;
  private SearchFixture both;

  @BeforeEach
  void jarsThatFit() throws IOException {
    folder = folder.toRealPath();
    libTorch = FakeJars.libTorch(folder.resolve("pytorch-native-cpu.jar"), "2.7.1");
    natives = FakeJars.natives(folder.resolve("natives-2.7.jar"), "2.7.1");
    empty = new SearchFixture(Files.createDirectory(folder.resolve("home")));
    both = empty.with(libTorch, natives);
  }

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
    var python = Files.writeString(folder.resolve("python"), "#!/bin/sh\ntouch " + called + "\n");
    assertTrue(python.toFile().setExecutable(true));
    both.with("TOCO_PYTHON", python).locate();
    empty.with(libTorch).with("TOCO_PYTHON", python).refused("no prebuilt shim");
    assertFalse(Files.exists(called));
  }

  @Test
  void anInstallationComesLastAndItsProblemIsNamed() {
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
  void aShimOfAnotherVersionIsRefused() throws Exception {
    var newer = FakeJars.natives(folder.resolve("natives-2.15.jar"), "2.15.0");
    empty.with(libTorch, newer).refused(newer + " is for LibTorch 2.15, expected 2.7");
    var shim = new byte[] {1};
    var header =
        FakeJars.natives(folder.resolve("h.jar"), "2.7.1", "linux-x86_64", "0".repeat(64), shim);
    empty.with(libTorch, header).refused(header + " is of another version of toco-bridge");
    assertShim("shim for 2.7.1", empty.with(libTorch, header, natives).locate());
    var arm =
        FakeJars.natives(
            folder.resolve("a.jar"), "2.7.1", "linux-aarch64", ShimHeader.hash(), shim);
    empty.with(libTorch, arm).refused(arm + " is for linux-aarch64, expected linux-x86_64");
    assertEquals(Set.of("libtorch-2.7.1-cpu", "shim-prebuilt"), empty.cached());
  }

  @Test
  void severalVersionsOfLibTorchAreRefused() throws Exception {
    var other = FakeJars.libTorch(folder.resolve("other.jar"), "2.8.0");
    both.with(other).refused("2.7.1, cpu", libTorch, "2.8.0, cpu", other, "remove all but one");
    var copy = Files.copy(libTorch, folder.resolve("copy.jar"));
    assertEquals(libTorch.toString(), both.with(copy).locate().found());
  }

  @Test
  void aLibTorchThatIsTooOldOrTooNewIsRefused() throws Exception {
    var old = FakeJars.libTorch(folder.resolve("old.jar"), "2.5.1");
    empty.with(old, natives).refused("2.5.1", old, "too old", "2.7.1 to 2.15 work", "remove it");
    var young = FakeJars.libTorch(folder.resolve("new.jar"), "2.16.0");
    empty.with(young, natives).refused("2.16.0", young, "too new", "2.7.1 to 2.15 work");
    assertEquals(Set.of(), empty.cached());
  }

  @Test
  void aLibTorchForAnotherMachineIsRefused() throws Exception {
    var mac = FakeJars.libTorch(folder.resolve("mac.jar"), "2.7.1", "cpu", "osx-aarch64");
    empty.with(mac, natives).refused("osx-aarch64 (" + mac, "expected cpu for linux-x86_64");
    assertEquals(libTorch.toString(), both.with(mac).locate().found());
    var cuda = FakeJars.libTorch(folder.resolve("cu.jar"), "2.7.1", "cu128", "linux-x86_64");
    empty.with(cuda, natives).refused("cu128 for linux-x86_64 (" + cuda);
    var arm = new Platform("linux-aarch64", false);
    var problem = assertThrows(LibraryException.class, () -> both.locate(arm, Map.of()));
    SearchFixture.said(
        problem, "expected cpu for linux-aarch64", "natives-linux-aarch64-libtorch2.15");
    var windows = new Platform("win-x86_64", false);
    problem = assertThrows(LibraryException.class, () -> both.locate(windows, Map.of()));
    SearchFixture.said(problem, "expected cpu for win-x86_64", "use Linux");
  }

  @Test
  void muslIsRefused() throws Exception {
    var musl = new Platform("linux-x86_64", true);
    var problem = assertThrows(LibraryException.class, () -> both.locate(musl, Map.of()));
    SearchFixture.said(problem, "LibTorch needs glibc", "musl", "Debian");
    var maps = folder.resolve("maps");
    Files.writeString(maps, "7f00-7f01 r-xp 0 0:1 5   /lib/ld-musl-x86_64.so.1\n");
    assertTrue(Platform.usesMusl(maps));
    Files.writeString(maps, "7f00-7f01 r-xp 0 0:1 5   /lib64/ld-linux-x86-64.so.2\n");
    assertFalse(Platform.usesMusl(maps));
  }

  @Test
  void platformsHaveTheNamesOfClassifiers() {
    assertEquals("linux-x86_64", Platform.name("Linux", "amd64"));
    assertEquals("linux-aarch64", Platform.name("Linux", "aarch64"));
    assertEquals("aarch64", new Platform("linux-aarch64", false).processor());
    assertEquals("-aarch64", new Platform("linux-aarch64", false).folderSuffix());
    assertEquals("", new Platform("linux-x86_64", false).folderSuffix());
    assertEquals("osx-aarch64", Platform.name("Mac OS X", "aarch64"));
    assertEquals("win-x86_64", Platform.name("Windows 11", "amd64"));
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
