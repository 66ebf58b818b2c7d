package toco.serve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import toco.config.Protocol;

/// The options of a user.
///
/// @param host name or address to listen on
/// @param port 0: any free one
/// @param token that requests must have; null: none
/// @param protocol by which images are segmented
/// @param annotations folder for corrections; null: they are refused
/// @param runs runs, and folders of runs
/// @param limits of requests
/// @param verbose whether each request is a line for the user
public record ServeOptions(
    String host,
    int port,
    @Nullable String token,
    Protocol.Name protocol,
    @Nullable Path annotations,
    List<Path> runs,
    ServeLimits limits,
    boolean verbose) {
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~-]{8,200}");

  /// @throws IllegalArgumentException if another machine could reach the server without a token, or
  ///   an option is not as it should be
  public ServeOptions {
    runs = List.copyOf(runs);
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("--port must be 0 to 65535, got " + port);
    }
    if (token != null && !TOKEN.matcher(token).matches()) {
      throw new IllegalArgumentException(
          "--token must be 8 to 200 letters, digits, '.', '_', '~' and '-'");
    }
    if (token == null && !isLoopback(host)) {
      throw new IllegalArgumentException(
          ("--host %s lets other machines in; add --token TOKEN, which they must then know"
                  + " (openssl rand -hex 16 makes one)")
              .formatted(host));
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "--host: there is no host %s; name this machine, or one of its addresses".formatted(host),
          e);
    }
  }
}
