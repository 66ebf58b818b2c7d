package toco.torch;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Locates the shim `libtoco_torch.so`: the path in the system property `toco.library` or the
/// environment variable `TOCO_LIBRARY`, or else a build for the LibTorch in use from the sources in
/// this jar.
///
/// The build is cached in `shim-HASH` of the [CacheFolder], by the hash of its sources. A program's
/// first run takes a minute, and installs LibTorch if there is none; later runs use the cached
/// build. Build output goes to the standard error stream.
final class ShimLibrary {
  private static final String SOURCES = "/toco/native/";
  private static final String NAME = "libtoco_torch.so";

  private ShimLibrary() {}

  /// @return the library's path, which exists
  /// @throws TorchException of kind IO, with the remedy
  static Path locate() {
    try {
      var named = System.getProperty("toco.library", System.getenv("TOCO_LIBRARY"));
      return named != null && !named.isEmpty()
          ? named(known(CacheFolder.path(named)).toAbsolutePath())
          : built(unpacked());
    } catch (InvalidPathException e) {
      throw failure(
          ("Java cannot use the path %s in this locale (%s); start it with LC_ALL=C.UTF-8, or move"
                  + " the native library to a folder whose name is ASCII")
              .formatted(e.getInput(), e.getReason()));
    } catch (IOException e) {
      throw failure(
          ("toco.library is not set, and the native library cannot be built: %s; set"
                  + " -Dtoco.library to one built by native/build.sh")
              .formatted(e));
    }
  }

  private static Path known(Optional<Path> path) {
    return path.orElseThrow(
        () -> failure("the home folder is not known; set HOME, or XDG_CACHE_HOME for the cache"));
  }

  private static Path named(Path library) {
    if (!Files.isRegularFile(library)) {
      throw failure(
          "no native library at %s; build it with native/build.sh, or run bin/toco doctor"
              .formatted(library));
    }
    return library;
  }

  private static TorchException failure(String message) {
    return new TorchException(TorchException.Kind.IO, message);
  }

  /// The folder of the sources in the cache, created atomically by the first process that needs it.
  private static Path unpacked() throws IOException {
    var source = sources();
    var files = files(source);
    var cache = known(CacheFolder.of(System.getenv(), System.getProperty("user.home", "")));
    var folder = cache.resolve("shim-" + hash(source, files));
    if (!Files.isDirectory(folder)) {
      var staging = Files.createTempDirectory(Files.createDirectories(cache), ".shim-");
      for (var file : files) {
        var target = staging.resolve("native").resolve(source.relativize(file).toString());
        Files.createDirectories(target.resolveSibling(""));
        Files.copy(file, target);
      }
      moveUnlessThere(staging, folder);
    }
    return folder;
  }

  private static void moveUnlessThere(Path staging, Path folder) throws IOException {
    try {
      Files.move(staging, folder);
    } catch (IOException e) {
      if (!Files.isDirectory(folder)) { // otherwise another process has created it
        throw e;
      }
    }
  }

  /// The sources in the jar, or in the class folder.
  private static Path sources() throws IOException {
    var build = ShimLibrary.class.getResource(SOURCES + "build.sh");
    if (build == null) {
      throw new IOException("the class path has no shim sources under " + SOURCES);
    }
    try {
      var uri = build.toURI();
      if (uri.getScheme().equals("jar")) {
        openJar(uri);
      }
      return Path.of(uri).resolveSibling("");
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  /// The file system stays open for the rest of the process, as the jar does for the class loader.
  private static void openJar(URI uri) throws IOException {
    try {
      var _ = FileSystems.newFileSystem(uri, Map.of());
    } catch (FileSystemAlreadyExistsException _) {
      // the program opened it already
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (var walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String hash(Path folder, List<Path> files) throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var file : files) {
        digest.update(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(Files.readAllBytes(file));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every JDK has it
    }
  }

  /// The library for the LibTorch in use: a cached build, or a new one.
  private static Path built(Path folder) throws IOException {
    var found = script("libtorch.sh", folder, "--find");
    if (found.status() == 0) {
      var cached = cached(folder.resolve("target/native"), found.lastLine());
      if (cached != null) {
        return cached;
      }
    }
    var build = script("build.sh", folder, "--tidy");
    if (build.status() != 0) {
      throw failure(
          ("toco.library is not set, and building the native library failed with status %s"
                  + " (%s/native/build.sh; its output is above); set -Dtoco.library to a built one")
              .formatted(build.status(), folder));
    }
    var library = Path.of(build.lastLine());
    return folder
        .resolve("target/native")
        .resolve(library.resolveSibling("").getFileName())
        .resolve(NAME);
  }

  /// Next to each built library, `libtorch-folder` names the LibTorch that it was built for.
  private static @Nullable Path cached(Path builds, String libTorch) throws IOException {
    if (!Files.isDirectory(builds)) {
      return null;
    }
    try (var folders = Files.list(builds)) {
      for (var folder : folders.filter(Files::isDirectory).toList()) {
        var note = folder.resolve("libtorch-folder");
        var library = folder.resolve(NAME);
        if (Files.isRegularFile(note)
            && Files.isRegularFile(library)
            && Files.readString(note, StandardCharsets.ISO_8859_1)
                .lines()
                .toList()
                .equals(List.of(libTorch))) {
          return library;
        }
      }
    }
    return null;
  }

  /// The last line has a character per byte, as paths have no certain encoding.
  private record Outcome(int status, String lastLine) {}

  /// Runs a script; the user sees its error stream.
  private static Outcome script(String name, Path folder, String... arguments) throws IOException {
    var command =
        new ArrayList<>(List.of("bash", folder.resolve("native").resolve(name).toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    // what bash would run before the script could print into its result
    builder.environment().keySet().removeIf(key -> key.matches("BASH_ENV|BASH_FUNC_.*"));
    var process = builder.start();
    try (var output = process.inputReader(StandardCharsets.ISO_8859_1)) { // paths are bytes
      process.outputWriter().close();
      var lastLine = output.lines().reduce("", (_, line) -> line);
      return new Outcome(process.waitFor(), lastLine);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + name + " ran", e);
    }
  }
}
