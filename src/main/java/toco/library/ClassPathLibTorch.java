package toco.library;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import toco.library.ClassPathFiles.Found;

/// A LibTorch on the class path, such as the artifact `ai.djl.pytorch:pytorch-native-cpu`: a list
/// of its libraries in `native/lib/pytorch.properties`, and the libraries in
/// `pytorch/FLAVOR/PLATFORM/`.
///
/// @param list the file with the list
/// @param libraries their names
record ClassPathLibTorch(
    ClassPathFiles files,
    Found list,
    LibTorchVersion version,
    String flavor,
    String platform,
    List<String> libraries) {
  private static final String LIST = "native/lib/pytorch.properties";
  private static final String FLAVOR = "cpu";
  private static final Pattern NAME = Pattern.compile("[\\w+-][\\w.+-]*");

  /// The one for this platform.
  ///
  /// @return empty if the class path has none at all
  /// @throws LibraryException if there are several, or only ones that cannot be used here
  static Optional<ClassPathLibTorch> find(ClassPathFiles files, Platform platform)
      throws LibraryException, IOException {
    var all = new ArrayList<ClassPathLibTorch>();
    for (var list : files.all(LIST)) {
      read(files, list).ifPresent(all::add);
    }
    var usable =
        all.stream()
            .filter(one -> one.platform.equals(platform.name()) && one.flavor.equals(FLAVOR))
            .toList();
    if (usable.isEmpty() && !all.isEmpty()) {
      throw new LibraryException(
          "LibTorch on the class path is not for this machine: expected %s for %s, got %s; %s"
              .formatted(FLAVOR, platform.name(), described(all), Dependencies.toAdd(platform)));
    }
    if (usable.stream().map(ClassPathLibTorch::version).distinct().count() > 1) {
      throw new LibraryException(
          "several versions of LibTorch are on the class path: %s; remove all but one"
              .formatted(described(usable)));
    }
    return usable.stream().findFirst();
  }

  private static Optional<ClassPathLibTorch> read(ClassPathFiles files, Found list)
      throws IOException {
    var properties = list.properties();
    var names = properties.getProperty("libraries", "");
    var version = LibTorchVersion.in(properties.getProperty("version", ""));
    return names.isBlank() || version.isEmpty()
        ? Optional.empty() // of another kind, such as a list of files to download
        : Optional.of(
            new ClassPathLibTorch(
                files,
                list,
                version.get(),
                properties.getProperty("flavor", FLAVOR),
                properties.getProperty("classifier", ""),
                List.of(names.strip().split("\\s*,\\s*"))));
  }

  private static String described(List<ClassPathLibTorch> some) {
    return some.stream()
        .map(one ->
            "%s, %s for %s (%s)".formatted(one.version, one.flavor, one.platform, one.place()))
        .collect(Collectors.joining(" and "));
  }

  /// The jar or folder, for messages.
  String place() {
    return list.place();
  }

  /// Its folder on disk: that of the class path, or one of the cache that the jar is unpacked into.
  InstalledLibTorch installed(LibraryCache cache) throws LibraryException, IOException {
    var folders = new ArrayList<Path>();
    var packed = new ArrayList<PackedFile>();
    for (var library : libraries) {
      var found = library(library);
      found.folder().ifPresent(folders::add);
      packed.add(PackedFile.of("torch/lib/" + library, found, ""));
    }
    for (var needed : InstalledLibTorch.REQUIRED) {
      if (!libraries.contains(needed)) {
        throw new LibraryException(
            "LibTorch on the class path (%s) has no %s; expected one of its official builds"
                .formatted(place(), needed));
      }
    }
    if (!folders.isEmpty()) {
      return new InstalledLibTorch(folders.getFirst(), folders.getFirst());
    }
    var name = "libtorch-%s-%s".formatted(version, flavor);
    var folder = cache.unpacked(new UnpackedFiles(name, packed, Map.of()));
    return new InstalledLibTorch(folder, folder.resolve("torch/lib"));
  }

  private Found library(String library) throws LibraryException, IOException {
    var path = "pytorch/%s/%s/%s".formatted(flavor, platform, library);
    var found =
        NAME.matcher(library).matches() ? files.beside(list, path) : Optional.<Found>empty();
    return found.orElseThrow(() ->
        new LibraryException(
            "LibTorch on the class path (%s) lists %s, but has no %s; delete that jar and let Maven"
                    .formatted(place(), library, path)
                + " download it again"));
  }
}
