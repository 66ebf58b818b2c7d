package toco.library;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A LibTorch on disk, read without loading its libraries.
///
/// @param folder as a user names it: the unpacked distribution, or the folder of Python packages
///   with `torch`
/// @param libraries the folder with `libtorch_cpu.so`
public record InstalledLibTorch(Path folder, Path libraries) {
  /// The libraries that every LibTorch has.
  static final List<String> REQUIRED = List.of("libtorch_cpu.so", "libc10.so");

  private static final Pattern DEFINE =
      Pattern.compile("#define TORCH_VERSION_(MAJOR|MINOR|PATCH) (\\d+)");
  private static final List<String> VERSION_HEADERS =
      List.of(
          "include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h");

  /// The official archive has the first, the wheel the second.
  private static final List<String> VERSION_FILES = List.of("build-version", "version.py");

  /// The LibTorch in a folder: its libraries are in `torch/lib`, `lib` or the folder itself.
  static Optional<InstalledLibTorch> in(Path folder) {
    return Stream.of("torch/lib", "lib", "")
        .map(folder::resolve)
        .filter(
            libraries -> REQUIRED.stream().map(libraries::resolve).allMatch(it -> Files.exists(it)))
        .findFirst()
        .map(libraries -> new InstalledLibTorch(folder, libraries));
  }

  /// Its version, by its headers or notes, or else by the folder's name.
  Optional<LibTorchVersion> version() {
    return version(folder)
        .or(() -> noted(folder))
        .or(() -> Optional.ofNullable(folder.getFileName()).map(Path::toString))
        .flatMap(LibTorchVersion::in);
  }

  /// Whether it has kernels for NVIDIA's GPUs.
  boolean hasCuda() {
    return Files.exists(libraries.resolve("libtorch_cuda.so"));
  }

  /// The version by its headers, such as `2.15.0`.
  ///
  /// @param folder the unpacked distribution, or the folder of Python packages with `torch`
  /// @return empty if there is no readable version header
  public static Optional<String> version(Path folder) {
    for (var torch : List.of(folder.resolve("torch"), folder)) {
      for (var header : VERSION_HEADERS) {
        try (var lines = Files.lines(torch.resolve(header))) {
          var numbers =
              lines.map(DEFINE::matcher).filter(m -> m.matches()).map(m -> m.group(2)).toList();
          if (numbers.size() == 3) {
            return Optional.of(String.join(".", numbers));
          }
        } catch (IOException e) {
          // older versions have the other header
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> noted(Path folder) {
    for (var torch : List.of(folder.resolve("torch"), folder)) {
      for (var file : VERSION_FILES) {
        try {
          return Optional.of(Files.readString(torch.resolve(file), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
          // not every distribution has one
        }
      }
    }
    return Optional.empty();
  }
}
