package toco.cli;

import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;

/// The commands, in the order of the help. picocli reads their annotations by reflection, which for
/// all of them takes longer than many of them run, so a start builds only those that it may use.
final class Commands {
  /// @param type has the command's [Command] annotation
  /// @param build creates the command, or its command line with sub-commands
  private record Entry(Class<?> type, Function<Console, Object> build) {
    Command annotation() {
      return type.getAnnotation(Command.class);
    }

    String name() {
      return annotation().name();
    }
  }

  private static final List<Entry> ALL =
      List.of(
          new Entry(DemoCommand.class, DemoCommand::new),
          new Entry(TrainCommand.class, TrainCommand::new),
          new Entry(LaunchCommand.class, LaunchCommand::new),
          new Entry(EvalCommand.class, EvalCommand::commandLine),
          new Entry(ReproduceCommand.class, ReproduceCommand::new),
          new Entry(ReportCommand.class, ReportCommand::new),
          new Entry(TrackCommand.class, TrackCommand::new),
          new Entry(ServeCommand.class, ServeCommand::new),
          new Entry(CrfCommand.class, CrfCommand::new),
          new Entry(InferCommand.class, InferCommand::commandLine),
          new Entry(PseudoLabelsCommand.class, PseudoLabelsCommand::new),
          new Entry(SubmitCommand.class, SubmitCommand::commandLine),
          new Entry(ParityCommand.class, ParityCommand::new),
          new Entry(CheckpointCommand.class, CheckpointCommand::commandLine),
          new Entry(ExportCommand.class, ExportCommand::new),
          new Entry(WeightsCommand.class, WeightsCommand::commandLine),
          new Entry(DataCommand.class, DataCommand::commandLine),
          new Entry(BenchCommand.class, BenchCommand::commandLine),
          new Entry(ConfigCommand.class, ConfigCommand::new),
          new Entry(DoctorCommand.class, DoctorCommand::new),
          new Entry(CompletionCommand.class, CompletionCommand::new),
          new Entry(HelpCommand.class, _ -> new HelpCommand()));

  private Commands() {}

  /// Adds all commands to the root.
  static void addTo(CommandLine root, Console console) {
    ALL.forEach(entry -> root.addSubcommand(entry.name(), entry.build().apply(console)));
  }

  /// Adds the commands that these arguments may use: the one that they begin with, or else all of
  /// them, of which those that are not named have only a name and a header, for the root's help and
  /// for suggestions. An argument file (`@FILE`) may name any.
  static void addTo(CommandLine root, Console console, List<String> args) {
    if (args.stream().anyMatch(arg -> arg.startsWith("@"))) {
      addTo(root, console);
      return;
    }
    boolean isHelp = args.isEmpty() || args.getFirst().equals("help");
    for (var entry : ALL) {
      if (!isHelp && entry.name().equals(args.getFirst())) {
        root.addSubcommand(entry.name(), entry.build().apply(console));
        return;
      }
    }
    for (var entry : ALL) {
      boolean isNamed = args.contains(entry.name());
      root.addSubcommand(
          entry.name(), isNamed ? entry.build().apply(console) : listed(entry.annotation()));
    }
  }

  private static CommandSpec listed(Command annotation) {
    var spec = CommandSpec.create().name(annotation.name());
    spec.usageMessage().header(annotation.header());
    return spec;
  }
}
