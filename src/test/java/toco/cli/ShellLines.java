package toco.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The calls of `toco` in a piece of shell, as words: quotes, comments, continued lines, variables
/// set before and a `bash -c '…'` around are understood, the rest of the shell is not.
final class ShellLines {
  private static final Pattern CONTINUED = Pattern.compile("\\\\\n\\s*");
  private static final Pattern ASSIGNMENT =
      Pattern.compile("(?m)(?:^|[ ;])([A-Za-z_]\\w*)=(\"[^\"]*\"|'[^']*'|[^\\s;\"']+)");
  private static final Pattern COMPUTED = Pattern.compile("\\$\\([^()]*\\)+|\\$\\{[^}]*}");
  private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)");

  private ShellLines() {}

  /// The words behind each `bin/toco` or `toco`, up to the end of its command.
  static List<List<String>> tocoCommands(String shell) {
    var commands = new ArrayList<List<String>>();
    for (var command : commands(expand(CONTINUED.matcher(shell).replaceAll(" ")))) {
      for (int i = 0; i < command.size(); i++) {
        var word = command.get(i);
        if (word.equals("bin/toco") || (word.equals("toco") && i == 0)) {
          commands.add(upToRedirection(command.subList(i + 1, command.size())));
          break;
        }
        if (word.contains("bin/toco ")) { // bash -c '…'
          commands.addAll(tocoCommands(word));
        }
      }
    }
    return commands;
  }

  private static List<String> upToRedirection(List<String> words) {
    return words.stream().takeWhile(word -> !word.matches("\\d?>.*")).toList();
  }

  /// Puts the values of variables in their place; 1 for those that nothing here sets.
  private static String expand(String shell) {
    var values = new HashMap<String, String>();
    var text = COMPUTED.matcher(shell).replaceAll("1");
    for (var set : ASSIGNMENT.matcher(text).results().toList()) {
      values.put(set.group(1), replaceVariables(unquoted(set.group(2)), values));
    }
    return replaceVariables(text, values);
  }

  private static String unquoted(String value) {
    return value.startsWith("\"") || value.startsWith("'")
        ? value.substring(1, value.length() - 1)
        : value;
  }

  private static String replaceVariables(String text, Map<String, String> values) {
    return VARIABLE
        .matcher(text)
        .replaceAll(it -> values.getOrDefault(it.group(1), "1").replace("$", "\\$"));
  }

  /// Splits at line ends, `;`, `&` and `|` outside quotes, and each command into words.
  private static List<List<String>> commands(String shell) {
    var commands = new ArrayList<List<String>>();
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    boolean open = false; // whether a word has begun, be it empty
    char quote = 0;
    for (int i = 0; i < shell.length(); i++) {
      char c = shell.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
        if (quote != 0) {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        open = true;
      } else if (c == '#' && !open) {
        i = Math.max(i, shell.indexOf('\n', i) < 0 ? shell.length() : shell.indexOf('\n', i) - 1);
      } else if (Character.isWhitespace(c) || ";&|".indexOf(c) >= 0) {
        boolean redirects = c == '&' && !word.isEmpty() && word.charAt(word.length() - 1) == '>';
        if (redirects) {
          word.append(c);
          continue;
        }
        if (open) {
          words.add(word.toString());
          word.setLength(0);
          open = false;
        }
        if (c == '\n' || ";&|".indexOf(c) >= 0) {
          commands.add(List.copyOf(words));
          words.clear();
        }
      } else {
        word.append(c);
        open = true;
      }
    }
    if (open) {
      words.add(word.toString());
    }
    commands.add(List.copyOf(words));
    return commands;
  }
}
