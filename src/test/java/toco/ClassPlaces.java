package toco;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/// The folders or jars that Java has loaded classes from.
public final class ClassPlaces {
  private ClassPlaces() {}

  public static Path of(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /// A class path with the places of these classes, for another JVM.
  public static String classPath(Class<?>... types) {
    return Arrays.stream(types)
        .map(type -> of(type).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
