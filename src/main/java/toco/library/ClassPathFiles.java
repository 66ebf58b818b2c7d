package toco.library;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// The files of the class path's jars and folders.
///
/// @param loaders where they are looked up
record ClassPathFiles(List<ClassLoader> loaders) {
  /// Jars that programs take from Maven for their native libraries.
  private static final Pattern NATIVES = Pattern.compile("(pytorch-native-|toco-bridge).*\\.jar");

  /// Those that this class's loader and the thread's see.
  static ClassPathFiles ofProcess() {
    var own = ClassPathFiles.class.getClassLoader();
    return new ClassPathFiles(
        Stream.of(own, Thread.currentThread().getContextClassLoader())
            .filter(loader -> loader != null)
            .distinct()
            .toList());
  }

  /// A file of the class path.
  ///
  /// @param name its path in the jar
  /// @param root the URL of the jar's or folder's root
  record Found(String name, String root, URL url) {
    /// The jar or folder, for messages.
    String place() {
      var text = root.replaceFirst("^jar:", "").replaceFirst("!/$", "");
      try {
        return text.startsWith("file:") ? Path.of(URI.create(text)).toString() : text;
      } catch (IllegalArgumentException e) {
        return text;
      }
    }

    /// Its folder on disk, if it is not in a jar.
    Optional<Path> folder() {
      return url.getProtocol().equals("file")
          ? Optional.of(Path.of(URI.create(url.toString())).resolveSibling(""))
          : Optional.empty();
    }

    Properties properties() throws IOException {
      var properties = new Properties();
      try (var input = PackedFile.open(url)) {
        properties.load(input);
      } catch (IllegalArgumentException e) {
        throw new IOException("%s in %s is damaged".formatted(name, place()), e);
      }
      return properties;
    }
  }

  /// All files of that name, in the order of the class path.
  List<Found> all(String name) throws IOException {
    var found = new LinkedHashMap<String, Found>();
    for (var loader : loaders) {
      for (var url : Collections.list(loader.getResources(name))) {
        var text = url.toString();
        if (text.endsWith(name)) {
          var root = text.substring(0, text.length() - name.length());
          found.putIfAbsent(text, new Found(name, root, url));
        }
      }
    }
    return List.copyOf(found.values());
  }

  /// The file of that name in the same jar or folder.
  Optional<Found> beside(Found other, String name) throws IOException {
    return all(name).stream().filter(file -> file.root().equals(other.root())).findFirst();
  }

  /// Java silently ignores a jar that ends too early, as after an interrupted download.
  ///
  /// @param classPath Java's property `java.class.path`
  static void requireWholeJars(String classPath) throws LibraryException {
    for (var entry : classPath.split(File.pathSeparator, -1)) {
      var jar = new File(entry);
      if (NATIVES.matcher(jar.getName()).matches() && Files.isRegularFile(jar.toPath())) {
        try {
          new ZipFile(jar).close();
        } catch (ZipException e) {
          throw new LibraryException(
              "%s on the class path is damaged (%s); delete it and let Maven download it again"
                  .formatted(jar, e.getMessage()));
        } catch (IOException e) {
          throw new LibraryException("cannot read %s on the class path: %s".formatted(jar, e));
        }
      }
    }
  }
}
