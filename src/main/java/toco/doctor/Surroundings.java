package toco.doctor;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import toco.library.CacheFolder;

/// The process's system properties and environment variables.
///
/// @param properties system properties; `bin/toco` sets `toco.home`, and `toco.libtorch` and
///   `toco.library` to paths, or `….problem` to why there is none
/// @param environment environment variables
public record Surroundings(Map<String, String> properties, Map<String, String> environment) {
  public Surroundings {
    properties = Map.copyOf(properties);
    environment = Map.copyOf(environment);
  }

  /// Those of this process.
  public static Surroundings ofProcess() {
    var properties = new TreeMap<String, String>();
    System.getProperties()
        .stringPropertyNames()
        .forEach(name -> properties.put(name, System.getProperty(name)));
    return new Surroundings(properties, System.getenv());
  }

  /// A property, or an empty text.
  String property(String name) {
    return properties.getOrDefault(name, "");
  }

  /// Where `native/libtorch.sh` keeps LibTorch; empty if no variable says where, and the user has
  /// no home folder.
  Optional<Path> cache() {
    return CacheFolder.of(environment, property("user.home"));
  }
}
