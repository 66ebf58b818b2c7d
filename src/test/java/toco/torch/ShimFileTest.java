package toco.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import toco.files.Sha256;
import toco.torch.ffi.TocoTorch;

/// What the shim's file says to the dynamic linker, by which it runs with the LibTorch of any
/// distributor in any folder, and what shim.properties says about the file.
class ShimFileTest {
  private static final Path HOME = Path.of(System.getProperty("toco.home", "."));
  private static final long NEEDED = 1;
  private static final long RPATH = 15;
  private static final long FLAGS = 0x6ffffffb; // DT_FLAGS_1
  private static final long NOW = 1;

  private static Path shim() throws IOException {
    return LibTorch.library().toRealPath();
  }

  private static Properties properties() throws IOException {
    var properties = new Properties();
    try (var text = Files.newBufferedReader(shim().resolveSibling("shim.properties"))) {
      properties.load(text);
    }
    return properties;
  }

  @Test
  void propertiesDescribeTheFile() throws Exception {
    var versions = ElfSymbols.read(shim()).neededVersions();
    var expected = new Properties();
    expected.setProperty("libtorch", TocoTorch.tt_libtorch_version().getString(0));
    expected.setProperty("header", Sha256.ofFile(HOME.resolve("native/include/toco_torch.h")));
    expected.setProperty("library", Sha256.ofFile(shim()));
    expected.setProperty("size", Long.toString(Files.size(shim())));
    expected.setProperty("glibc", highest("GLIBC_", versions));
    expected.setProperty("libstdcxx", highest("GLIBCXX_", versions));
    assertEquals(expected, properties());
  }

  private static String highest(String prefix, Collection<String> versions) {
    return versions.stream()
        .filter(version -> version.matches(prefix + "[0-9.]+"))
        .map(version -> version.substring(prefix.length()))
        .max((one, other) -> Runtime.Version.parse(one).compareTo(Runtime.Version.parse(other)))
        .orElseThrow();
  }

  /// The system that the docs promise is the one that published shims are held to.
  @Test
  void docsStateTheSystemThatPublishedShimsNeed() throws IOException {
    var script = Files.readString(HOME.resolve("ci/natives.sh"));
    var docs = Files.readString(HOME.resolve("docs/BRIDGE.md"));
    var stated =
        Pattern.compile("glibc ([0-9.]+) and libstdc\\+\\+'s GLIBCXX_([0-9.]+)").matcher(docs);
    assertTrue(stated.find(), "docs/BRIDGE.md does not state the needed glibc and libstdc++");
    assertTrue(script.contains("\nglibc=" + stated.group(1) + "\n"), stated.group());
    assertTrue(script.contains("\nlibstdcxx=" + stated.group(2) + "\n"), stated.group());
  }

  /// An OpenMP runtime among them could be a second one: its name differs between LibTorches.
  @Test
  void itNamesOnlyLibTorchAndTheLibrariesOfEverySystem() throws IOException {
    var others = new ArrayList<>(ElfSymbols.read(shim()).texts(NEEDED));
    var known =
        "lib(torch_cpu|torch_cuda|c10|c10_cuda)\\.so|lib(stdc\\+\\+|m|gcc_s|c)\\.so\\.[0-9]+|ld-.*";
    others.removeIf(name -> name.matches(known));
    assertEquals(List.of(), others);
  }

  @Test
  void itFindsLibTorchNextToItself() throws IOException {
    var folders = String.join(":", ElfSymbols.read(shim()).texts(RPATH)).split(":");
    for (var folder : folders) {
      assertTrue(folder.equals("$ORIGIN") || folder.startsWith("$ORIGIN/"), folder);
    }
    assertTrue(List.of(folders).contains("$ORIGIN/torch/lib"));
  }

  @Test
  void allFunctionsAreBoundWhenItIsLoaded() throws IOException {
    long flags = ElfSymbols.read(shim()).entries(FLAGS).stream().reduce(0L, (a, b) -> a | b);
    assertEquals(NOW, flags & NOW);
  }

  /// Otherwise builds of the same sources in two folders would differ.
  @Test
  void itNamesNoFolderOfTheBuild() throws IOException {
    var text = Files.readString(shim(), StandardCharsets.ISO_8859_1);
    var torch = Path.of(LibTorch.loadedLibTorch().iterator().next()).toRealPath();
    for (var folder : List.of(HOME.toRealPath(), shim().getParent(), torch.getParent())) {
      assertFalse(text.contains(folder + "/"), folder::toString);
    }
    assertTrue(text.contains("source/src/"), "errors do not name source files");
  }

  /// LibTorch counts the threads that the shim set, so both use the same runtime.
  @Test
  void theProcessHasOneOpenMpRuntime() throws Exception {
    LibTorch.load();
    assertEquals(1, openMpRuntimes().size(), () -> openMpRuntimes().toString());
    int before = LibTorch.numThreads();
    var counted = new ArrayList<Integer>();
    var worker =
        new Thread(() -> {
          LibTorch.setNumThreads(2);
          counted.add(LibTorch.numThreads());
          LibTorch.serialThread();
          counted.add(LibTorch.numThreads());
        });
    worker.start();
    worker.join();
    LibTorch.setNumThreads(before);
    assertEquals(List.of(2, 1), counted);
  }

  private static Set<String> openMpRuntimes() {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> line.matches(".*/lib[gi]?omp5?[^/]*\\.so[^/]*"))
          .map(line -> line.substring(line.indexOf('/')))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
