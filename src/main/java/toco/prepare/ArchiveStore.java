package toco.prepare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import toco.data.DataException;
import toco.download.Download;
import toco.download.Source;
import toco.files.UserPath;

/// Gets the archives of a data set: from the folder that the user names, or from `archives` in the
/// data set's folder, into which they are downloaded. Every archive is verified.
final class ArchiveStore {
  private static final Pattern URL = Pattern.compile("(?i)[a-z][a-z0-9+.-]+://.*");

  private final Path own;
  private final @Nullable Path folder;
  private final @Nullable String mirror;
  private final boolean allowDifferences;
  private final PrepareListener listener;

  /// @throws DataException if the user's folder does not exist
  ArchiveStore(PrepareOptions options, PrepareListener listener) {
    var from = options.from();
    own = options.root().resolve("archives");
    mirror = from != null && isUrl(from) ? from.replaceFirst("/*$", "/") : null;
    folder = from != null && !isUrl(from) ? UserPath.of(from) : null;
    allowDifferences = options.allowDifferences();
    this.listener = listener;
    if (folder != null && !Files.isDirectory(folder)) {
      throw new DataException(
          "there is no folder %s; name the one that holds the archives with --from"
              .formatted(folder));
    }
  }

  private static boolean isUrl(String from) {
    return URL.matcher(from).matches();
  }

  /// The folder that archives are downloaded into.
  Path own() {
    return own;
  }

  /// The folders that may hold archives, or what was unpacked from them.
  List<Path> folders() {
    return Stream.of(Optional.ofNullable(folder), Optional.of(own))
        .flatMap(Optional::stream)
        .toList();
  }

  /// Whether the archive is there or may be downloaded.
  boolean has(Source archive) {
    return folder == null || local(archive).isPresent();
  }

  /// The bytes of an archive that is to be downloaded; 0 if it is there or they are unknown.
  long bytesToDownload(Source archive) {
    var bytes = archive.bytes();
    return bytes == null || local(archive).isPresent() ? 0 : bytes;
  }

  /// The archive, verified.
  ///
  /// @throws DataException if it is not there, or is not the published one
  /// @throws toco.download.DownloadException if it cannot be downloaded
  Path get(Source archive) {
    var found = local(archive);
    if (found.isPresent()) {
      verify(found.get(), archive);
      return found.get();
    }
    if (folder != null) {
      throw new DataException(
          "%s holds no %s; download it from %s, or leave --from out to have it downloaded"
              .formatted(folder, archive.name(), archive.locations().getFirst()));
    }
    return Download.ofProcess()
        .fetch(source(archive), own.resolve(archive.name()), listener)
        .file();
  }

  /// A mirror replaces the publisher's server, and may have another archive if differences are
  /// allowed.
  private Source source(Source archive) {
    return new Source(
        archive.name(),
        mirror == null ? archive.locations() : List.of(mirror),
        allowDifferences ? null : archive.bytes(),
        allowDifferences ? null : archive.checksum(),
        archive.hint());
  }

  private Optional<Path> local(Source archive) {
    return folders().stream()
        .map(folder -> folder.resolve(archive.name()))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private void verify(Path file, Source archive) {
    listener.onMessage("verifying " + file);
    var problem = archive.problem(file);
    if (problem != null && !allowDifferences) {
      throw new DataException(
          ("%s is not the published archive: %s; get it again from %s, or take it as it is with"
                  + " --allow-differences")
              .formatted(file, problem, archive.locations().getFirst()));
    }
    if (problem != null) {
      listener.onMessage("%s is not the published archive: %s".formatted(file, problem));
    }
  }
}
