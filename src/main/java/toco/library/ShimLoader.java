package toco.library;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/// Loads the shim, and LibTorch with it, into this process.
public final class ShimLoader {
  private ShimLoader() {}

  /// Finds and loads the shim.
  ///
  /// @throws LibraryException if it cannot be found, built or loaded, or if another LibTorch is
  ///   already loaded in the process
  public static NativeOrigin load() throws LibraryException {
    var origin = NativeSearch.ofProcess().locate();
    if (Boolean.getBoolean("toco.library.debug")) {
      System.err.println("toco: " + origin);
    }
    requireNoOtherLibTorch(origin.shim());
    load(origin);
    return origin;
  }

  /// The `libtorch_cpu` files mapped into this process: none before loading, one afterwards.
  public static Set<String> loadedLibTorch() {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> line.contains("/libtorch_cpu."))
          .map(line -> line.substring(line.indexOf('/')))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      return Set.of(); // no /proc: then only the dynamic linker reports clashing symbols
    }
  }

  private static void requireNoOtherLibTorch(Path library) throws LibraryException {
    var present = loadedLibTorch();
    if (!present.isEmpty()) {
      throw new LibraryException(
          ("another LibTorch is already loaded in this process (%s); a process can have only one,"
                  + " so load only %s")
              .formatted(String.join(", ", present), library));
    }
  }

  private static void load(NativeOrigin origin) throws LibraryException {
    var library = origin.shim();
    var problems = new LoadFailure(library, System.getenv(), origin.prebuilt().isPresent());
    try {
      var truncated = ElfFile.firstTruncated(library);
      if (truncated.isPresent()) {
        throw new LibraryException(
            "cannot load %s: %s".formatted(library, problems.damaged(truncated.get())));
      }
      var foreign = ElfFile.firstForeign(library, Platform.current().processor());
      if (foreign.isPresent()) {
        throw new LibraryException(
            "cannot load %s: %s".formatted(library, problems.foreign(foreign.get())));
      }
      System.load(library.toString());
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new LibraryException(problems.message(String.valueOf(e.getMessage())));
    } catch (IllegalCallerException _) {
      var module = ShimLoader.class.getModule();
      throw new LibraryException(
          "Java may not load %s; start it with --enable-native-access=%s"
              .formatted(library, module.isNamed() ? module.getName() : "ALL-UNNAMED"));
    }
  }
}
