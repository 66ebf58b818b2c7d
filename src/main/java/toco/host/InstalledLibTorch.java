package toco.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A LibTorch on disk, read without loading its libraries.
public final class InstalledLibTorch {
  private static final Pattern DEFINE =
      Pattern.compile("#define TORCH_VERSION_(MAJOR|MINOR|PATCH) (\\d+)");
  private static final List<String> VERSION_HEADERS =
      List.of(
          "include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h");

  private InstalledLibTorch() {}

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
}
