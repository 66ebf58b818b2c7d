package toco.data;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds the mask of an image in the folder of masks. The mask of `beach/IMG_1` is the first of
/// these that exists:
///
/// 1. `beach/IMG_1.png`
/// 2. the same name with another ending in upper or lower case, `IMG_1.PNG`, `IMG_1.tif`, `.tiff`,
///    `.bmp` or `.webp`
/// 3. the same with the image's ending kept, or with a word that says "mask" before or after it:
///    `IMG_1.jpg.png`, `IMG_1_mask.png`, `mask_IMG_1.png`, `IMG_1_gt.png` …
///
/// If there is none in `beach`, and no other image is called `IMG_1`, it may be in any sub-folder.
/// Two files of the same rank are ambiguous: then there is no mask, and [#similar] names both.
///
/// The folder is listed once, and only if some mask is not at its first place. Thread-safe.
final class MaskFolder {
  private static final String ENDING = ".png";
  private static final Pattern ENDINGS =
      Pattern.compile("\\.(png|tiff?|bmp|webp)$", Pattern.CASE_INSENSITIVE);
  private static final String WORD =
      "(?:masks?|seg|segm|segmentation|labels?|gt|ground_?truth|ann|anno|annotations?"
          + "|(?:gtfine_)?label(?:train)?ids)";
  private static final Pattern AFFIX =
      Pattern.compile(
          "^" + WORD + "[-_.]+(?<after>.+)$|^(?<before>.+?)[-_.]+" + WORD + "$",
          Pattern.CASE_INSENSITIVE);

  private final Path folder;
  private @Nullable Listing listing;

  MaskFolder(Path folder) {
    this.folder = folder;
  }

  /// The files of masks, by the image name that they may belong to; others by their name.
  private static final class Listing {
    final Map<String, List<String>> plain = new HashMap<>();
    final Map<String, List<String>> affixed = new HashMap<>();
    final Map<String, List<String>> others = new HashMap<>();
    int files;
    @Nullable String first;

    void add(String path) {
      files++;
      first = first == null ? path : first;
      var stem = path.substring(0, Math.max(path.lastIndexOf('.'), 0));
      if (!hasEnding(path)) {
        put(others, stem, path);
        return;
      }
      put(plain, stem, path);
      var file = ImageNames.last(stem);
      var dir = stem.substring(0, stem.length() - file.length());
      var image = ImageNames.withoutExtension(file);
      var matcher = AFFIX.matcher(image);
      if (matcher.matches()) {
        image = matcher.group("after") != null ? matcher.group("after") : matcher.group("before");
        image = ImageNames.withoutExtension(image);
      }
      if (!image.equals(file)) {
        put(affixed, dir + image, path);
      }
    }

    /// Under the path in the folder and, with a leading `/`, under the file's name alone.
    private static void put(Map<String, List<String>> map, String stem, String path) {
      var name = AccentSpelling.composed(stem);
      map.computeIfAbsent(name, _ -> new ArrayList<>()).add(path);
      map.computeIfAbsent("/" + ImageNames.last(name), _ -> new ArrayList<>()).add(path);
    }
  }

  /// Whether a file may be a mask by its ending.
  static boolean hasEnding(String path) {
    return ENDINGS.matcher(path).find();
  }

  /// The path of an image's mask; the path at which it is expected if there is none.
  ///
  /// @param name of the image, with `/` between folders, without extension
  /// @param isUnique whether no image in another folder has the same file name
  /// @param image the image's own file, which is never its mask; null if it is missing
  Path find(String name, boolean isUnique, @Nullable Path image) {
    var own = expected(name);
    if (isMask(own, image)) {
      return own;
    }
    var flat = expected(ImageNames.last(name));
    if (isUnique && isMask(flat, image)) {
      return flat;
    }
    var found = candidates(name, isUnique, image);
    return found.size() == 1 ? folder.resolve(found.getFirst()) : own;
  }

  /// The same for an image whose name is unique and whose file is elsewhere.
  Path find(String name) {
    return find(name, true, null);
  }

  /// The path at which the mask of a name is looked for first.
  Path expected(String name) {
    return AccentSpelling.file(folder, name + ENDING);
  }

  private static boolean isMask(Path file, @Nullable Path image) {
    return Files.isRegularFile(file) && !file.equals(image);
  }

  /// The files of the best rank that has any.
  private List<String> candidates(String name, boolean isUnique, @Nullable Path image) {
    var all = listing();
    var key = AccentSpelling.composed(name);
    var keys = isUnique ? List.of(key, "/" + ImageNames.last(key)) : List.of(key);
    for (var place : keys) {
      for (var rank : List.of(all.plain, all.affixed)) {
        var found =
            rank.getOrDefault(place, List.of()).stream()
                .filter(path -> !folder.resolve(path).equals(image))
                .toList();
        if (!found.isEmpty()) {
          return found;
        }
      }
    }
    return List.of();
  }

  /// Which files could be the mask that [#find] did not find; empty if there is none.
  String similar(String name, boolean isUnique, @Nullable Path image) {
    var found = candidates(name, isUnique, image);
    if (found.size() > 1) {
      return "%s and %s could both be it; keep one".formatted(found.get(0), found.get(1));
    }
    var others = listing().others;
    var key = AccentSpelling.composed(name);
    return others
        .getOrDefault(key, others.getOrDefault("/" + ImageNames.last(key), List.of()))
        .stream()
        .filter(path -> !folder.resolve(path).equals(image))
        .findFirst()
        .map(path -> "there is %s, but a mask must be a PNG, TIFF, BMP or WebP".formatted(path))
        .orElse("");
  }

  String similar(String name) {
    return similar(name, true, null);
  }

  /// What is in the folder.
  String content() {
    if (!Files.isDirectory(folder)) {
      return "there is no folder " + folder;
    }
    var all = listing();
    return all.first == null
        ? folder + " is empty"
        : "%s has %s files, such as %s".formatted(folder, all.files, all.first);
  }

  private synchronized Listing listing() {
    if (listing == null) {
      listing = list();
    }
    return listing;
  }

  private Listing list() {
    var all = new Listing();
    if (!Files.isDirectory(folder)) {
      return all;
    }
    try (var files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      files
          .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace(File.separatorChar, '/'))
          .sorted()
          .forEach(all::add);
      return all;
    } catch (IOException e) {
      throw new DataException("cannot read the folder %s: %s".formatted(folder, e), e);
    } catch (UncheckedIOException e) {
      throw new DataException("cannot read the folder %s: %s".formatted(folder, e.getCause()), e);
    }
  }
}
