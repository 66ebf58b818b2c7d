package toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import toco.Markdown.Span;

/// Links, files and messages in the documentation exist. [DocumentedCodeTest] has the test of
/// classes and samples of code, `toco.cli` those of commands, options and keys, `toco.eval` those
/// of printed tables.
class DocsTest {
  static final List<Markdown> PAGES = Markdown.pages();

  /// The change log also has names of the past.
  static final List<Markdown> PRESENT =
      PAGES.stream().filter(page -> !page.file().endsWith("CHANGELOG.md")).toList();

  private static final String ROOTS = "bin|bindings|ci|configs|docs|examples|native|src";
  private static final Pattern FILE =
      Pattern.compile("(?<![\\w./$-])((?:" + ROOTS + ")/[\\w./*{},$-]*)");

  /// @param atLeast how much a test that finds what it looks for has checked
  static void check(List<String> problems, int checked, int atLeast) {
    assertEquals("", String.join("\n", problems));
    assertTrue(checked >= atLeast, "only %d found, of at least %d".formatted(checked, atLeast));
  }

  @Test
  void everyLinkLeadsSomewhere() {
    var problems = new ArrayList<String>();
    int links = 0;
    for (var page : PAGES) {
      var inside = page.links().stream().filter(link -> !link.text().matches("[a-z]+:.*")).toList();
      problems.addAll(page.problems(inside, target -> leads(page, target), "leads nowhere"));
      links += inside.size();
    }
    check(problems, links, 60);
  }

  private static boolean leads(Markdown page, String target) {
    var parts = target.split("#", 2);
    var folder = page.file().getParent() == null ? Path.of("") : page.file().getParent();
    var file = parts[0].isEmpty() ? page.file() : folder.resolve(parts[0]).normalize();
    if (!Files.exists(Markdown.HOME.resolve(file))) {
      return false;
    }
    return parts.length == 1 || Markdown.read(file).anchors().contains(parts[1]);
  }

  @Test
  void everyFileIsThere() {
    var problems = new ArrayList<String>();
    int files = 0;
    for (var page : PRESENT) {
      var named = new ArrayList<Span>();
      page.code().forEach(span -> addFiles(named, span));
      for (var block : page.blocks()) {
        var lines = block.text().split("\n");
        for (int i = 0; i < lines.length; i++) {
          addFiles(named, new Span(block.line() + i, lines[i]));
        }
      }
      problems.addAll(page.problems(named, DocsTest::exists, "no such file"));
      files += named.size();
    }
    check(problems, files, 80);
  }

  private static void addFiles(List<Span> named, Span span) {
    FILE.matcher(span.text())
        .results()
        .map(it -> it.group(1).replaceAll("[.,]+$", ""))
        .forEach(file -> named.add(new Span(span.line(), file)));
  }

  private static boolean exists(String name) {
    if (name.contains("/target/")) { // built by the commands of the page
      return true;
    }
    if (!name.contains("*") && !name.contains("{")) {
      return Files.exists(Markdown.HOME.resolve(name));
    }
    var folder = Markdown.HOME.resolve(name.substring(0, name.lastIndexOf('/')));
    var pattern = name.substring(name.lastIndexOf('/') + 1);
    var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    try (var files = Files.list(folder)) {
      return files.anyMatch(file -> matcher.matches(file.getFileName()));
    } catch (IOException e) {
      return false;
    }
  }

  /// The list of packages in the README is that of the layering, in its order.
  @Test
  void theReadmeListsAllPackagesInTheirOrder() {
    var block =
        Markdown.read(Path.of("README.md")).blocks().stream()
            .filter(it -> it.text().contains("src/main/java/toco/"))
            .findFirst()
            .orElseThrow();
    var listed =
        block
            .text()
            .lines()
            .dropWhile(line -> !line.startsWith("src/main/java/toco/"))
            .skip(1)
            .takeWhile(line -> line.startsWith("  "))
            .filter(line -> line.matches("  [a-z].*"))
            .map(line -> line.strip().split(" {2,}")[0])
            .flatMap(names -> Arrays.stream(names.split("[, ]+")))
            .toList();
    assertEquals(ArchitectureTest.ORDER, listed);
  }

  /// A message that the documentation quotes is one of the program's: its words occur in a string
  /// of the sources, its numbers and names apart.
  @Test
  void everyQuotedMessageIsOneOfTheProgram() {
    var strings = SourceStrings.read(Markdown.HOME);
    var page = Markdown.read(Path.of("docs/DISTRIBUTED.md"));
    var quoted = page.code().stream().filter(span -> span.text().split(" ").length >= 5).toList();
    var messages =
        quoted.stream().filter(span -> !span.text().matches("(bin/)?toco .*|#.*")).toList();
    check(page.problems(messages, strings::contain, "nothing says this"), messages.size(), 8);
    assertFalse(strings.contain("rank 3 of 4 did not turn up in good time at all"));
  }

  /// The first screen says what this is, how to install and run it, and shows it.
  @Test
  void theFirstScreenHasInstallRunAndPicture() throws IOException {
    var screen =
        Files.readAllLines(Markdown.HOME.resolve("README.md")).stream()
            .limit(40)
            .collect(Collectors.joining("\n"));
    for (var needed : List.of("apt-get install", "JDK 25", "bin/toco demo", "docs/demo.png")) {
      assertTrue(screen.contains(needed), needed);
    }
  }

  @Test
  void mistakesAreFound() {
    var readme = Markdown.read(Path.of("README.md"));
    assertTrue(leads(readme, "docs/METHOD.md#evaluation"));
    assertFalse(leads(readme, "docs/METHODS.md"));
    assertFalse(leads(readme, "docs/METHOD.md#no-such-heading"));
    assertTrue(exists("src/main/java/toco/*") && exists("configs/{voc,coco}_*.yaml"));
    assertFalse(exists("configs/voc_swin.yaml") || exists("configs/swin_*.yaml"));
  }
}
