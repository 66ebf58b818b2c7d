package toco.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import toco.files.NativeNames;
import toco.files.QuotedText;

/// Finds arguments, and a working directory, that Java could not decode: in a locale without their
/// characters they are lost before the program starts.
final class RawArguments {
  private static final String REPLACEMENT = "\uFFFD";

  private RawArguments() {}

  /// The first of them, with the remedy.
  static Optional<String> problem(String... args) {
    for (int i = 0; i < args.length; i++) {
      if (args[i].contains(REPLACEMENT) && isLost(commandLine())) {
        return Optional.of("argument %s: %s".formatted(quote(args, i), NativeNames.problem()));
      }
    }
    return System.getProperty("user.dir").contains(REPLACEMENT) && !NativeNames.isUnicode()
        ? Optional.of("the working directory's name: " + NativeNames.problem())
        : Optional.empty();
  }

  /// A replacement character may also have been typed.
  private static boolean isLost(byte[] commandLine) {
    var typed = new String(REPLACEMENT.getBytes(UTF_8), ISO_8859_1);
    return !new String(commandLine, ISO_8859_1).contains(typed);
  }

  /// As typed: the arguments are the last ones of the process.
  private static String quote(String[] args, int index) {
    var all = List.of(new String(commandLine(), UTF_8).split("\0", -1));
    int at = all.size() - 1 - args.length + index; // the text ends with a zero
    return QuotedText.quote(at >= 0 ? all.get(at) : args[index]);
  }

  private static byte[] commandLine() {
    try {
      return Files.readAllBytes(Path.of("/proc/self/cmdline"));
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
