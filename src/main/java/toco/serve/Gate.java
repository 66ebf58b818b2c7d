package toco.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which requests are let in: those whose `Host` is the server's own (a page elsewhere cannot reach
/// it by making its name resolve to this machine), that no other page sends, and that know the
/// token if there is one.
final class Gate {
  private static final String SCHEME = "Bearer ";
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

  private final @Nullable Set<String> hosts; // lower case, without port; null: any, with a token
  private final int port;
  private final byte @Nullable [] token;

  /// @param host as the user gave it
  /// @param address that it resolved to, with the port that is served
  Gate(String host, InetSocketAddress address, @Nullable String token) {
    port = address.getPort();
    this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
    var ip = address.getAddress();
    hosts = ip.isAnyLocalAddress() && token != null ? null : names(host, ip);
  }

  private static Set<String> names(String host, InetAddress ip) {
    var names = new HashSet<String>();
    names.add(host.toLowerCase(Locale.ROOT));
    names.add(literal(ip));
    if (ip.isLoopbackAddress()) {
      names.addAll(List.of("localhost", "127.0.0.1", "[::1]"));
    }
    return names;
  }

  /// An address as it is written in an URL.
  static String literal(InetAddress ip) {
    var text = ip.getHostAddress();
    int zone = text.indexOf('%');
    var plain = zone < 0 ? text : text.substring(0, zone);
    if (plain.indexOf(':') < 0) {
      return plain;
    }
    return "[" + (ip.isLoopbackAddress() ? "::1" : plain) + "]";
  }

  /// Lets a request in whose header has a usual size.
  void requireSmallHeader(HttpExchange exchange) {
    int bytes = exchange.getRequestURI().toString().length();
    int count = 0;
    for (var header : exchange.getRequestHeaders().entrySet()) {
      for (var value : header.getValue()) {
        bytes += header.getKey().length() + value.length();
        count++;
      }
    }
    if (bytes > ServerSettings.MAX_HEADER_BYTES || count > ServerSettings.MAX_HEADERS) {
      throw HttpProblem.headersTooLarge();
    }
  }

  /// Lets a request in that is meant for this server.
  void requireHost(HttpExchange exchange) {
    var host = only(exchange.getRequestHeaders(), "Host");
    if (host == null || !isOwn(host)) {
      throw HttpProblem.forbidden(
          "the header Host is %s, which is not this server; use the address that it printed"
              .formatted(Query.quoted(host)));
    }
  }

  /// Lets a request in that no page of another server sends.
  void requireOwnPage(HttpExchange exchange) {
    var headers = exchange.getRequestHeaders();
    var origin = only(headers, "Origin");
    var site = only(headers, "Sec-Fetch-Site");
    if ((origin != null && !isOrigin(origin, String.valueOf(headers.getFirst("Host"))))
        || (site != null && !OWN_SITES.contains(site))) {
      throw HttpProblem.forbidden("another page sent this request; use the server's own page");
    }
  }

  /// Lets a request in that has the token.
  void requireToken(HttpExchange exchange) {
    if (token == null) {
      return;
    }
    var given = only(exchange.getRequestHeaders(), "Authorization");
    var text =
        given != null && given.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? given.substring(SCHEME.length()).strip()
            : "";
    if (!MessageDigest.isEqual(token, text.getBytes(StandardCharsets.UTF_8))) {
      throw HttpProblem.unauthorized();
    }
  }

  /// The header's value; null if there is none.
  private static @Nullable String only(Headers headers, String name) {
    var values = headers.get(name);
    if (values != null && values.size() > 1) {
      throw HttpProblem.badRequest("the header %s is given twice".formatted(name));
    }
    return values == null ? null : values.getFirst();
  }

  private boolean isOwn(String host) {
    int colon = host.lastIndexOf(':');
    boolean hasPort = colon > host.lastIndexOf(']');
    var name = hasPort ? host.substring(0, colon) : host;
    if (hosts == null) {
      return !name.isEmpty();
    }
    boolean isPort =
        hasPort ? host.substring(colon + 1).equals(Integer.toString(port)) : port == 80;
    return isPort && hosts.contains(name.toLowerCase(Locale.ROOT));
  }

  /// Whether an origin is the host itself; a proxy may have added TLS.
  private static boolean isOrigin(String origin, String host) {
    return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
  }
}
