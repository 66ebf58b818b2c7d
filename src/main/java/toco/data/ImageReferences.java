package toco.data;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Finds images by what lists, labels and annotations call them:
///
/// | reference | finds |
/// |---|---|
/// | `beach/IMG_1.jpg`, `beach\IMG_1`, `./beach/IMG_1.PNG` | `beach/IMG_1`, `x/beach/IMG_1` |
/// | `pets/beach/IMG_1.jpg` | `beach/IMG_1.jpg`, `IMG_1.jpg` |
/// | `C:\pets\IMG_1.jpg`, `/home/me/IMG_1.jpg`, `https://host/IMG_1.jpg` | also `beach/IMG_1.jpg` |
/// | `/data/local-files/?d=pets%2Fbeach%2FIMG_1.jpg` of Label Studio | also `beach/IMG_1.jpg` |
/// | `/data/upload/3/1f2e3d4c-IMG_1.jpg` of Label Studio | also `beach/IMG_1.jpg` |
/// | `2007000032` | `2007_000032.jpg` |
/// | `9`, `000000000009.jpg` | `COCO_train2014_000000000009.jpg` |
///
/// The extension counts only where two images differ in nothing else. A relative path may begin
/// further up than the images' paths, but not in one of their folders.
final class ImageReferences {
  private static final Pattern EXTENSION =
      Pattern.compile(
          "\\.(jpe?g|jpe|jfif|png|bmp|dib|gif|tiff?|webp|dcm|dicom|heic)$",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern URL = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]+://");
  private static final Pattern QUERY = Pattern.compile("[?#].*$");
  private static final Pattern ABSOLUTE = Pattern.compile("^([A-Za-z]:)?/+");
  private static final Pattern DOTS = Pattern.compile("^(\\.{1,2}/+)+");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final Pattern LOCAL_FILE = Pattern.compile("/data/local-files/?\\?d=([^&#]*)");
  private static final Pattern UPLOAD = Pattern.compile("(?:^|/)upload/\\d+/[0-9a-f]{8}-([^/]+)$");
  private static final Pattern COCO_PREFIX = Pattern.compile("^COCO_[a-z]+\\d{4}_");

  private final Map<String, List<String>> byLast =
      new HashMap<>(); // by file name without extension
  private final Map<Long, List<String>> byNumber = new HashMap<>();

  private final Map<String, List<String>> byUploaded =
      new HashMap<>(); // by name in Label Studio, filled if needed
  private final Set<String> folders = new HashSet<>(); // names of all folders on the paths

  /// @param paths paths or names of images, with `/` between folders
  ImageReferences(Collection<String> paths) {
    for (var path : paths) {
      var parts = Arrays.asList(path.split("/", -1));
      folders.addAll(parts.subList(0, Math.max(0, parts.size() - 1)));
      var last = ImageNames.last(stem(path));
      byLast.computeIfAbsent(last, _ -> new ArrayList<>()).add(path);
      number(last).ifPresent(n -> byNumber.computeIfAbsent(n, _ -> new ArrayList<>()).add(path));
    }
  }

  /// A reference as a path with `/` between folders: without drive, host and query.
  static String plain(String reference) {
    var path = localFile(reference).replace('\\', '/');
    var url = URL.matcher(path);
    if (url.find()) {
      boolean hasHost = !path.regionMatches(true, 0, "file", 0, 4);
      path = decoded(QUERY.matcher(path.substring(url.end())).replaceFirst(""));
      path = hasHost ? path.substring(path.indexOf('/') + 1) : path;
    } else if (UPLOAD.matcher(path).find()) {
      path = decoded(path);
    }
    path = ABSOLUTE.matcher(path).replaceFirst("");
    return DOTS.matcher(path).replaceFirst("").replaceAll("/(\\./|/)+", "/");
  }

  /// The path in a URL by which Label Studio serves a file of its computer.
  private static String localFile(String reference) {
    var served = LOCAL_FILE.matcher(reference);
    return served.find() ? "/" + decoded(served.group(1)) : reference;
  }

