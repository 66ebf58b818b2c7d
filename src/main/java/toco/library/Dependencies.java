package toco.library;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/// The Maven dependencies that bring LibTorch and a shim, for messages.
final class Dependencies {
  /// The minor versions of LibTorch that shims are published for.
  private static final List<String> RELEASES = List.of("2.7", "2.15");

  private static final Coordinates OWN = Coordinates.read();

  /// Of this artifact.
  private record Coordinates(String group, String version) {
    static Coordinates read() {
      var properties = new Properties();
      try (var file = Dependencies.class.getResourceAsStream("bridge.properties")) {
        if (file != null) {
          properties.load(file);
        }
      } catch (IOException e) {
        // the message then has no version
      }
      return new Coordinates(
          properties.getProperty("groupId", "GROUP"), properties.getProperty("version", "VERSION"));
    }
  }

  private Dependencies() {}

  /// What to add for a LibTorch and a shim that fit each other and this platform.
  static String toAdd(Platform platform) {
    return switch (platform.name()) {
      case Platform.LINUX_X86_64 ->
          "add the dependencies %s %s"
              .formatted(shim(platform.name(), RELEASES.getFirst()), libTorch(platform.name()));
      case Platform.LINUX_AARCH64 ->
          "set LIBTORCH to a LibTorch %s, and add the dependency %s"
              .formatted(RELEASES.getLast(), shim(platform.name(), RELEASES.getLast()));
      default -> "use Linux on x86_64 or aarch64, for example in a container";
    };
  }

  /// The shim to add for a LibTorch that is there; empty if none is published for it.
  static Optional<String> toAddFor(LibTorchVersion version, Platform platform) {
    var published =
        switch (platform.name()) {
          case Platform.LINUX_X86_64 -> RELEASES;
          case Platform.LINUX_AARCH64 -> List.of(RELEASES.getLast());
          default -> List.<String>of();
        };
    return published.contains(version.release())
        ? Optional.of("add the dependency " + shim(platform.name(), version.release()))
        : Optional.empty();
  }

  private static String shim(String platform, String release) {
    return dependency(
        OWN.group,
        "toco-bridge",
        OWN.version,
        "natives-%s-libtorch%s".formatted(platform, release));
  }

  private static String libTorch(String platform) {
    return dependency("ai.djl.pytorch", "pytorch-native-cpu", "2.7.1", platform);
  }

  private static String dependency(
      String group, String artifact, String version, String classifier) {
    var names = List.of("groupId", "artifactId", "version", "classifier");
    var values = List.of(group, artifact, version, classifier).iterator();
    return names.stream()
        .map(name -> "<%s>%s</%s>".formatted(name, values.next(), name))
        .collect(Collectors.joining("", "<dependency>", "</dependency>"));
  }
}
