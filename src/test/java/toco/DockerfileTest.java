package toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Docker is on few machines, so this holds what can be read off: that the image has what the
/// checkout has, and the packages that the README names.
class DockerfileTest {
  private final List<String> instructions = instructions(read("Dockerfile"));

  private static String read(String file) {
    try {
      return Files.readString(Markdown.HOME.resolve(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// One line each, without comments.
  private static List<String> instructions(String text) {
    return text.replaceAll("(?m)^#.*\n", "")
        .replace("\\\n", " ")
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> line.strip().replaceAll(" +", " "))
        .toList();
  }

  private List<String> of(String name) {
    return instructions.stream()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.substring(name.length() + 1))
        .toList();
  }

  private static List<String> words(String text) {
    return Arrays.asList(text.split(" "));
  }

  /// What the first stage copies is in the checkout, in the build context, and all that bin/toco
  /// compares with what was built.
  @Test
  void theBuildCopiesWhatTheCheckoutHas() {
    var copied = new TreeSet<String>();
    for (var copy : of("COPY")) {
      if (!copy.startsWith("--from")) {
        copied.addAll(words(copy).subList(0, words(copy).size() - 1));
      }
    }
    for (var path : copied) {
      assertTrue(Files.exists(Markdown.HOME.resolve(path)), path);
    }
    var allowed =
        read(".dockerignore")
            .lines()
            .filter(line -> line.startsWith("!"))
            .map(line -> line.substring(1))
            .collect(Collectors.toCollection(TreeSet::new));
    copied.removeIf(path -> path.startsWith("native/"));
    assertEquals(allowed, copied);
    var sources = Pattern.compile("java_sources=\\(([^)]*)\\)").matcher(read("bin/toco"));
    assertTrue(sources.find());
    for (var source : words(sources.group(1).replaceAll("\\s+", " "))) {
      assertTrue(
          source.startsWith("\"") || copied.stream().anyMatch((source + "/")::startsWith), source);
    }
  }

  /// The packages to build with are those of the README, and a JDK.
  @Test
  void theBuildInstallsWhatTheReadmeNames() {
    var readme = read("README.md").lines().filter(line -> line.contains("apt-get install"));
    var named = packages(readme.findFirst().orElseThrow());
    named.add("openjdk-25-jdk-headless");
    assertEquals(named, packages(of("RUN").getFirst()));
  }

  private static Set<String> packages(String command) {
    var install = command.substring(command.indexOf("install ") + "install ".length());
    return words(install.replaceAll("&&.*", "").strip()).stream()
        .filter(word -> !word.startsWith("--"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theImageRunsTocoAsAUserWhoOwnsNothing() {
    assertEquals(List.of("[\"toco\"]"), of("ENTRYPOINT"));
    assertEquals(List.of("toco"), of("USER"));
    assertEquals(2, of("FROM").size());
    assertFalse(read("Dockerfile").contains("://"), "names no host");
  }
}
