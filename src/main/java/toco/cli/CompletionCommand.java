package toco.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    header = "Prints the script that completes toco's commands and options in a shell.",
    description = {
      "The shell then completes commands, options, values that are one of several, and names of"
          + " files, for toco and for every path that ends in it, such as bin/toco.",
      "Generated at every start of a shell it costs about half a second; written to a file,"
          + " nothing."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(toco completion bash)      in ~/.bashrc",
      "  source <(toco completion zsh)       in ~/.zshrc",
      "  toco completion bash > ~/.local/share/bash-completion/completions/toco"
    })
final class CompletionCommand implements Callable<Integer> {
  private final Console console;

  /// Shells that have completion.
  enum Shell {
    BASH,
    ZSH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Shell shell;

  CompletionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var all = new Main(console).commandLine();
    console.print(AutoComplete.bash("toco", all));
    return ExitStatus.SUCCESS;
  }
}
