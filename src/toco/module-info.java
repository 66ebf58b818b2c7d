/// Token-contrast weakly-supervised segmentation: the stable API, and the packages whose types its
/// signatures name.
///
/// libjpeg-turbo needs `--enable-native-access=toco`, LibTorch that of `toco.bridge`.
///
/// Open, because picocli reflects on commands, and Jackson on records of many packages.
open module toco {
  requires transitive toco.bridge;
  requires transitive tools.jackson.databind;
  requires transitive org.jspecify; // toco.config reads its annotations
  requires info.picocli;
  requires java.desktop;
  requires java.logging;
  requires java.management;
  requires java.net.http;
  requires java.xml;
  requires jdk.httpserver;
  requires jdk.jfr;
  requires jdk.management;
  requires org.apache.commons.compress;
  requires tools.jackson.dataformat.yaml;

  // Needed for some files or commands alone. Most of their jars have no descriptor, so jlink would
  // refuse them.
  requires static com.google.protobuf; // writing ONNX files
  requires static com.microsoft.onnxruntime; // running ONNX files
  requires static com.twelvemonkeys.imageio.tiff; // TIFF images
  requires static com.twelvemonkeys.imageio.webp; // WebP images
  requires static io.prometheus.metrics.config; // measures a server
  requires static io.prometheus.metrics.core; // the same
  requires static io.prometheus.metrics.model; // the same
  requires static io.prometheus.writer.text; // the same
  requires static mlflow.client; // reports runs to MLflow
  requires static org.tribuo.util.onnx; // writing ONNX files
  requires static us.hebi.matlab.mat.mfl.core; // masks of SBD

  exports toco.checkpoint;
  exports toco.config;
  exports toco.distributed;
  exports toco.image;
  exports toco.infer;
  exports toco.model;
  exports toco.onnx;
  exports toco.recipe;
  exports toco.recipe.cosa;
  exports toco.recipe.toco;
  exports toco.recipes;
  exports toco.train;
  exports toco.annotation;
  exports toco.batch;
  exports toco.cam;
  exports toco.data;
  exports toco.download;
  exports toco.eval;
  exports toco.host;
  exports toco.loss;
}
