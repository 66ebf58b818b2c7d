package toco.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.distributed.Launch;
import toco.distributed.LaunchPlan;
import toco.host.Program;

@Command(
    name = "launch",
    header = "Trains or evaluates on several processes.",
    description = {
      "Starts the processes of this host with the same environment variables as torchrun (RANK,"
          + " WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT …) and waits for them. On a host"
          + " with GPUs use one process per GPU; without GPUs the processes share the cores.",
      "Rank 0 prints what a single process would; lines of other ranks start with their rank.",
      "If a process fails, all processes end, and each prints the cause. With --max-restarts all"
          + " are started again, and a training resumes from its last checkpoint.",
      "On several hosts run this command on each, with the same --nproc and --max-restarts; or let"
          + " Slurm, Kubernetes or torchrun start toco train: see docs/DISTRIBUTED.md."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco launch --nproc 2 -- train configs/voc_deit_b.yaml --set data.root=VOCdevkit/VOC2012",
      "  toco launch --nproc 4 --max-restarts 3 -- train configs/demo.yaml --set loss.scope=global",
      "  toco launch --nproc 8 --nnodes 2 --node-rank 1 --master-addr gpu0 -- train"
          + " configs/voc_deit_b.yaml",
      "  toco launch --nproc 4 -- eval configs/voc_deit_b.yaml --checkpoint toco_voc.pth"
    })
final class LaunchCommand implements Callable<Integer> {
  private static final Set<String> COMMANDS = Set.of("train", "eval");

  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Option(
      names = "--nproc",
      required = true,
      paramLabel = "N",
      description = "Processes on this host.")
  int processes;

  @Option(
      names = "--max-restarts",
      paramLabel = "N",
      description = "How often to restart all processes after a failure (default: 0).")
  int maxRestarts;

  @Option(names = "--nnodes", paramLabel = "N", description = "Number of hosts (default: 1).")
  int nodes = 1;

  @Option(
      names = "--node-rank",
      paramLabel = "I",
      description = "Rank of this host, from 0 (default: 0).")
  int nodeRank;

  @Option(
      names = "--master-addr",
      paramLabel = "HOST",
      description = "Name or address of host 0; required with several hosts.")
  @Nullable String masterAddress;

  @Option(
      names = "--master-port",
      paramLabel = "PORT",
      description = "A free port of host 0 (default: any on a single host, else 29500).")
  @Nullable Integer masterPort;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      description =
          "Seconds that a process waits for the others before it fails (default:"
              + " TOCO_TIMEOUT_SECONDS, or 600).")
  @Nullable Integer timeoutSeconds;

  @Option(
      names = "--grace",
      paramLabel = "S",
      description =
          "Seconds that the other processes get to end by themselves after one has failed (default:"
              + " 15).")
  int graceSeconds = 15;

  @Parameters(
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "train or eval with its arguments, after --.")
  List<String> command = List.of();

  LaunchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    if (!COMMANDS.contains(command.getFirst())) {
      throw new ParameterException(
          spec.commandLine(), "launch runs train or eval, got '%s'".formatted(command.getFirst()));
    }
    var launch = new Launch(plan(), process(), this::say, graceSeconds * 1000L);
    return console.stop().run(launch::requestStop, launch::run);
  }

  private LaunchPlan plan() {
    try {
      return new LaunchPlan(
          processes, nodes, nodeRank, masterAddress, masterPort, maxRestarts, timeoutSeconds);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  /// The command line of this program with other arguments.
  private List<String> process() {
    var line = new ArrayList<>(Program.command(Main.class));
    line.addAll(command);
    return line;
  }

  private synchronized void say(String line) {
    if (console.rewritesLines()) {
      console.err().print("\r\033[K"); // rank 0 may have left its progress line
    }
    console.err().println(line);
    console.err().flush();
  }
}
