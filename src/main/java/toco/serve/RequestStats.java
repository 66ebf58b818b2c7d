package toco.serve;

import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import toco.files.OptionalLibrary;

/// Counts and times requests, for `/metrics`. Without the optional library nothing is counted.
sealed interface RequestStats permits PrometheusStats, RequestStats.None {
  /// @param route the pattern of its path, or another name of few
  void record(String route, int status, double seconds);

  /// All values, in Prometheus' text format.
  ///
  /// @throws HttpProblem if the library is missing
  Answer answer();

  /// @param gauges current values
  static RequestStats of(Gauges gauges) {
    var missing = OptionalLibrary.PROMETHEUS.missing().or(OptionalLibrary.PROMETHEUS_TEXT::missing);
    return missing.isPresent() ? new None(missing.get()) : new PrometheusStats(gauges);
  }

  /// Values that are read when they are asked for.
  ///
  /// @param workers that run networks
  /// @param open permits for requests
  /// @param tensors how many are live
  record Gauges(Workers workers, ServeLimits limits, Semaphore open, LongSupplier tensors) {
    int openRequests() {
      return limits.openRequests() - open.availablePermits();
    }
  }

  /// Counts nothing.
  ///
  /// @param reason a clause
  record None(String reason) implements RequestStats {
    @Override
    public void record(String route, int status, double seconds) {}

    @Override
    public Answer answer() {
      throw HttpProblem.unavailable("nothing is measured: " + reason);
    }
  }
}
