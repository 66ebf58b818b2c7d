package toco.download;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The proxies of the JVM (`https.proxyHost` and its relatives) if any are set, and otherwise those
/// of the environment, which curl's manual describes: `http_proxy` in lower case only,
/// `https_proxy`, `all_proxy` and `no_proxy` in either.
final class ProxySettings extends ProxySelector {
  private static final List<String> JVM =
      List.of("http.proxyHost", "https.proxyHost", "socksProxyHost", "java.net.useSystemProxies");
  private static final String TUNNELS = "jdk.http.auth.tunneling.disabledSchemes";

  static {
    if (System.getProperty(TUNNELS) == null) { // read once, by the first HTTP client
      System.setProperty(TUNNELS, ""); // otherwise no proxy gets a password for https
    }
  }

  private final Map<String, String> environment;
  private final Optional<ProxySelector> jvm;

  /// @param environment environment variables
  ProxySettings(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    boolean isSet = JVM.stream().anyMatch(name -> System.getProperty(name) != null);
    jvm = isSet ? Optional.ofNullable(ProxySelector.getDefault()) : Optional.empty();
  }

  @Override
  public List<Proxy> select(URI uri) {
    return jvm.map(selector -> selector.select(uri))
        .orElseGet(() -> List.of(proxy(uri).map(ProxySettings::address).orElse(Proxy.NO_PROXY)));
  }

  private static Proxy address(URI proxy) {
    int port = proxy.getPort() < 0 ? 1080 : proxy.getPort(); // as curl
    return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress proxy, IOException e) {
    // the request fails and says so
  }

  /// The environment's proxy for a request.
  ///
  /// @throws IllegalArgumentException if it is none that can be used
  private Optional<URI> proxy(URI uri) {
    var name = uri.getScheme().toLowerCase(Locale.ROOT) + "_proxy";
    var value =
        variable(name, name.equals("https_proxy")).or(() -> variable("all_proxy", true)).orElse("");
    if (value.isEmpty() || isExempt(uri)) {
      return Optional.empty();
    }
    var text = value.contains("://") ? value : "http://" + value;
    try {
      var proxy = URI.create(text);
      if (proxy.getHost() != null && proxy.getScheme().equalsIgnoreCase("http")) {
        return Optional.of(proxy);
      }
    } catch (IllegalArgumentException e) {
      // refused below, without its password
    }
    throw new IllegalArgumentException(
        "the proxy %s cannot be used; expected http://HOST:PORT in %s"
            .formatted(text.replaceFirst("//.*@", "//"), name));
  }

  private Optional<String> variable(String name, boolean alsoUpperCase) {
    return Stream.of(name, alsoUpperCase ? name.toUpperCase(Locale.ROOT) : name)
        .map(it -> environment.getOrDefault(it, "").strip())
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  /// `no_proxy` has names of hosts, with or without ports; each also stands for its subdomains.
  private boolean isExempt(URI uri) {
    var host = uri.getHost().toLowerCase(Locale.ROOT);
    return Arrays.stream(variable("no_proxy", true).orElse("").split("[,\\s]+"))
        .map(entry -> entry.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
        .filter(entry -> !entry.isEmpty())
        .anyMatch(entry ->
            entry.equals("*")
                || host.equals(entry)
                || host.endsWith("." + entry)
                || entry.equals("%s:%s".formatted(host, uri.getPort())));
  }

  /// The header with which the environment's proxy is given its user and password.
  Optional<String> authorization(URI uri) {
    if (jvm.isPresent()) {
      return Optional.empty();
    }
    return proxy(uri)
        .map(URI::getUserInfo)
        .map(user -> {
          var bytes = user.getBytes(StandardCharsets.UTF_8);
          return "Basic " + Base64.getEncoder().encodeToString(bytes);
        });
  }
}
