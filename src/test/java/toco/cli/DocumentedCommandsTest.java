package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import toco.Markdown;
import toco.Markdown.Block;
import toco.config.Config;
import toco.config.ConfigException;

/// What the documentation says of commands, options and configuration keys is what the program
/// takes: every command line is parsed by the program's own parser, every key looked up in its own
/// list.
class DocumentedCommandsTest {
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z0-9-]*");

  /// Of other programs: JDK, Maven, torchrun and Slurm. `--libtorch` is read by `bin/toco` itself.
  private static final Set<String> OTHER_OPTIONS =
      Set.of(
          "--enable-native-access",
          "--illegal-native-access",
          "--sun-misc-unsafe-memory-access",
          "--add-modules",
          "--add-options",
          "--launcher",
          "--no-python",
          "--gres",
          "--fix",
          "--find",
          "--libtorch",
          "--sanitize",
          "--tests",
          "--help");

  private static final Set<String> KEYS =
      Config.describe()
          .lines()
          .filter(line -> !line.startsWith("with "))
          .map(line -> line.split(" ")[0])
          .collect(Collectors.toCollection(LinkedHashSet::new));

  /// The key that CONTRIBUTING.md adds as an example.
  private static final String EXAMPLE_KEY = "optim.eps";

  private static final Pattern KEY =
      Pattern.compile(
          "((?:model|data|augment|train|optim|loss|cam|eval|distributed|run)\\.[A-Za-z.]+)"
              + "(\\*?)(?:[=:].*)?");

  private static final Pattern FILE_NAME = Pattern.compile(".*\\.(jsonl?|yaml|html|md|txt|ts)");

  private static CommandLine commands() {
    var silent = new PrintWriter(Writer.nullWriter());
    return new Main(new Console(new ResultOutput(silent), silent, false, new StopSignal()))
        .commandLine();
  }

  @Test
  void everyCommandLineParses() {
    var problems = new ArrayList<String>();
    int parsed = 0;
    for (var page : Markdown.pages()) {
      for (var block : page.blocksIn("bash", "sh")) {
        for (var line : ShellLines.tocoCommands(block.text())) {
          parse(line, false).ifPresent(why -> problems.add(at(page, block) + why));
          parsed++;
        }
      }
      for (var span : page.code()) {
        if (span.text().matches("(bin/)?toco .*")) {
          for (var line : ShellLines.tocoCommands(span.text())) {
            parse(withoutPlaceholders(line), true)
                .ifPresent(why -> problems.add(page.file() + ":" + span.line() + ": " + why));
            parsed++;
          }
        }
      }
    }
    assertEquals("", String.join("\n", problems));
    assertTrue(parsed > 60, "only " + parsed + " command lines found");
  }

  /// `toco train CONFIG …` and `--workers N` name commands, not whole command lines.
  private static List<String> withoutPlaceholders(List<String> line) {
    return line.stream()
        .filter(word -> !word.equals("…"))
        .map(word -> word.equals("N") ? "1" : word)
        .toList();
  }

  private static String at(Markdown page, Block block) {
    return "%s: block at line %d: ".formatted(page.file(), block.line());
  }

  /// @param mentioned whether the line only names a command, so that required parts may be missing
  private static Optional<String> parse(List<String> line, boolean mentioned) {
    if (line.isEmpty() || List.of("java", "jshell", "…").contains(line.getFirst())) {
      return Optional.empty(); // bin/toco's own
    }
    int separator = line.indexOf("--");
    if (separator >= 0) {
      var inner = parse(line.subList(separator + 1, line.size()), mentioned);
      if (inner.isPresent()) {
        return inner;
      }
    }
    try {
      commands().parseArgs(line.toArray(String[]::new));
      return mentioned ? Optional.empty() : settings(line);
    } catch (MissingParameterException e) {
      return mentioned ? Optional.empty() : why(line, e);
    } catch (ParameterException | ConfigException e) {
      return why(line, e);
    }
  }

  private static Optional<String> why(List<String> line, RuntimeException e) {
    return Optional.of("toco " + String.join(" ", line) + ": " + e.getMessage());
  }

  /// Reads the configuration that the line names, with its `--set`, or sets the defaults' keys.
  private static Optional<String> settings(List<String> line) {
    var set = new ArrayList<String>();
    for (int i = 0; i + 1 < line.size(); i++) {
      if (line.get(i).equals("--set")) {
        set.add(line.get(i + 1));
      }
    }
    for (var override : set) {
      var key = override.substring(0, Math.max(0, override.indexOf('=')));
      if (!KEYS.contains(key)) {
        return Optional.of("--set " + override + " sets no key of the configuration");
      }
    }
    for (var word : line) {
      var file = Markdown.HOME.resolve(word);
      if (word.endsWith(".yaml") && Files.exists(file)) {
        var config = Config.load(file, set);
        assertTrue(config.train().maxIters() > 0);
      }
    }
    return Optional.empty();
  }

  /// An option that a page names alone belongs to one of the commands that the page names.
  @Test
  void everyOptionBelongsToACommandOfThePage() {
    var problems = new ArrayList<String>();
    for (var page : Markdown.pages()) {
      var known = new LinkedHashSet<>(OTHER_OPTIONS);
      for (var path : commandsNamedOn(page)) {
        var command = commands();
        for (var name : path) {
          command = command.getSubcommands().get(name);
        }
        for (var option : command.getCommandSpec().options()) {
          known.addAll(Arrays.asList(option.names()));
        }
      }
      var named =
          page.code().stream()
              .filter(
                  span -> !span.text().matches("(bin/)?toco .*|(mvn|torchrun|git|srun|docker) .*"))
              .toList();
      problems.addAll(
          page.problems(
              named,
              text -> OPTION.matcher(text).results().allMatch(it -> known.contains(it.group())),
              "no command of this page has this option"));
    }
    assertEquals("", String.join("\n", problems));
  }

  private static Set<List<String>> commandsNamedOn(Markdown page) {
    var text = new StringBuilder(page.prose());
    page.blocks().forEach(block -> text.append('\n').append(block.text()));
    var named = new LinkedHashSet<List<String>>();
    for (var path : commandPaths(commands(), List.of())) {
      if (Pattern.compile("(toco|--|`) ?" + String.join(" ", path) + "\\b").matcher(text).find()) {
        named.add(path);
      }
    }
    return named;
  }

  private static List<List<String>> commandPaths(CommandLine command, List<String> path) {
    var paths = new ArrayList<List<String>>();
    command
        .getSubcommands()
        .forEach((name, sub) -> {
          var longer = new ArrayList<>(path);
          longer.add(name);
          paths.add(longer);
          paths.addAll(commandPaths(sub, longer));
        });
    return paths;
  }

  @Test
  void everyKeyIsOneOfTheConfiguration() {
    var problems = new ArrayList<String>();
    int keys = 0;
    for (var page : Markdown.pages()) {
      var named =
          page.code().stream()
              .filter(span -> KEY.matcher(span.text()).matches())
              .filter(span -> !FILE_NAME.matcher(span.text()).matches())
              .toList();
      keys += named.size();
      problems.addAll(page.problems(named, DocumentedCommandsTest::isKeyOrSection, "no such key"));
    }
    assertEquals("", String.join("\n", problems));
    assertTrue(keys > 50, "only " + keys + " keys found");
  }

  private static boolean isKeyOrSection(String text) {
    var key = KEY.matcher(text);
    assertTrue(key.matches());
    var name = key.group(1);
    if (name.equals(EXAMPLE_KEY)) {
      return true;
    }
    return key.group(2).isEmpty()
        ? KEYS.contains(name) || KEYS.stream().anyMatch(it -> it.startsWith(name + "."))
        : KEYS.stream().anyMatch(it -> it.startsWith(name));
  }

  /// A YAML block is a configuration, or a part of one.
  @Test
  void everyYamlBlockIsAConfiguration() {
    var problems = new ArrayList<String>();
    int blocks = 0;
    for (var page : Markdown.pages()) {
      for (var block : page.blocksIn("yaml")) {
        try {
          Config.parse(block.text(), page.file() + ":" + block.line(), List.of());
        } catch (ConfigException e) {
          problems.add(at(page, block) + e.getMessage());
        }
        blocks++;
      }
    }
    assertEquals("", String.join("\n", problems));
    assertTrue(blocks >= 3, "only " + blocks + " blocks of YAML found");
  }

  /// The tests above find what they look for.
  @Test
  void mistakesAreFound() {
    assertTrue(parse(List.of("trian", "c.yaml"), true).isPresent());
    assertTrue(parse(List.of("train", "c.yaml", "--chekpoint", "f"), true).isPresent());
    assertTrue(parse(List.of("eval", "c.yaml"), false).isEmpty());
    assertTrue(parse(List.of("infer", "cam", "c.yaml"), false).isPresent());
    assertTrue(parse(List.of("train", "c.yaml", "--set", "train.maxIter=3"), false).isPresent());
    assertTrue(parse(List.of("launch", "--nproc", "2", "--", "train", "--foo"), false).isPresent());
    assertTrue(isKeyOrSection("eval.crf.*") && isKeyOrSection("data.synthetic"));
    assertTrue(!isKeyOrSection("train.lr") && !isKeyOrSection("eval.crfs.*"));
    assertEquals(
        List.of(
            List.of("infer", "seg", "r/c.yaml", "--out", "two words"),
            List.of("launch", "--nproc", "8", "--", "train", "c.yaml")),
        ShellLines.tocoCommands(
            """
            run=r   # a comment with bin/toco in it
            bin/toco infer seg $run/c.yaml \\
              --out 'two words' >log 2>&1
            srun bash -c 'exec bin/toco launch --nproc 8 -- train c.yaml' && echo done
            """));
  }
}
