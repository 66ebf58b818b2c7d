package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The shells themselves run the script.
class CompletionCommandTest {
  @TempDir Path folder;

  @BeforeEach
  void fill() throws IOException {
    var script = Cli.run("completion", "bash");
    assertEquals(0, script.status(), script.err());
    Files.writeString(folder.resolve("completion"), script.out());
    Files.createDirectories(folder.resolve("configs"));
    Files.writeString(folder.resolve("configs/voc mini.yaml"), "");
    Files.writeString(folder.resolve("step-000004.safetensors"), "");
    var program = folder.resolve("bin/toco");
    Files.createDirectories(program.getParent());
    Files.writeString(program, "#!/bin/sh\nprintf 'GOT'; printf '<%s>' \"$@\"; echo\n");
    assertTrue(program.toFile().setExecutable(true));
  }

  /// Words after `toco`, of which the last is to be completed, and what it may become.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ev                                 | eval",
        "pseudo                             | pseudo-labels",
        "data ch                            | check",
        "submit v                           | voc-test",
        "checkpoint ''                      | inspect convert diff average",
        "eval --prot                        | --protocol",
        "eval --protocol mo                 | more more-crf more-cam2seg more-cam2seg-crf"
            + " more-test-crf",
        "pseudo-labels x.yaml --split ''   | train val test",
        "pseudo-labels x.yaml --refine p    | par",
        "eval --checkpoint st               | step-000004.safetensors",
        "train con                          | configs",
        "train --resume bi                  | bin",
        "help tra                           | train track",
        "completion ''                      | bash zsh"
      })
  void bashCompletes(String words, String expected) throws IOException, InterruptedException {
    var command =
        """
        source ./completion
        compopt() { :; } # which may be called only while readline completes
        COMP_WORDS=(toco %s)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _complete_toco
        printf '%%s\\n' "${COMPREPLY[@]}"
        """
            .formatted(words);
    var completed = output("bash", "--norc", "-c", command);
    assertEquals(Arrays.asList(expected.split(" ")), completed.lines().toList());
  }

  /// Both are found by the last part of a path, so that `bin/toco` completes like `toco`.
  @Test
  void bashKnowsTheProgramByItsName() throws IOException, InterruptedException {
    var known = output("bash", "--norc", "-c", "source ./completion; complete -p toco");
    assertEquals("complete -o default -F _complete_toco toco", known.strip());
  }

  /// Types into an interactive zsh, where it is installed.
  @Test
  void zshCompletes() throws IOException, InterruptedException {
    var script = Cli.run("completion", "zsh");
    assertEquals(0, script.status(), script.err());
    Files.writeString(folder.resolve("completion"), script.out());
    assumeTrue(isInstalled("zsh"), "no zsh");
    var type =
        """
        zmodload zsh/zpty || exit
        zpty shell zsh -f -i
        zpty -w shell "PS1='%% '; PATH=$PWD/bin:$PATH; source ./completion"
        zpty -w shell "bindkey '^I' complete-word"
        for line in 'toco ev' 'toco eval --protocol trai' 'toco data ch' 'bin/toco pseudo'; do
          zpty -w -n shell "$line"$'\\t'
          sleep 2 # the pseudo-terminal does not say when the line is complete
          zpty -w -n shell $'\\n'
        done
        zpty -w shell exit
        while zpty -r shell line; do print -r -- "$line"; done
        """;
    var typed = output("zsh", "-f", "-c", type);
    for (var got : List.of("<eval>", "<eval><--protocol><train-time>", "<data><check>")) {
      assertTrue(typed.contains("GOT" + got), typed);
    }
    assertTrue(typed.contains("GOT<pseudo-labels>"), typed);
  }

  private static boolean isInstalled(String shell) throws InterruptedException {
    try {
      return new ProcessBuilder(shell, "-f", "-c", ":").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private String output(String... command) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("TERM", "dumb");
    var process = builder.start();
    try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
      var text = reader.readAllAsString();
      process.waitFor();
      return text;
    }
  }
}
