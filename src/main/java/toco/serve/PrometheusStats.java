package toco.serve;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.DoubleSupplier;
import toco.host.ProcessMemory;

/// Measures with Prometheus' own library.
final class PrometheusStats implements RequestStats {
  private static final double[] SECONDS = {
    0.001, 0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests;
  private final Histogram times;

  PrometheusStats(Gauges gauges) {
    requests =
        Counter.builder()
            .name("toco_http_requests_total")
            .help("Requests that were answered, by route and status.")
            .labelNames("route", "status")
            .register(registry);
    times =
        Histogram.builder()
            .name("toco_http_request_seconds")
            .help("Time from a request's header to the end of its answer.")
            .labelNames("route")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .register(registry);
    gauge("toco_queue_length", "Requests that wait for a network.", gauges.workers()::waiting);
    gauge("toco_queue_capacity", "Requests that may wait at most.", gauges.workers()::capacity);
    gauge("toco_workers_busy", "Threads that run a network.", gauges.workers()::busy);
    gauge("toco_open_requests", "Requests that are handled.", gauges::openRequests);
    gauge("toco_live_tensors", "Native tensors in the process.", gauges.tensors()::getAsLong);
    gauge(
        "process_resident_memory_bytes",
        "Resident memory of the process.",
        ProcessMemory::residentBytes);
    var heap = Runtime.getRuntime();
    gauge(
        "toco_java_heap_used_bytes",
        "Used bytes of the Java heap.",
        () -> heap.totalMemory() - heap.freeMemory());
  }

  private void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(gauge -> gauge.call(value.getAsDouble()))
        .register(registry);
  }

  @Override
  public void record(String route, int status, double seconds) {
    requests.labelValues(route, Integer.toString(status)).inc();
    times.labelValues(route).observe(seconds);
  }

  @Override
  public Answer answer() {
    var text = new ByteArrayOutputStream();
    var writer = PrometheusTextFormatWriter.create();
    try {
      writer.write(text, registry.scrape(), EscapingScheme.DEFAULT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Answer.of(writer.getContentType(), text.toByteArray());
  }
}