  private static String decoded(String url) {
    try {
      return URLDecoder.decode(url.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return url; // a percent sign that encodes nothing
    }
  }

  /// A reference as [#plain] without the extension of an image.
  static String stemOf(String reference) {
    return EXTENSION.matcher(plain(reference)).replaceFirst("");
  }

  /// The path of the image that a reference means; the reference's own without extension if there
  /// is no such image.
  String findOrStem(String reference) {
    return find(reference).orElseGet(() -> stemOf(reference));
  }

  /// The path of the image that a reference means; the reference's own file name without extension
  /// if there is no such image.
  String findOrName(String reference) {
    return find(reference).orElseGet(() -> ImageNames.last(stemOf(reference)));
  }

  /// The path of the image that a reference means, as it was given.
  ///
  /// @return empty if there is no such image
  /// @throws DataException if the reference matches several images
  Optional<String> find(String reference) {
    var wanted = plain(reference);
    var path = reference.replace('\\', '/');
    boolean isAbsolute = URL.matcher(path).find() || ABSOLUTE.matcher(path).find();
    var found = one(reference, endingWith(wanted));
    int first = wanted.indexOf('/');
    boolean isInFolder = !isAbsolute && first >= 0 && folders.contains(wanted.substring(0, first));
    for (int slash = first; slash >= 0 && found.isEmpty() && !isInFolder; ) {
      var rest = wanted.substring(slash + 1);
      found = one(reference, isAbsolute ? endingWith(rest) : equalTo(rest));
      slash = wanted.indexOf('/', slash + 1);
    }
    if (found.isEmpty()) {
      found = one(reference, uploaded(wanted));
    }
    return found.isEmpty() ? one(reference, numbered(wanted)) : found;
  }

  /// Images by the name of their copy in Label Studio: eight digits and a dash before it, spaces as
  /// underscores, and only letters, digits, dots and dashes otherwise.
  private List<String> uploaded(String wanted) {
    var copy = UPLOAD.matcher(wanted);
    if (!copy.find()) {
      return List.of();
    }
    if (byUploaded.isEmpty()) {
      byLast.forEach((last, paths) ->
          byUploaded.computeIfAbsent(asUploaded(last), _ -> new ArrayList<>()).addAll(paths));
    }
    return byUploaded.getOrDefault(stem(copy.group(1)), List.of());
  }

  private static String asUploaded(String name) {
    return name.strip().replace(' ', '_').replaceAll("[^\\p{L}\\p{N}_.-]", "");
  }

  private static Optional<String> one(String reference, List<String> matches) {
    if (matches.size() > 1) {
      throw new DataException(
          "'%s' matches several images: %s and %s; add its sub-folder and extension"
              .formatted(reference, matches.get(0), matches.get(1)));
    }
    return matches.stream().findFirst();
  }

  /// Images whose path is this or else ends with it.
  private List<String> endingWith(String wanted) {
    var whole = equalTo(wanted);
    var ending = "/" + stem(wanted);
    return whole.isEmpty() ? matches(wanted, path -> stem(path).endsWith(ending)) : whole;
  }

  private List<String> equalTo(String wanted) {
    return matches(wanted, path -> stem(path).equals(stem(wanted)));
  }

  private List<String> matches(String wanted, Predicate<String> condition) {
    var all =
        byLast.getOrDefault(ImageNames.last(stem(wanted)), List.of()).stream()
            .filter(condition)
            .toList();
    var sameExtension =
        all.stream().filter(path -> extension(path).equalsIgnoreCase(extension(wanted))).toList();
    return all.size() > 1 && !sameExtension.isEmpty() ? sameExtension : all;
  }

  /// Images whose number this is. In a folder, a number may be another image's than elsewhere,
  /// except in COCO.
  private List<String> numbered(String wanted) {
    var last = ImageNames.last(stem(wanted));
    if (!NUMBER.matcher(last).matches()) {
      return List.of();
    }
    return byNumber.getOrDefault(Long.parseLong(last), List.of()).stream()
        .filter(path -> !wanted.contains("/") || COCO_PREFIX.matcher(ImageNames.last(path)).find())
        .toList();
  }

  /// The path without extension; composed, because macOS decomposes umlauts.
  private static String stem(String path) {
    return Normalizer.normalize(EXTENSION.matcher(path).replaceFirst(""), Normalizer.Form.NFC);
  }

  private static String extension(String path) {
    var matcher = EXTENSION.matcher(path);
    return matcher.find() ? matcher.group(1) : "";
  }

  /// The number of an image whose name is made of one: `2007_000032`, `000000000009`.
  private static OptionalLong number(String name) {
    var digits = COCO_PREFIX.matcher(name).replaceFirst("").replace("_", "");
    return NUMBER.matcher(digits).matches()
        ? OptionalLong.of(Long.parseLong(digits))
        : OptionalLong.empty();
  }
}
