package toco.library;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import toco.library.NativeOrigin.Source;

/// Finds the shim `libtoco_torch.so` and the LibTorch that it is used with. The first that there is
/// of these:
///
/// 1. the shim that the system property `toco.library` or the variable `TOCO_LIBRARY` names,
/// 2. the LibTorch that the variable `LIBTORCH` names, or Python's with `TOCO_PYTHON_TORCH=1`,
/// 3. a LibTorch on the class path, which is unpacked into the cache,
/// 4. a LibTorch that `native/libtorch.sh` has installed in the cache,
/// 5. a LibTorch that `native/libtorch.sh` then installs.
///
/// For 2 to 5 the shim is a prebuilt one of the class path that fits, or else compiled.
public final class NativeSearch {
  private static final String LIBTORCH = "LIBTORCH";

  private final Map<String, String> environment;
  private final Map<String, String> properties;
  private final ClassPathFiles files;
  private final Platform platform;

  /// @param properties the system properties `toco.library`, `user.home` and `java.class.path`
  NativeSearch(
      Map<String, String> environment,
      Map<String, String> properties,
      ClassPathFiles files,
      Platform platform) {
    this.environment = Map.copyOf(environment);
    this.properties = Map.copyOf(properties);
    this.files = files;
    this.platform = platform;
  }

  /// With the settings of this process.
  public static NativeSearch ofProcess() {
    var properties = new HashMap<String, String>();
    for (var name : List.of("toco.library", "user.home", "java.class.path")) {
      properties.put(name, System.getProperty(name, ""));
    }
    return with(properties, System.getenv());
  }

  /// With the class path of this process.
  ///
  /// @param properties system properties
  /// @param environment environment variables
  public static NativeSearch with(Map<String, String> properties, Map<String, String> environment) {
    return new NativeSearch(
        environment, properties, ClassPathFiles.ofProcess(), Platform.current());
  }

  /// Finds the shim, and installs or compiles what is missing.
  ///
  /// @throws LibraryException with the remedy
  NativeOrigin locate() throws LibraryException {
    return search(true).orElseThrow(); // empty only if nothing may be built
  }

  /// Finds the shim if nothing must be installed or compiled.
  ///
  /// @throws LibraryException if what is there cannot be used
  public Optional<NativeOrigin> present() throws LibraryException {
    return search(false);
  }

  private Optional<NativeOrigin> search(boolean mayBuild) throws LibraryException {
    try {
      var named = named();
      return named.isPresent() ? named : find(mayBuild);
    } catch (InvalidPathException e) {
      throw new LibraryException(
          ("Java cannot use the path %s in this locale (%s); start it with LC_ALL=C.UTF-8, or move"
                  + " the native library to a folder whose name is ASCII")
              .formatted(e.getInput(), e.getReason()));
    } catch (IOException e) {
      throw new LibraryException(
          "cannot find the native libraries: %s; run bin/toco doctor".formatted(e));
    }
  }

  private Optional<NativeOrigin> named() throws LibraryException {
    var property = properties.getOrDefault("toco.library", "");
    var text = property.isEmpty() ? environment("TOCO_LIBRARY") : property;
    if (text.isEmpty()) {
      return Optional.empty();
    }
    var library = known(CacheFolder.path(text, environment, home())).toAbsolutePath();
    if (!Files.isRegularFile(library)) {
      throw new LibraryException(
          "no native library at %s; build it with native/build.sh, or run bin/toco doctor"
              .formatted(library));
    }
    var setting = property.isEmpty() ? "TOCO_LIBRARY" : "-Dtoco.library";
    return Optional.of(new NativeOrigin(Source.NAMED, setting, library, Optional.empty()));
  }

  private Optional<NativeOrigin> find(boolean mayBuild) throws LibraryException, IOException {
    if (platform.musl()) {
      throw new LibraryException(
          "LibTorch needs glibc, and this system's C library is musl; use Debian, Ubuntu, Fedora"
              + " or the like instead of Alpine");
    }
    ClassPathFiles.requireWholeJars(properties.getOrDefault("java.class.path", ""));
    var cache = new LibraryCache(known(CacheFolder.of(environment, home())));
    var compiled = new CompiledShim(cache, environment);
    var prebuilt = new PrebuiltShims(files, platform);
    var shims = new ShimChoice(cache, prebuilt, compiled, mayBuild);
    if (!environment(LIBTORCH).isEmpty()) {
      return byVariable(shims);
    }
    if (environment("TOCO_PYTHON_TORCH").equals("1")) {
      return found(Source.PYTHON, compiled.findLibTorch().orElseThrow(), shims);
    }
    var onClassPath = ClassPathLibTorch.find(files, platform);
    if (onClassPath.isPresent()) {
      return shims.forClassPath(onClassPath.get());
    }
    var installed = compiled.findLibTorch();
    if (installed.isPresent()) {
      return found(Source.CACHE, installed.get(), shims);
    }
    if (!mayBuild) {
      return Optional.empty();
    }
    // build.sh asks for a compiler before it installs LibTorch, so it does both where it is needed
    return prebuilt.exist()
        ? found(Source.INSTALLATION, compiled.installLibTorch(), shims)
        : Optional.of(shims.install());
  }

  /// Only compiling needs headers. The script checks them, and says what is wrong with the folder.
  private Optional<NativeOrigin> byVariable(ShimChoice shims) throws LibraryException, IOException {
    var named = libTorchIn(environment(LIBTORCH));
    if (named.isPresent()) {
      var prebuilt = shims.prebuilt(Source.LIBTORCH, named.get());
      if (prebuilt.isPresent()) {
        return prebuilt;
      }
    }
    String line;
    try {
      line = shims.compiled().findLibTorch().orElseThrow();
    } catch (LibraryException e) {
      throw named.isPresent() ? shims.refusal(named, e.line()) : e;
    }
    return shims.compiled(Source.LIBTORCH, line, named);
  }

  /// @param line the folder as `native/libtorch.sh` prints it
  private Optional<NativeOrigin> found(Source source, String line, ShimChoice shims)
      throws LibraryException, IOException {
    var libTorch = libTorchIn(decoded(line));
    if (libTorch.isPresent()) {
      var prebuilt = shims.prebuilt(source, libTorch.get());
      if (prebuilt.isPresent()) {
        return prebuilt;
      }
    }
    return shims.compiled(source, line, libTorch);
  }

  private Optional<InstalledLibTorch> libTorchIn(String folder) {
    try {
      return CacheFolder.path(folder, environment, home()).flatMap(InstalledLibTorch::in);
    } catch (InvalidPathException e) {
      return Optional.empty(); // the scripts can use it nevertheless
    }
  }

  /// A path that a script printed as a character per byte.
  private static String decoded(String line) {
    var encoding = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    return new String(line.getBytes(StandardCharsets.ISO_8859_1), encoding);
  }

  private String environment(String variable) {
    return environment.getOrDefault(variable, "");
  }

  private String home() {
    return properties.getOrDefault("user.home", "");
  }

  private static Path known(Optional<Path> path) throws LibraryException {
    if (path.isEmpty()) {
      throw new LibraryException(
          "the home folder is not known; set HOME, or XDG_CACHE_HOME for the cache");
    }
    return path.get();
  }
}
