package toco.library;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.IntStream;
import toco.library.ClassPathFiles.Found;

/// The shims in the jars `toco-bridge-…-natives-PLATFORM-libtorchMINOR` of the class path.
record PrebuiltShims(ClassPathFiles files, Platform platform) {
  static final String LIBRARY = "libtoco_torch.so"; // of compiled ones too
  private static final String UMBRELLA = "umbrella/libtorch.so";
  private static final List<String> PLATFORMS =
      List.of(Platform.LINUX_X86_64, Platform.LINUX_AARCH64);

  /// A shim that fits.
  record Shim(ClassPathFiles files, Found properties, String sha256) {
    String place() {
      return properties.place();
    }

    /// Unpacks the shim next to a link to LibTorch's libraries, where its rpath looks for them.
    Path unpacked(LibraryCache cache, Path libraries) throws LibraryException, IOException {
      var packed = new ArrayList<PackedFile>();
      packed.add(PackedFile.of(LIBRARY, required(), sha256));
      var umbrella = beside(UMBRELLA);
      if (umbrella.isPresent()) {
        packed.add(PackedFile.of(UMBRELLA, umbrella.get(), ""));
      }
      var link = Map.of("torch/lib", libraries.toAbsolutePath());
      return cache.unpacked(new UnpackedFiles("shim-prebuilt", packed, link)).resolve(LIBRARY);
    }

    private Found required() throws LibraryException, IOException {
      return beside(LIBRARY)
          .orElseThrow(() ->
              new LibraryException(
                  "%s has no %s; delete that jar and let Maven download it again"
                      .formatted(place(), LIBRARY)));
    }

    private Optional<Found> beside(String name) throws IOException {
      return files.beside(properties, properties.name().replaceFirst("[^/]*$", name));
    }
  }

  /// The first one for that version and this version of the bridge.
  Optional<Shim> fitting(LibTorchVersion version) throws IOException {
    for (var found : files.all(path(platform.name(), version.release()))) {
      var properties = found.properties();
      if (fits(properties, version)) {
        return Optional.of(new Shim(files, found, properties.getProperty("library", "")));
      }
    }
    return Optional.empty();
  }

  private static boolean fits(Properties properties, LibTorchVersion version) throws IOException {
    return builtFor(properties).filter(version.release()::equals).isPresent()
        && properties.getProperty("header", "").equals(ShimHeader.hash());
  }

  private static Optional<String> builtFor(Properties properties) {
    return LibTorchVersion.in(properties.getProperty("libtorch", "")).map(LibTorchVersion::release);
  }

  /// Whether the class path has one for this platform, whatever its version.
  boolean exist() throws IOException {
    for (var release : releases()) {
      if (!files.all(path(platform.name(), release)).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /// Why none fits, as a list of what is there.
  ///
  /// @param version LibTorch's, if it is known
  String reasons(Optional<LibTorchVersion> version) throws IOException {
    var reasons = new ArrayList<String>();
    for (var name : PLATFORMS) {
      for (var release : releases()) {
        for (var found : files.all(path(name, release))) {
          reasons.add("%s is %s".formatted(found.place(), difference(found, name, version)));
        }
      }
    }
    return reasons.isEmpty()
        ? "the class path has no prebuilt shim"
        : String.join(" and ", reasons);
  }

  private String difference(Found found, String platformName, Optional<LibTorchVersion> version)
      throws IOException {
    if (!platformName.equals(platform.name())) {
      return "for %s, expected %s".formatted(platformName, platform.name());
    }
    var built = builtFor(found.properties()).orElse("an unknown version");
    var expected = version.map(LibTorchVersion::release).orElse("an unknown version");
    return built.equals(expected)
        ? "of another version of toco-bridge than this one (their C headers differ)"
        : "for LibTorch %s, expected %s".formatted(built, expected);
  }

  private static List<String> releases() {
    return IntStream.rangeClosed(LibTorchVersion.OLDEST.minor(), LibTorchVersion.NEWEST.minor())
        .mapToObj(minor -> "2." + minor)
        .toList();
  }

  private static String path(String platform, String release) {
    return "toco/natives/%s/libtorch-%s/shim.properties".formatted(platform, release);
  }
}
