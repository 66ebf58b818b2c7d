package toco.library;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import toco.library.Scripts.Outcome;

/// Shims that are compiled from the sources in this jar, in `shim-HASH` of the cache, by the hash
/// of the sources. Compiling takes a minute or more; later runs find the library.
///
/// @param environment the environment variables of the scripts
record CompiledShim(LibraryCache cache, Map<String, String> environment) {
  private static final String SOURCES = "/toco/native/";
  private static final int ABSENT = 3; // of `libtorch.sh --find`: there is none

  /// The LibTorch that `native/libtorch.sh` finds without installing one, as it prints its folder.
  ///
  /// @return empty if there is none, or no bash to ask
  Optional<String> findLibTorch() throws IOException, LibraryException {
    var script = Files.readString(sources().resolve("libtorch.sh"));
    Outcome outcome;
    try {
      outcome = new Scripts(environment).run("-c", script, "libtorch.sh", "--find");
    } catch (IOException e) {
      return Optional.empty();
    }
    if (outcome.status() == ABSENT) {
      return Optional.empty();
    }
    return Optional.of(succeeded(outcome).line());
  }

  /// Installs the LibTorch that `native/libtorch.sh` chooses.
  String installLibTorch() throws IOException, LibraryException {
    return succeeded(run(unpacked(), "libtorch.sh")).line();
  }

  /// The shim that was compiled for a LibTorch before. Next to each built library,
  /// `libtorch-folder` names the LibTorch that it was built for.
  ///
  /// @param libTorch its folder, as `native/libtorch.sh` prints it
  Optional<Path> existing(String libTorch) throws IOException {
    var builds = cache.folder().resolve(folderName(sources())).resolve("target/native");
    if (!Files.isDirectory(builds)) {
      return Optional.empty();
    }
    try (var folders = Files.list(builds)) {
      for (var folder : folders.filter(Files::isDirectory).toList()) {
        var note = folder.resolve("libtorch-folder");
        var library = folder.resolve(PrebuiltShims.LIBRARY);
        if (Files.isRegularFile(note)
            && Files.isRegularFile(library)
            && Files.readString(note, StandardCharsets.ISO_8859_1)
                .lines()
                .toList()
                .equals(List.of(libTorch))) {
          return Optional.of(library);
        }
      }
    }
    return Optional.empty();
  }

  /// Compiles a shim for the LibTorch that `native/libtorch.sh` finds or installs.
  ///
  /// @throws LibraryException with the script's message
  Path compile() throws IOException, LibraryException {
    var folder = unpacked();
    var library = Path.of(succeeded(run(folder, "build.sh", "--tidy")).line());
    return folder
        .resolve("target/native")
        .resolve(library.resolveSibling("").getFileName())
        .resolve(PrebuiltShims.LIBRARY);
  }

  /// This, for another LibTorch than the environment names.
  CompiledShim forLibTorch(Path folder) {
    var variables = new HashMap<>(environment);
    variables.put("LIBTORCH", folder.toString());
    return new CompiledShim(cache, variables);
  }

  /// @param folder with the sources
  private Outcome run(Path folder, String script, String... arguments) throws LibraryException {
    var path = folder.resolve("native").resolve(script).toString();
    var command = new ArrayList<>(List.of(path));
    command.addAll(List.of(arguments));
    try {
      return new Scripts(environment).run(command.toArray(String[]::new));
    } catch (IOException e) {
      throw new LibraryException(
          "cannot run native/%s: %s".formatted(script, String.valueOf(e.getMessage()).strip()));
    }
  }

  private static Outcome succeeded(Outcome outcome) throws LibraryException {
    if (outcome.status() != 0) {
      throw new LibraryException(outcome.problem());
    }
    return outcome;
  }

  private Path unpacked() throws IOException, LibraryException {
    var source = sources();
    return cache.folder(
        folderName(source),
        folder -> {
          for (var file : files(source)) {
            var target = folder.resolve("native").resolve(source.relativize(file).toString());
            Files.createDirectories(target.resolveSibling(""));
            Files.copy(file, target);
          }
        });
  }

  private static String folderName(Path source) throws IOException {
    var content = new StringBuilder();
    for (var file : files(source)) {
      content.append(source.relativize(file)).append(' ');
      content.append(ContentHash.of(Files.readAllBytes(file))).append('\n');
    }
    return "shim-" + ContentHash.brief(content.toString());
  }

  /// The sources in the jar, or in the class folder.
  private static Path sources() throws IOException {
    var build = CompiledShim.class.getResource(SOURCES + "build.sh");
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
}
