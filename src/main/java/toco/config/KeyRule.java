package toco.config;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Renames weights of a file: `FROM -> TO`, a regular expression and what takes the place of every
/// match of it in a name, as [Matcher#replaceAll(String)] has it.
///
/// @param from such as `^visual\.`
/// @param to such as `encoder.`; `$1` is the first group's match; empty: the match is removed
public record KeyRule(Pattern from, String to) {
  private static final String ARROW = "->";
  private static final Pattern GROUP = Pattern.compile("\\$(\\d)");

  /// @param key what to call the rule in a message
  /// @throws ConfigException if it is none
  static KeyRule parse(String key, String rule) {
    int arrow = rule.indexOf(ARROW);
    var from = arrow < 0 ? "" : rule.substring(0, arrow).strip();
    if (from.isEmpty()) {
      throw new ConfigException(
          key, "%s must be 'FROM -> TO', such as '^visual\\. -> ', got '%s'".formatted(key, rule));
    }
    try {
      var parsed = new KeyRule(Pattern.compile(from), rule.substring(arrow + 2).strip());
      parsed.requireGroups(key, rule);
      return parsed;
    } catch (PatternSyntaxException e) {
      throw new ConfigException(
          key, "%s: '%s' is no regular expression: %s".formatted(key, from, e.getDescription()));
    }
  }

  private void requireGroups(String key, String rule) {
    int groups = from.matcher("").groupCount();
    for (var used = GROUP.matcher(to); used.find(); ) {
      if (Integer.parseInt(used.group(1)) > groups) {
        throw new ConfigException(
            key,
            "%s: '%s' names group %s, but FROM has %d".formatted(key, rule, used.group(1), groups));
      }
    }
  }

  /// The name after this rule.
  public String apply(String name) {
    return from.matcher(name).replaceAll(to);
  }
}
