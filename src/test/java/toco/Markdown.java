package toco;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A page of documentation, split into what the tests compare with the program.
///
/// @param file relative to the project's folder
/// @param prose the page with every code block blanked out, so that offsets still count lines
/// @param blocks its fenced code blocks, in order
public record Markdown(Path file, String prose, List<Block> blocks) {
  private static final Pattern FENCE = Pattern.compile("\\s*```(\\w*)\\s*");
  private static final Pattern CODE = Pattern.compile("(?<!`)`([^`]+)`(?!`)");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]\\[]*]\\(([^()\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");

  /// The project's folder.
  public static final Path HOME = Path.of(System.getProperty("toco.home", "."));

  /// A piece of a page.
  ///
  /// @param line from 1
  public record Span(int line, String text) {}

  /// A fenced code block.
  ///
  /// @param language the word after the fence, or empty
  /// @param line of its first line of text, from 1
  public record Block(String language, int line, String text) {}

  /// All pages: those of the project's folder, of `docs` and of `examples`.
  public static List<Markdown> pages() {
    var pages = new ArrayList<Markdown>();
    for (var folder : List.of("", "docs", "examples")) {
      try (var files = Files.list(HOME.resolve(folder))) {
        files
            .filter(file -> file.toString().endsWith(".md"))
            .sorted()
            .forEach(file -> pages.add(read(HOME.relativize(file))));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return pages;
  }

  /// @param file relative to the project's folder
  public static Markdown read(Path file) {
    try {
      return parse(file, Files.readAllLines(HOME.resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Markdown parse(Path file, List<String> lines) {
    var prose = new StringBuilder();
    var blocks = new ArrayList<Block>();
    var block = new StringBuilder();
    String language = null;
    int start = 0;
    for (int i = 0; i < lines.size(); i++) {
      var fence = FENCE.matcher(lines.get(i));
      if (fence.matches() && language == null) {
        language = fence.group(1);
        start = i + 2;
        block.setLength(0);
      } else if (fence.matches()) {
        blocks.add(new Block(language, start, block.toString()));
        language = null;
      } else {
        (language == null ? prose : block).append(lines.get(i));
        (language == null ? new StringBuilder() : block).append('\n');
      }
      prose.append('\n');
    }
    return new Markdown(file, prose.toString(), List.copyOf(blocks));
  }

  /// The blocks in one of these languages.
  public List<Block> blocksIn(String... languages) {
    return blocks.stream().filter(block -> List.of(languages).contains(block.language())).toList();
  }

  /// Everything in backticks outside code blocks, line breaks made spaces.
  public List<Span> code() {
    return matches(CODE, prose)
        .map(it -> new Span(it.line(), it.text().replace('\n', ' ')))
        .toList();
  }

  /// The targets of all links and pictures.
  public List<Span> links() {
    return matches(LINK, CODE.matcher(prose).replaceAll(it -> "x".repeat(it.group().length())))
        .toList();
  }

  private static Stream<Span> matches(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(it -> {
          long breaks = text.substring(0, it.start()).chars().filter(c -> c == '\n').count();
          return new Span((int) breaks + 1, it.group(1));
        });
  }

  /// The anchors of the page's headings, as GitHub makes them.
  public List<String> anchors() {
    return matches(HEADING, prose)
        .map(it -> it.text().strip().toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N}\\s_-]", "").replace(' ', '-'))
        .toList();
  }

  /// Collects `file:line: problem` for every span that a test does not accept.
  ///
  /// @return one line per problem, in the pages' order; empty if all is well
  public List<String> problems(List<Span> spans, Predicate<String> holds, String what) {
    var problems = new TreeSet<String>();
    for (var span : spans) {
      if (!holds.test(span.text())) {
        problems.add("%s:%03d: %s: %s".formatted(file, span.line(), what, span.text()));
      }
    }
    return List.copyOf(problems);
  }
}
