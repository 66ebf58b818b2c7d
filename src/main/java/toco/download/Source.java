package toco.download;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A file that can be downloaded.
///
/// @param name the file's name, under which mirrors have it
/// @param locations where it can be had, tried in this order: `http`, `https` and `file` URLs,
///   files, and mirrors (URLs that end with `/`, and folders)
/// @param bytes its size; null if unknown
/// @param checksum what somebody states; null if unknown
/// @param hint what to do where none of the locations gives the file, for the error's end; may be
///   empty
public record Source(
    String name,
    List<String> locations,
    @Nullable Long bytes,
    @Nullable Checksum checksum,
    String hint) {

  public Source {
    locations = List.copyOf(locations);
    parsed(locations, name);
  }

  /// A file of which only the URL is known.
  public static Source of(String url) {
    var name = url.replaceFirst("[?#].*", "").replaceFirst(".*/", "");
    return new Source(name, List.of(url), null, null, "");
  }

  /// The same file from another place first.
  ///
  /// @throws IllegalArgumentException if that is neither a URL nor a path
  public Source from(String location) {
    return new Source(
        name,
        Stream.concat(Stream.of(location), locations.stream()).toList(),
        bytes,
        checksum,
        hint);
  }

  /// What shows that a file is not this one; null if nothing does.
  ///
  /// @throws DownloadException if it cannot be read
  public @Nullable String problem(Path file) {
    return new Verification(bytes, checksum).problem(file);
  }

  List<Location> parsed() {
    return parsed(locations, name);
  }

  /// The first URL, to fetch the file by hand; all locations if there is none.
  String byHand() {
    return parsed().stream()
        .filter(Location.Web.class::isInstance)
        .map(Location::toString)
        .findFirst()
        .orElseGet(
            () -> parsed().stream().map(Location::toString).collect(Collectors.joining(", ")));
  }

  private static List<Location> parsed(List<String> locations, String name) {
    return locations.stream().map(text -> Location.parse(text, name)).toList();
  }
}
