package toco.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// A search among jars of the test, with a cache and an environment of its own.
///
/// @param classPath jars
/// @param environment variables; HOME is the folder
record SearchFixture(Path folder, List<Path> classPath, Map<String, String> environment) {
  static final Platform LINUX = new Platform(FakeJars.PLATFORM, false);

  SearchFixture(Path folder) {
    this(folder, List.of(), Map.of("PATH", "/nowhere", "TOCO_FLAVOR", "cpu"));
  }

  SearchFixture with(Path... jars) {
    var all = new ArrayList<>(classPath);
    all.addAll(List.of(jars));
    return new SearchFixture(folder, all, environment);
  }

  SearchFixture with(String variable, Object value) {
    var variables = new HashMap<>(environment);
    variables.put(variable, value.toString());
    return new SearchFixture(folder, classPath, variables);
  }

  Path cache() {
    return folder.resolve(".cache/toco");
  }

  /// The folders of the cache without their hashes; hidden files too, but not the lock.
  TreeSet<String> cached() throws IOException {
    var names = new TreeSet<String>();
    if (Files.isDirectory(cache())) {
      try (var files = Files.list(cache())) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> !name.equals(".unpacking.lock"))
            .map(name -> name.replaceFirst("-[0-9a-f]{16}$", ""))
            .forEach(names::add);
      }
    }
    return names;
  }

  NativeOrigin locate() throws LibraryException {
    return locate(LINUX, Map.of());
  }

  NativeOrigin locate(Platform platform, Map<String, String> properties) throws LibraryException {
    var variables = new HashMap<>(environment);
    variables.putIfAbsent("HOME", folder.toString());
    try (var loader = loader()) {
      var files = new ClassPathFiles(List.of(loader));
      return new NativeSearch(variables, properties, files, platform).locate();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private URLClassLoader loader() {
    return new URLClassLoader(classPath.stream().map(SearchFixture::url).toArray(URL[]::new), null);
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new AssertionError(e);
    }
  }

  /// The error message, which is one line with these parts.
  String refused(Object... parts) {
    return said(assertThrows(LibraryException.class, this::locate), parts);
  }

  static String said(LibraryException problem, Object... parts) {
    var line = problem.line();
    assertEquals(1, line.lines().count(), line);
    Arrays.stream(parts).forEach(part -> assertTrue(line.contains(part.toString()), line));
    return line;
  }
}
