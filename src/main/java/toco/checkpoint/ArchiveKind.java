package toco.checkpoint;

import static toco.files.QuotedText.quote;

import java.util.Collection;
import java.util.List;

/// What a ZIP archive is that torch.save did not write, by the names of its entries.
final class ArchiveKind {
  private static final int MAX_LISTED = 3;

  private ArchiveKind() {}

  /// Completes "the file …", with the remedy.
  static String of(Collection<String> names) {
    if (any(names, ".npy")) {
      return "is an archive of numpy arrays (.npz), not weights of PyTorch; in Python, save them"
          + " with torch.save({name: torch.from_numpy(array), …}, …)";
    }
    if (any(names, "archive_format") || any(names, "/archive_version")) {
      return "is a package of torch.export or AOTInductor (.pt2), not a file of weights; save the"
          + " module's state_dict() with torch.save";
    }
    if (names.stream().anyMatch(name -> name.startsWith("ppt/") || name.startsWith("META-INF/"))) {
      return "is a ZIP archive of another program, not a file of weights";
    }
    var weights =
        names.stream()
            .filter(name ->
                List.of(".pth", ".pt", ".bin", ".ckpt", ".safetensors").stream()
                    .anyMatch(name::endsWith))
            .toList();
    var shown = weights.isEmpty() ? List.copyOf(names) : weights;
    return "is a ZIP archive of %s files (%s%s), but not one that torch.save writes; %s"
        .formatted(
            names.size(),
            String.join(", ", shown.stream().limit(MAX_LISTED).map(name -> quote(name)).toList()),
            shown.size() > MAX_LISTED || shown.size() < names.size() ? ", …" : "",
            weights.isEmpty()
                ? "expected one entry NAME/data.pkl"
                : "unpack it and give the file of weights in it");
  }

  private static boolean any(Collection<String> names, String ending) {
    return names.stream().anyMatch(name -> name.endsWith(ending));
  }
}
