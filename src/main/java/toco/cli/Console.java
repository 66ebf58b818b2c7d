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

/// Where the program writes, and what may stop it.
///
/// @param out results
/// @param err progress and errors
/// @param rewritesLines whether `err` is a terminal on which a line can be rewritten
/// @param stop the way from a signal to the training that runs
record Console(PrintWriter out, PrintWriter err, boolean rewritesLines, StopSignal stop) {

  /// The process's own.
  static Console ofProcess() {
    return new Console(
        utf8(FileDescriptor.out),
        utf8(FileDescriptor.err),
        isTerminal(2) && !System.getenv().getOrDefault("TERM", "dumb").equals("dumb"),
        new StopSignal());
  }

  /// One JSON object on a line of its own.
  void printJson(Object value) {
    out.println(Json.MAPPER.writeValueAsString(value));
    out.flush();
  }

  /// Text that ends its last line itself.
  void print(String text) {
    out.print(text);
    out.flush();
  }

  ProgressReport progress() {
    return new ProgressReport(err, rewritesLines);
  }

  /// Progress that nobody sees: that of a process beside the one that speaks.
  ProgressReport silence() {
    return new ProgressReport(new PrintWriter(Writer.nullWriter()), false);
  }

  /// The locale may be C, and messages hold characters beyond ASCII.
  private static PrintWriter utf8(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
  }

  /// System.console() tells of stdin and stdout together, never of stderr alone.
  private static boolean isTerminal(int descriptor) {
    try {
      var target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }
}
