package toco.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.function.Consumer;

/// Opens pages in the user's browser.
final class Browser {
  private Browser() {}

  /// @param messages receives why the page could not be opened
  static void open(String url, Consumer<String> messages) {
    boolean isMac = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac");
    try {
      new ProcessBuilder(isMac ? "open" : "xdg-open", url)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      messages.accept("no browser could be started; open the address yourself");
    }
  }
}
