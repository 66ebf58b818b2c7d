package toco.download;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/// Says why a web server did not answer.
final class ConnectionFailure {
  private ConnectionFailure() {}

  static Unavailable of(URI uri, IOException thrown, Duration limit) {
    var host = uri.getHost();
    if (has(thrown, UnresolvedAddressException.class) || has(thrown, UnknownHostException.class)) {
      return Unavailable.untilConnected(
          "the host %s is not known: there is no network, or it needs a proxy (https_proxy)"
              .formatted(host));
    }
    return switch (thrown) {
      case HttpConnectTimeoutException _ ->
          Unavailable.untilConnected(
              "%s does not respond; check network and proxy".formatted(host));
      case HttpTimeoutException _ ->
          Unavailable.forNow("no answer for %s s".formatted(limit.toSeconds()));
      case ConnectException e ->
          Unavailable.untilConnected(
              "no connection to %s (%s)".formatted(uri.getAuthority(), reason(e)));
      case NoRouteToHostException e ->
          Unavailable.untilConnected(
              "no connection to %s (%s)".formatted(uri.getAuthority(), reason(e)));
      case SSLException e ->
          Unavailable.untilConnected(
              ("no secure connection to %s (%s); if your network has its own certificates, name"
                      + " their store with TOCO_JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE")
                  .formatted(host, reason(e)));
      default -> Unavailable.forNow("the connection was cut (%s)".formatted(reason(thrown)));
    };
  }

  private static boolean has(Throwable thrown, Class<? extends Throwable> type) {
    return Stream.iterate(thrown, e -> e != null, Throwable::getCause).anyMatch(type::isInstance);
  }

  /// The innermost message: the outer ones are often empty.
  static String reason(Throwable thrown) {
    return Stream.iterate(thrown, e -> e != null, Throwable::getCause)
        .map(Throwable::getMessage)
        .filter(message -> message != null && !message.isBlank())
        .findFirst()
        .orElseGet(() -> thrown.getClass().getSimpleName());
  }
}
