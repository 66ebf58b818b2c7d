package toco.torch;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where the shim `libtoco_torch.so` is: named by the system property `toco.library` or the
/// environment variable `TOCO_LIBRARY`, or else built for the LibTorch in use from the sources that
/// this very jar carries.
///
/// Such a build lies in the cache, `${XDG_CACHE_HOME:-~/.cache}/toco/shim-HASH`, by the hash of its
/// sources: a program's first run takes a minute, and installs LibTorch if there is none; later
/// runs find it there. What the build says goes to the standard error stream.
final class ShimLibrary {
  private static final String SOURCES = "/toco/native/";
  private static final String NAME = "libtoco_torch.so";

  private ShimLibrary() {}

  /// @return the library's file, which exists
  /// @throws TorchException of kind IO, naming the remedy
  static Path locate() {
    var named = System.getProperty("toco.library", System.getenv("TOCO_LIBRARY"));
    if (named != null && !named.isEmpty()) {
      return named(Path.of(named).toAbsolutePath());
    }
    try {
      return built(unpacked());
    } catch (IOException e) {
      throw failure(
          ("the native library is not named, and cannot be built: %s; name one that "
                  + "native/build.sh made in -Dtoco.library")
              .formatted(e));
    }
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

  /// The folder of the sources in the cache, put there whole by whoever comes first.
  private static Path unpacked() throws IOException {
    var source = sources();
    var files = files(source);
    var folder = cache().resolve("shim-" + hash(source, files));
    if (!Files.isDirectory(folder)) {
      var staging = Files.createTempDirectory(Files.createDirectories(cache()), ".shim-");
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
      if (!Files.isDirectory(folder)) { // else another process was faster, with the same files
        throw e;
      }
    }
  }

  private static Path cache() {
    var root = System.getenv("XDG_CACHE_HOME");
    var home = System.getenv().getOrDefault("HOME", System.getProperty("user.home"));
    var cache = root == null || root.isEmpty() ? Path.of(home, ".cache") : Path.of(root);
    return cache.resolve("toco");
  }

  /// The sources inside the jar, or inside the folder of classes.
  private static Path sources() throws IOException {
    var build = ShimLibrary.class.getResource(SOURCES + "build.sh");
    if (build == null) {
      throw new IOException("the class path has no sources of it under " + SOURCES);
    }
    try {
      var place = build.toURI();
      if (place.getScheme().equals("jar")) {
        openJar(place);
      }
      return Path.of(place).resolveSibling("");
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  /// The jar stays open for the rest of the process, as it does for the class loader.
  private static void openJar(URI place) throws IOException {
    try {
      var _ = FileSystems.newFileSystem(place, Map.of());
    } catch (FileSystemAlreadyExistsException _) {
      // opened by the program for its own ends
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

  /// The library for the LibTorch in use: the one built earlier, or a new one.
  private static Path built(Path folder) throws IOException {
    var found = script("libtorch.sh", folder, "--find");
    if (found.status() == 0) {
      var earlier = earlier(folder.resolve("target/native"), found.lastLine());
      if (earlier != null) {
        return earlier;
      }
    }
    var build = script("build.sh", folder, "--tidy");
    if (build.status() != 0) {
      throw failure(
          ("the native library is not named, and building it failed with status %d "
                  + "(%s/native/build.sh; what it said is above); name one in -Dtoco.library")
              .formatted(build.status(), folder));
    }
    return Path.of(build.lastLine());
  }

  /// A build leaves a note beside the library of the LibTorch that it was made for.
  private static @Nullable Path earlier(Path builds, String libTorch) throws IOException {
    if (!Files.isDirectory(builds)) {
      return null;
    }
    try (var folders = Files.list(builds)) {
      for (var folder : folders.filter(Files::isDirectory).toList()) {
        var note = folder.resolve("libtorch-folder");
        var library = folder.resolve(NAME);
        if (Files.isRegularFile(note)
            && Files.isRegularFile(library)
            && Files.readString(note).strip().equals(libTorch)) {
          return library;
        }
      }
    }
    return null;
  }

  private record Outcome(int status, String lastLine) {}

  /// Runs a script, whose progress and errors the user sees.
  private static Outcome script(String name, Path folder, String... arguments) throws IOException {
    var command =
        new ArrayList<>(List.of("bash", folder.resolve("native").resolve(name).toString()));
    command.addAll(List.of(arguments));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var output = process.inputReader()) {
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
