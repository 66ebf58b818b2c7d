package toco.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;

/// Runs commands inside the test's process.
final class Cli {
  private Cli() {}

  /// What a command left behind.
  record Result(int status, String out, String err) {}

  static Result run(Object... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    return new Result(run(out, err, args), out.toString(), err.toString());
  }

  /// The exit status of a command that prints to these.
  static int run(Writer out, Writer err, Object... args) {
    var console = new Console(new ResultOutput(out), new PrintWriter(err), false, new StopSignal());
    var texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    return Main.run(console, texts);
  }
}
