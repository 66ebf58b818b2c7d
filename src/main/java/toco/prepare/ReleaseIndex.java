package toco.prepare;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import toco.data.DataException;

/// What a release holds, by its paths in the folder at its top, which archives call differently. Of
/// entries with the same path the last one counts, as when they are unpacked.
final class ReleaseIndex {
  private static final int MAX_TEXT_BYTES = 1 << 20; // a list of VOC has 17 kB

  private final Contents contents;
  private final String top;
  private final Map<String, Entry> entries = new HashMap<>();

  /// @param text of a list; null: not a list
  record Entry(int ordinal, long size, boolean plain, @Nullable String text) {}

  private ReleaseIndex(Contents contents, String top) {
    this.contents = contents;
    this.top = top;
  }

  /// Reads the directory of a release, and its text files.
  ///
  /// @param anchor path of a file that the top folder holds
  /// @param preferred name of the top folder, if several hold such a file
  /// @throws DataException if none does, or the release is damaged
  static ReleaseIndex of(Contents contents, String anchor, String preferred) {
    var all = new HashMap<String, Entry>();
    contents.forEach(member -> {
      boolean isText = member.plain() && member.path().endsWith(".txt");
      var text = // a list in another place may be of any size
          isText && member.size() <= MAX_TEXT_BYTES
              ? new String(member.bytes(MAX_TEXT_BYTES), StandardCharsets.UTF_8)
              : null;
      all.put(member.path(), new Entry(member.ordinal(), member.size(), member.plain(), text));
    });
    var index = new ReleaseIndex(contents, top(contents, all, anchor, preferred));
    all.forEach((path, entry) -> {
      if (path.startsWith(index.top)) {
        index.entries.put(path.substring(index.top.length()), entry);
      }
    });
    return index;
  }

  private static String top(
      Contents contents, Map<String, Entry> all, String anchor, String preferred) {
    var pattern = Pattern.compile("((?:.*/)?)" + Pattern.quote(anchor));
    var tops = new TreeSet<String>();
    for (var path : all.keySet()) {
      var matcher = pattern.matcher(path);
      if (matcher.matches() && !path.startsWith("__MACOSX/")) {
        tops.add(matcher.group(1));
      }
    }
    var best =
        tops.stream()
            .filter(top -> top.isEmpty() || ("/" + top).endsWith("/" + preferred + "/"))
            .toList();
    var chosen = tops.size() == 1 ? List.copyOf(tops) : best;
    if (chosen.size() != 1) {
      throw new DataException(
          tops.isEmpty()
              ? "%s holds no %s; is it the right archive?".formatted(contents.name(), anchor)
              : "%s holds %s in several folders (%s), expected one"
                  .formatted(contents.name(), anchor, String.join(", ", tops)));
    }
    return chosen.getFirst();
  }

  Contents contents() {
    return contents;
  }

  /// A file's path in the release.
  String path(String name) {
    return top + name;
  }

  /// A file.
  ///
  /// @throws DataException if there is none, or it is a link
  Entry require(String name) {
    var entry = entries.get(name);
    if (entry == null) {
      throw new DataException(
          "%s has no %s%s; is it complete?".formatted(contents.name(), top, name));
    }
    if (!entry.plain()) {
      throw new DataException(
          "%s: %s%s is a link or device, expected a file; get the archive from another place"
              .formatted(contents.name(), top, name));
    }
    return entry;
  }

  /// The image names in a list.
  ///
  /// @throws DataException if there is no such list, or a line is no name
  List<String> list(String name) {
    var text = require(name).text();
    var lines = text == null ? List.of("") : text.lines().map(String::strip).toList();
    for (var line : lines) {
      if (!line.isEmpty() && !line.matches("[A-Za-z0-9_-]{1,100}")) {
        throw new DataException(
            "%s: %s%s has the line '%s', expected an image's name"
                .formatted(contents.name(), top, name, line));
      }
    }
    return lines.stream().filter(line -> !line.isEmpty()).toList();
  }
}
