package toco.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import toco.bench.CheckSection;
import toco.bench.CheckSection.Format;
import toco.bench.CheckSizes;
import toco.config.Overrides;
import toco.host.Program;

/// The sections of `bench gpu`: commands of this program, and Java with tests.
///
/// @param device as `train.device` has it
/// @param data the demo's data set
/// @param golden folders of golden cases
/// @param tests files of arguments of Java that run tests
/// @param folder of the results
record GpuSections(
    String device,
    @Nullable String card,
    CheckSizes sizes,
    boolean tiny,
    Path data,
    List<Path> golden,
    List<Path> tests,
    Path folder) {
  private static final int MAX_NUMBER = 1000;

  /// The sections in their order, each with its share of the time.
  enum Name {
    TESTS(100),
    PARITY(50),
    STEPS(170),
    TRACE(40),
    LOADER(50),
    DEMO(90);

    final double weight;

    Name(double weight) {
      this.weight = weight;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Those of these names that there is something to run for.
  List<CheckSection> all(Collection<Name> names) {
    var sections = new ArrayList<CheckSection>();
    for (var name : Name.values()) {
      var commands = names.contains(name) ? commands(name) : List.<List<String>>of();
      if (!commands.isEmpty()) {
        var format = name == Name.TESTS ? Format.TEST_FEED : Format.JSON_LINES;
        sections.add(new CheckSection(name.toString(), name.weight, commands, format));
      }
    }
    return sections;
  }

  private List<List<String>> commands(Name name) {
    return switch (name) {
      case TESTS -> tests.stream().map(GpuSections::tests).toList();
      case PARITY ->
          golden.stream()
              .map(cases ->
                  toco("parity", cases, "--device", device, "--skip-unsupported", "--json"))
              .toList();
      case STEPS, TRACE, LOADER -> List.of(section(name));
      case DEMO -> List.of(demo());
    };
  }

  private static List<String> tests(Path arguments) {
    var line = Program.java();
    line.add("@" + arguments);
    return line;
  }

  private List<String> section(Name name) {
    var line =
        toco("bench", "gpu-section", name, "--data", data, "--out", folder, "--set", ofDevice());
    if (card != null) {
      line.addAll(List.of("--card", card));
    }
    if (tiny) {
      line.add("--tiny");
    }
    return line;
  }

  private List<String> demo() {
    var line = toco("demo", "--dir", folder.resolve("demo"), "--json", "--set", ofDevice());
    for (var setting : Overrides.of("data.root", data).plus(sizes.demo()).settings()) {
      line.addAll(List.of("--set", setting.key() + "=" + setting.value()));
    }
    return line;
  }

  private String ofDevice() {
    return "train.device=" + device;
  }

  private static List<String> toco(Object... arguments) {
    var line = Program.command(Main.class);
    for (var argument : arguments) {
      line.add(argument.toString());
    }
    return line;
  }

  /// The folder itself, or with the first number appended that is free.
  static Path firstFree(Path wanted) {
    for (int number = 1; number < MAX_NUMBER; number++) {
      var folder =
          number == 1 ? wanted : wanted.resolveSibling(wanted.getFileName() + "-" + number);
      if (!Files.exists(folder)) {
        return folder;
      }
    }
    throw new IllegalArgumentException(
        "%s and %s numbered folders next to it are in use; delete some or name another with --out"
            .formatted(wanted, MAX_NUMBER));
  }
}
