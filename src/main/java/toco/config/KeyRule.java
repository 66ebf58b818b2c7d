package toco.config;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Renames weights of a file: `FROM -> TO`, a regular expression and the replacement for every
/// match in a name, as in [java.util.regex.Matcher#replaceAll(String)].
///
/// @param from a regular expression such as `^visual\.`
/// @param to such as `encoder.`; `$1` is the first group's match; empty: the match is removed
public record KeyRule(Pattern from, String to) {
  private static final String ARROW = "->";
  private static final Pattern GROUP = Pattern.compile("\\$(\\d)");

  /// @param key the rule's configuration key, for messages
  /// @throws ConfigException if it is not a rule
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
          key, "%s: '%s' is not a regular expression: %s".formatted(key, from, e.getDescription()));
    }
  }

  private void requireGroups(String key, String rule) {
    int groups = from.matcher("").groupCount();
    for (var used = GROUP.matcher(to); used.find(); ) {
      if (Integer.parseInt(used.group(1)) > groups) {
        throw new ConfigException(
            key,
            "%s: '%s' refers to group %s, but FROM has %s"
                .formatted(key, rule, used.group(1), groups));
      }
    }
  }

  /// The name after applying this rule.
  public String apply(String name) {
    return from.matcher(name).replaceAll(to);
  }
}
