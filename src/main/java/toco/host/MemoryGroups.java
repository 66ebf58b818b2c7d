package toco.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/// The memory limits of this process's control groups, versions 1 and 2: a container gets its limit
/// from them, while `/proc/meminfo` describes the whole machine. The limit of each group holds for
/// the groups in it, too.
///
/// @param membership such as `/proc/self/cgroup`
/// @param root such as `/sys/fs/cgroup`
record MemoryGroups(Path membership, Path root) {
  private static final String V1 = "memory";

  /// One group.
  ///
  /// @param limit bytes
  /// @param used bytes, without those of files that the kernel can drop
  private record Group(long limit, long used) {}

  /// The smallest limit; empty if there is none.
  OptionalLong limitBytes() {
    return smallest(Group::limit);
  }

  /// What the tightest group leaves; empty if there is no limit.
  OptionalLong availableBytes() {
    return smallest(group -> Math.max(0, group.limit - group.used));
  }

  private OptionalLong smallest(ToLongFunction<Group> bytes) {
    return groups().stream().mapToLong(bytes).min();
  }

  private List<Group> groups() {
    var groups = new ArrayList<Group>();
    for (var line : lines(membership)) {
      var parts = line.split(":", 3);
      if (parts.length == 3 && parts[0].equals("0") && parts[1].isEmpty()) {
        add(groups, root, parts[2], "memory.max", "memory.current", "inactive_file");
      } else if (parts.length == 3 && List.of(parts[1].split(",")).contains(V1)) {
        add(
            groups,
            root.resolve(V1),
            parts[2],
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file");
      }
    }
    return groups;
  }

  /// Adds a group and those around it. A container may see its own group at the root, by another
  /// path than its membership says; parts of the path that do not exist have no limit.
  private static void add(
      List<Group> groups, Path root, String path, String limit, String usage, String droppable) {
    var named = root.resolve(path.replaceFirst("^/+", "")).normalize();
    var group = named.startsWith(root) ? named : root;
    while (group != null && group.startsWith(root)) {
      var bytes = number(group.resolve(limit));
      if (bytes.isPresent()) { // "max" is no number
        long files = 0;
        for (var line : lines(group.resolve("memory.stat"))) {
          files =
              line.startsWith(droppable + " ")
                  ? parsed(line.substring(droppable.length()).strip()).orElse(0)
                  : files;
        }
        long used = number(group.resolve(usage)).orElse(0) - files;
        groups.add(new Group(bytes.getAsLong(), used));
      }
      group = group.getParent();
    }
  }

  private static OptionalLong number(Path file) {
    var lines = lines(file);
    return lines.isEmpty() ? OptionalLong.empty() : parsed(lines.getFirst().strip());
  }

  private static OptionalLong parsed(String digits) {
    return digits.matches("\\d{1,18}")
        ? OptionalLong.of(Long.parseLong(digits))
        : OptionalLong.empty(); // version 1 writes 2⁶³ − 4096 for no limit
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
