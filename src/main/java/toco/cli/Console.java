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
/// @param out results
/// @param err progress and errors
/// @param rewritesLines whether `err` is a terminal on which a line can be rewritten
/// @param stop passes a signal to the running training
record Console(PrintWriter out, PrintWriter err, boolean rewritesLines, StopSignal stop) {

  /// The streams of this process.
  static Console ofProcess() {
    return new Console(
        utf8(FileDescriptor.out),
        utf8(FileDescriptor.err),
        isTerminal(2) && !System.getenv().getOrDefault("TERM", "dumb").equals("dumb"),
        new StopSignal());
  }

  /// Prints one JSON value on one line.
  void printJson(Object value) {
    out.println(Json.MAPPER.writeValueAsString(value));
    out.flush();
  }

  /// Prints text, which has its own line feeds.
  void print(String text) {
    out.print(text);
    out.flush();
  }

  ProgressReport progress() {
    return new ProgressReport(err, rewritesLines);
  }

  /// Progress that is not shown, for processes other than rank 0.
  ProgressReport silence() {
    return new ProgressReport(new PrintWriter(Writer.nullWriter()), false);
  }

  /// The locale may be C, but messages contain non-ASCII characters.
  private static PrintWriter utf8(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
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
