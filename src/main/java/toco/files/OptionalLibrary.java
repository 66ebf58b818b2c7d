package toco.files;

import java.util.Optional;

/// Libraries that only some commands need. `bin/toco` has them all; a program that depends on the
/// artifact `toco` adds those that it uses.
public enum OptionalLibrary {
  /// The messages of ONNX files.
  ONNX("org.tribuo:tribuo-util-onnx", "org.tribuo.util.onnx", "ai.onnx.proto.OnnxMl"),
  ONNX_RUNTIME(
      "com.microsoft.onnxruntime:onnxruntime",
      "com.microsoft.onnxruntime",
      "ai.onnxruntime.OrtEnvironment"),
  TIFF(
      "com.twelvemonkeys.imageio:imageio-tiff",
      "com.twelvemonkeys.imageio.tiff",
      "com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi"),
  WEBP(
      "com.twelvemonkeys.imageio:imageio-webp",
      "com.twelvemonkeys.imageio.webp",
      "com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi"),
  MLFLOW("org.mlflow:mlflow-client", "mlflow.client", "org.mlflow.tracking.MlflowClient"),
  /// Counts and times of a server's requests.
  PROMETHEUS(
      "io.prometheus:prometheus-metrics-core",
      "io.prometheus.metrics.core",
      "io.prometheus.metrics.core.metrics.Counter"),
  /// Their text format.
  PROMETHEUS_TEXT(
      "io.prometheus:prometheus-metrics-exposition-textformats",
      "io.prometheus.writer.text",
      "io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter");

  private final String artifact;
  private final String module;
  private final String type;

  OptionalLibrary(String artifact, String module, String type) {
    this.artifact = artifact;
    this.module = module;
    this.type = type;
  }

  /// What to do, if the library is missing: a clause that follows what needs it.
  public Optional<String> missing() {
    try {
      Class.forName(type, false, OptionalLibrary.class.getClassLoader());
      return Optional.empty();
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.of(
          "the library %s is not there; add it to the dependencies (on the module path also "
                  .formatted(artifact)
              + "--add-modules %s)".formatted(module));
    }
  }
}
