package toco.library;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import toco.library.NativeOrigin.Source;

/// The shim for a LibTorch: a prebuilt one, one that was compiled before, or one that is compiled.
///
/// @param mayBuild whether one may be compiled; if not, the result may be empty
record ShimChoice(
    LibraryCache cache, PrebuiltShims prebuilt, CompiledShim compiled, boolean mayBuild) {

  /// A prebuilt shim; empty if none fits. Prebuilt ones know no GPUs.
  Optional<NativeOrigin> prebuilt(Source source, InstalledLibTorch libTorch)
      throws LibraryException, IOException {
    var version = libTorch.version();
    if (version.isEmpty() || libTorch.hasCuda()) {
      return Optional.empty();
    }
    var shim = prebuilt.fitting(version.get());
    if (shim.isEmpty()) {
      return Optional.empty();
    }
    var library = shim.get().unpacked(cache, libTorch.libraries());
    return Optional.of(
        new NativeOrigin(
            source, libTorch.folder().toString(), library, Optional.of(shim.get().place())));
  }

  /// A compiled shim.
  ///
  /// @param line LibTorch's folder as `native/libtorch.sh` prints it
  /// @param libTorch the same, if Java can read it
  Optional<NativeOrigin> compiled(Source source, String line, Optional<InstalledLibTorch> libTorch)
      throws LibraryException, IOException {
    var place = libTorch.map(InstalledLibTorch::folder).map(Path::toString).orElse(line);
    return compiledBy(compiled, line, libTorch)
        .map(library -> new NativeOrigin(source, place, library, Optional.empty()));
  }

  private Optional<Path> compiledBy(
      CompiledShim build, String line, Optional<InstalledLibTorch> libTorch)
      throws LibraryException, IOException {
    var existing = build.existing(line);
    return existing.isPresent() || !mayBuild ? existing : Optional.of(compile(build, libTorch));
  }

  private Path compile(CompiledShim build, Optional<InstalledLibTorch> libTorch)
      throws LibraryException, IOException {
    try {
      return build.compile();
    } catch (LibraryException e) {
      throw refusal(libTorch, e.line());
    }
  }

  /// Installs LibTorch and compiles a shim for it.
  NativeOrigin install() throws LibraryException, IOException {
    var library = compile(compiled, Optional.empty());
    return new NativeOrigin(
        Source.INSTALLATION, cache.folder().toString(), library, Optional.empty());
  }

  /// Both remedies for a LibTorch without a shim: that of the script, and the dependencies.
  ///
  /// @param problem why no shim can be compiled
  LibraryException refusal(Optional<InstalledLibTorch> libTorch, String problem)
      throws IOException {
    var version = libTorch.flatMap(InstalledLibTorch::version);
    var dependencies = version.flatMap(known -> Dependencies.toAddFor(known, prebuilt.platform()));
    var unset = compiled.environment().containsKey("LIBTORCH") ? "unset LIBTORCH and " : "";
    return new LibraryException(
        ("toco.library is not set, %s, and compiling a shim failed: %s; or %s, which needs no"
                + " compiler")
            .formatted(
                prebuilt.reasons(version),
                problem,
                dependencies.orElse(unset + Dependencies.toAdd(prebuilt.platform()))));
  }

  /// LibTorch on the class path has no headers. A shim is compiled for it only if the cache has
  /// those of the same version.
  Optional<NativeOrigin> forClassPath(ClassPathLibTorch libTorch)
      throws LibraryException, IOException {
    var shim = prebuilt.fitting(libTorch.version());
    if (shim.isPresent()) {
      var libraries = libTorch.installed(cache).libraries();
      var library = shim.get().unpacked(cache, libraries);
      return Optional.of(
          new NativeOrigin(
              Source.CLASS_PATH, libTorch.place(), library, Optional.of(shim.get().place())));
    }
    var libTorchFolder =
        "libtorch-%s-cpu%s".formatted(libTorch.version(), prebuilt.platform().folderSuffix());
    var headers = cache.folder().resolve(libTorchFolder).resolve("torch/include");
    if (libTorch.version().unsupported().isPresent() || !Files.isDirectory(headers)) {
      throw refusal(libTorch);
    }
    var installed = libTorch.installed(cache);
    var links = Map.of("torch/lib", installed.libraries(), "torch/include", headers);
    var name = "libtorch-%s-with-headers".formatted(libTorch.version());
    var build = compiled.forLibTorch(cache.unpacked(new UnpackedFiles(name, List.of(), links)));
    var line = build.findLibTorch().orElseThrow();
    return compiledBy(build, line, Optional.of(installed))
        .map(library ->
            new NativeOrigin(Source.CLASS_PATH, libTorch.place(), library, Optional.empty()));
  }

  private LibraryException refusal(ClassPathLibTorch libTorch) throws IOException {
    var version = libTorch.version();
    var platform = prebuilt.platform();
    var unsupported = version.unsupported();
    var reason =
        unsupported.isPresent()
            ? "it is %s, %s work".formatted(unsupported.get(), LibTorchVersion.supported())
            : prebuilt.reasons(Optional.of(version));
    var remedy =
        unsupported.isPresent()
            ? "remove it, and " + Dependencies.toAdd(platform)
            : Dependencies.toAddFor(version, platform)
                    .orElse("remove it, and " + Dependencies.toAdd(platform))
                + ", or set LIBTORCH to a LibTorch with headers, for which a shim is compiled";
    return new LibraryException(
        "LibTorch %s on the class path (%s) has no shim: %s; %s"
            .formatted(version, libTorch.place(), reason, remedy));
  }
}
