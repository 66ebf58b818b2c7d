package toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The group and version of the artifacts are in `pom.xml`, and wherever else they are named they
/// are the same. `ci/release.sh` checks the artifacts themselves.
class CoordinatesTest {
  private static final String GROUP = ProjectFile.BUILD.text("groupId");
  private static final String VERSION = ProjectFile.BUILD.text("version");

  /// `<groupId>…</groupId> <artifactId>toco…</artifactId> <version>…</version>`, of Maven.
  private static final Pattern XML =
      Pattern.compile(
          "<groupId>([^<]*)</groupId>\\s*<artifactId>toco(?:-bridge)?</artifactId>"
              + "(?:\\s*<version>([^<]*)</version>)?");

  /// `group:toco-bridge:version`, of Gradle.
  private static final Pattern COLONS =
      Pattern.compile("(?<![\\w.-])([a-z][\\w.-]*):toco(?:-bridge)?(?![\\w.-])(?::([\\w.-]+))?");

  @Test
  void whereverTheArtifactsAreNamedTheyAreThoseOfThisBuild() throws IOException {
    var wrong = new ArrayList<String>();
    int found = 0;
    for (var folder : List.of("README.md", "docs", "examples", "ci")) {
      try (var files = Files.walk(Markdown.HOME.resolve(folder))) {
        for (var file : files.filter(CoordinatesTest::isOurs).toList()) {
          var names = coordinates(Files.readString(file)).toList();
          found += names.size();
          for (var name : names) {
            if (!name.group(1).equals(GROUP)
                || name.group(2) != null && !name.group(2).equals(VERSION)) {
              wrong.add(file + ": " + name.group());
            }
          }
        }
      }
    }
    assertEquals(List.of(), wrong, "not %s, version %s, of pom.xml".formatted(GROUP, VERSION));
    assertTrue(found >= 8, "found " + found);
  }

  private static boolean isOurs(Path file) {
    var name = file.toString();
    return name.matches(".*\\.(md|xml|sh)") && !name.contains("/target/");
  }

  private static Stream<MatchResult> coordinates(String text) {
    return Stream.of(XML, COLONS).flatMap(form -> form.matcher(text).results());
  }

  @Test
  void coordinatesOfAnyFormAreFound() {
    var text =
        """
        <dependency>
          <groupId>a.b</groupId>
          <artifactId>toco</artifactId>
          <version>1</version>
        </dependency>
        implementation("a.b-c:toco-bridge:2"), a:toco and b:toco-other
        """;
    var found = coordinates(text).map(it -> it.group(1) + " " + it.group(2)).toList();
    assertEquals(List.of("a.b 1", "a.b-c 2", "a null"), found);
  }

  /// A namespace that Maven Central gives to projects without a domain.
  @Test
  void theGroupIsANameInReverse() {
    assertTrue(GROUP.matches("[a-z]+(\\.[a-z0-9-]+)+"), GROUP);
  }

  /// The build has one list of dependencies; what is published has one per artifact.
  @Test
  void publishedDependenciesAreThoseOfTheBuild() {
    var toco = new ArrayList<>(ProjectFile.read("src/toco/pom.xml").dependencies());
    assertTrue(toco.remove("${project.groupId}:toco-bridge:${project.version}"), toco::toString);
    assertEquals(ProjectFile.BUILD.dependencies(), toco);
    assertTrue(toco.containsAll(ofOthers(ProjectFile.read("src/bridge/pom.xml"))));
  }

  private static List<String> ofOthers(ProjectFile file) {
    return file.dependencies().stream()
        .filter(it -> !it.startsWith("${project.groupId}:"))
        .toList();
  }
}
