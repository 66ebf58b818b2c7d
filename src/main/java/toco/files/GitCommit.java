package toco.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/// The commit that is checked out in a git working tree, read from git's files: git need not be
/// installed.
public final class GitCommit {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{40,64}");
  private static final String REFERENCE = "ref: ";

  private GitCommit() {}

  /// The commit's hash, whether or not there are uncommitted changes.
  ///
  /// @param folder root of the working tree
  /// @return empty if it is not a working tree or has no commit
  public static Optional<String> of(Path folder) {
    try {
      var head = Files.readString(folder.resolve(".git/HEAD")).strip();
      var hash =
          head.startsWith(REFERENCE)
              ? commitOf(folder.resolve(".git"), head.substring(REFERENCE.length()))
              : head;
      return Optional.of(hash).filter(text -> HASH.matcher(text).matches());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// A branch has its own file or a line in `packed-refs`.
  private static String commitOf(Path git, String branch) throws IOException {
    var loose = git.resolve(branch);
    if (Files.isRegularFile(loose)) {
      return Files.readString(loose).strip();
    }
    try (var packed = Files.lines(git.resolve("packed-refs"))) {
      return packed
          .filter(line -> line.endsWith(" " + branch))
          .findFirst()
          .map(line -> line.substring(0, line.indexOf(' ')))
          .orElse("");
    }
  }
}
