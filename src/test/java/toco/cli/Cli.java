package toco.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/// Runs commands inside the test's process.
final class Cli {
  private Cli() {}

  /// What a command left behind.
  record Result(int status, String out, String err) {}

  static Result run(Object... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    var console = new Console(new PrintWriter(out), new PrintWriter(err), false, new StopSignal());
    var texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    int status = Main.run(console, texts);
    return new Result(status, out.toString(), err.toString());
  }
}
