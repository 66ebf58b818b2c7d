package toco.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;
import toco.annotation.CocoShape;
import toco.annotation.LabelFormat;
import toco.bench.Cluster;
import toco.config.Protocol;
import toco.config.RecipeName;
import toco.config.Split;
import toco.config.SyntheticConfig;
import toco.distributed.Launch;
import toco.files.UserPath;
import toco.infer.LabelChoice;
import toco.infer.MapSource;
import toco.infer.Refinement;
import toco.infer.VocTestArchive;
import toco.prepare.Preparation;
import toco.torch.DType;

/// The `toco` command. Results go to stdout, progress and errors to stderr; the exit status is 0
/// for success, 1 for failure, 2 for wrong usage, 3 for success without some images, 130 for a
/// training that was stopped and saved, 141 if nobody reads the results.
@Command(
    name = "toco",
    header = "Token-contrast weakly-supervised semantic segmentation on the JVM.",
    description = "Learns to segment images from image-level labels, on LibTorch.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nYour own programs:%n",
    footer = {
      "  bin/toco java YourProgram.java ... and bin/toco jshell run the JDK's java and jshell with"
          + " ToCo on",
      "  the class path and LibTorch set up; see examples/.",
      "",
      "LibTorch:",
      "  Found through --libtorch DIR (read by bin/toco, before or after the command) or LIBTORCH,"
          + " or",
      "  in Python's torch with TOCO_PYTHON_TORCH=1, or in the cache, where it is installed",
      "  on first use. Options of the JVM: TOCO_JAVA_OPTS."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:success",
      "1:failure, with one line on stderr that names the problem and the remedy",
      "2:wrong usage",
      "3:finished, but some images could not be read or scored; they were named",
      "130:stopped by Ctrl-C; the run is saved and can be resumed",
      "141:ended early, because the program that reads the results ended, as in toco … | head"
    })
public final class Main {
  private final Console console;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error; the same as TOCO_STACKTRACE=1.")
  boolean stacktrace;

  Main(Console console) {
    this.console = console;
  }

  public static void main(String[] args) {
    var console = Console.ofProcess();
    console.stop().register();
    if (System.getenv(Launch.LAUNCHED) != null) {
      Thread.ofPlatform().daemon().name("launcher").start(() -> endWithLauncher(console));
    }
    System.exit(run(console, args));
  }

  /// The launcher holds the other end of this process's standard input, so its end means that the
  /// launcher is gone.
  private static void endWithLauncher(Console console) {
    try {
      while (System.in.read() >= 0) {
        // nothing is ever written to it
      }
    } catch (IOException e) {
      // treated like its end
    }
    console.err().println("toco: the launcher has ended; ending too");
    console.err().flush();
    System.exit(ExitStatus.FAILURE); // a training saves first
  }

  /// Runs a command and returns its exit status.
  static int run(Console console, String... args) {
    var main = new Main(console);
    try {
      if (List.of(args).equals(List.of("--version"))) { // without picocli, in half the time
        console.print(String.join("\n", new Version().getVersion()) + "\n");
        console.out().requireWritten();
        return ExitStatus.SUCCESS;
      }
      var commandLine = main.commandLine(args);
      if (args.length == 0) {
        commandLine.usage(console.err());
        return ExitStatus.USAGE;
      }
      var undecoded = RawArguments.problem(args);
      if (undecoded.isPresent()) {
        main.printError(undecoded.get());
        return ExitStatus.USAGE;
      }
      int status = commandLine.execute(args);
      console.out().requireWritten();
      return status;
    } catch (Throwable e) { // errors of the JVM, which picocli does not catch; lost results
      return main.report(e);
    } finally {
      console.out().flush();
      console.err().flush();
      console.stop().programEnded();
    }
  }

  /// The command line with all commands.
  CommandLine commandLine() {
    var root = new CommandLine(this);
    Commands.addTo(root, console);
    return configured(root);
  }

  private CommandLine commandLine(String... args) {
    var root = new CommandLine(this);
    Commands.addTo(root, console, List.of(args));
    return configured(root);
  }

  private CommandLine configured(CommandLine root) {
    root.registerConverter(Path.class, Main::path);
    choices(root, Protocol.Name.class);
    choices(root, Split.class);
    choices(root, DType.class);
    choices(root, SyntheticConfig.Variant.class);
    choices(root, CrfOptions.Preset.class);
    choices(root, Cluster.class);
    choices(root, LabelChoice.class);
    choices(root, MapSource.class);
    choices(root, Refinement.class);
    choices(root, VocTestArchive.Competition.class);
    choices(root, LabelFormat.class);
    choices(root, CocoShape.class);
    choices(root, Preparation.class);
    choices(root, RecipeName.class);
    choices(root, ExportFormat.class);
    choices(root, DemoCommand.Compared.class);
    choices(root, CompletionCommand.Shell.class);
    choices(root, GpuSections.Name.class);
    choices(root, BenchGpuSectionCommand.Measured.class);
    return root.setOut(console.out())
        .setErr(console.err())
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler(this::reportUsage)
        .setExecutionExceptionHandler((e, _, _) ->
            e instanceof ResultsLostException ? ExitStatus.FAILURE : report(e)); // run reports it
  }

  /// No shell replaces the `~` in `--out=~/results`.
  private static Path path(String text) {
    try {
      return UserPath.of(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  private static <E extends Enum<E>> void choices(CommandLine root, Class<E> values) {
    root.registerConverter(values, new Choice<>(values));
  }

  private int reportUsage(ParameterException e, String[] args) {
    var command = e.getCommandLine().getCommandSpec().qualifiedName();
    var message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    var suggestions =
        e instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.<String>of();
    var hint =
        suggestions.isEmpty() ? "" : "; did you mean '%s'?".formatted(suggestions.getFirst());
    printError("%s%s; see %s --help".formatted(message, hint, command));
    return ExitStatus.USAGE;
  }

  private int report(Throwable e) {
    if (e instanceof ResultsLostException lost && lost.readerEnded()) {
      return ExitStatus.READER_ENDED;
    }
    printError(ErrorLine.of(e));
    if (stacktrace || "1".equals(System.getenv("TOCO_STACKTRACE"))) {
      e.printStackTrace(console.err());
    }
    console.err().flush();
    return ExitStatus.FAILURE;
  }

  private void printError(String message) {
    if (console.rewritesLines()) {
      console.err().print("\r\033[K"); // the rest of a progress line
    }
    console.err().println("toco: error: " + message);
    console.err().flush();
  }
}
