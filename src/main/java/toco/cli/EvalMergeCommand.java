package toco.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.eval.EvalReport;

@Command(
    name = "merge",
    header = "Combines the shards of an evaluation.",
    description = {
      "Each PART is a file of results, part-I-of-N.jsonl, or a folder of them. The scores are"
          + " bit-equal to those of one evaluation of all images; parts that do not belong together"
          + " or do not cover all images are refused.",
      "No network is run, so this can also compute other intervals from existing results."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco eval merge runs/voc_deit_b/eval/voc-crf-val",
      "  toco eval merge a/part-1-of-2.jsonl b/part-2-of-2.jsonl --bootstrap 1000 --out merged"
    })
final class EvalMergeCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "PART",
      description = "Files of results, or folders with such files.")
  List<Path> parts = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of eval.json (default: that of the first part).")
  @Nullable Path out;

  @Mixin EvalOutput output = new EvalOutput();

  EvalMergeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    output.requireValid(spec.commandLine());
    var report = EvalReport.of(parts, output.bootstrap, output.seed);
    return output.show(report, out == null ? folder() : out, console, console.progress());
  }

  private Path folder() {
    var first = parts.getFirst().toAbsolutePath();
    var parent = first.getParent();
    return Files.isDirectory(first) || parent == null ? first : parent;
  }
}
