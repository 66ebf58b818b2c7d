package toco.distributed;

import java.util.regex.Pattern;

/// The text of `MASTER_ADDR` or `--master-addr`: one host's name, IPv4 or IPv6 address.
final class MasterAddress {
  private static final Pattern WITH_PORT = Pattern.compile("([^:\\[\\]]+|\\[[^\\[\\]]+]):(\\d+)");
  private static final Pattern BRACKETS = Pattern.compile("\\[([^\\[\\]]*:[^\\[\\]]*)]");
  private static final Pattern LIST = Pattern.compile("[,\\[\\] ]");

  private MasterAddress() {}

  /// The host, without the brackets that an IPv6 address has in URLs.
  ///
  /// @param origin what the text was given as, for messages
  /// @throws IllegalArgumentException if it is something else, such as a list of hosts
  static String parse(String origin, String text) {
    var withPort = WITH_PORT.matcher(text);
    if (withPort.matches()) {
      throw new IllegalArgumentException(
          "%s must be a host without its port, got '%s'; set MASTER_PORT=%s (--master-port)"
              .formatted(origin, text, withPort.group(2)));
    }
    if (text.contains("://")) {
      throw new IllegalArgumentException(
          "%s must be the name or address of a host, got the URL '%s'".formatted(origin, text));
    }
    var host = BRACKETS.matcher(text).replaceFirst("$1");
    if (LIST.matcher(host).find()) {
      throw new IllegalArgumentException(
          ("%s must be one host, that of rank 0, got '%s'; under Slurm the first of a list is:"
                  + " scontrol show hostnames \"$SLURM_JOB_NODELIST\" | head -n 1")
              .formatted(origin, text));
    }
    return host;
  }
}
