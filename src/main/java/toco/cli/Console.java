package toco.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import toco.files.Json;

/// Output streams of the program, and its stop signal.
///
/// Results that cannot be written are a failure of the command. Progress and errors that cannot be
/// written are not: a training continues after its terminal or log file is gone.
///
/// @param out results
/// @param err progress and errors
/// @param rewritesLines whether `err` is a terminal on which a line can be rewritten
/// @param stop passes a signal to the running training
record Console(ResultOutput out, PrintWriter err, boolean rewritesLines, StopSignal stop) {

  /// The streams of this process.
  static Console ofProcess() {
    return new Console(
        new ResultOutput(utf8(FileDescriptor.out)),
        new PrintWriter(utf8(FileDescriptor.err), true),
        isTerminal(2) && !System.getenv().getOrDefault("TERM", "dumb").equals("dumb"),
        new StopSignal());
  }

  /// Prints one JSON value on one line.
  ///
  /// @throws ResultsLostException if it cannot be written
  void printJson(Object value) {
    print(Json.MAPPER.writeValueAsString(value) + "\n");
  }

  /// Prints text, which has its own line feeds.
  ///
  /// @throws ResultsLostException if it cannot be written
  void print(String text) {
    out.print(text);
    out.requireWritten();
  }

  ProgressReport progress() {
    return new ProgressReport(err, rewritesLines);
  }

  /// Progress that is not shown, for processes other than rank 0.
  ProgressReport silence() {
    return new ProgressReport(new PrintWriter(Writer.nullWriter()), false);
  }

  /// The locale may be C, but messages contain non-ASCII characters.
  private static Writer utf8(FileDescriptor descriptor) {
    return new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8);
  }

  /// System.console() is about stdin and stdout together, not about stderr.
  private static boolean isTerminal(int descriptor) {
    try {
      var target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }
}
