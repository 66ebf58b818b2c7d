package toco.parity;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import toco.config.VitVariant.Resampling;
import toco.model.Encoder.Tokens;
import toco.model.Toco;
import toco.parity.Tolerance.OfLargestAndOwn;
import toco.parity.Tolerance.Within;
import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// Encoders of several publishers: each case runs from every file of weights that it names.
final class EncoderCases {
  private static final Within CLOSE = new Within(1e-4, 1e-4);
  private static final Within REAL = new Within(1e-3, 0);
  private static final OfLargestAndOwn GRADIENT = new OfLargestAndOwn(1e-4, 5e-4);

  /// The files of real weights in a folder: of transformers and of timm.
  static final List<String> REAL_WEIGHTS =
      List.of("dinov2-small", "vit_small_patch14_dinov2.safetensors");

  private final GoldenCase golden;
  private final GoldenEncoder encoder;

  private EncoderCases(GoldenCase golden, Path directory) {
    this.golden = golden;
    encoder = new GoldenEncoder(golden, directory);
  }

  /// One tensor to compare, with the name of its row.
  record Comparison(String name, Tensor expected, Tensor actual, Tolerance tolerance) {}

  private static boolean knows(String name) {
    return name.startsWith("enc_")
        || name.startsWith("grad_")
        || name.equals("layer_scale_fold")
        || name.equals("dinov2_real");
  }

  /// One row per tensor and form of the weights; a form that cannot be loaded or run gives one
  /// failed row.
  ///
  /// @param realWeights published weights, for the cases that need them
  /// @return null if the case is not one of these
  static @Nullable List<Parity.Row> rows(
      GoldenCase golden, Path directory, List<Path> realWeights) {
    if (!knows(golden.name())) {
      return null;
    }
    var cases = new EncoderCases(golden, directory);
    var rows = new ArrayList<Parity.Row>();
    if (golden.name().equals("dinov2_real")) {
      realWeights.forEach(
          path -> rows.addAll(cases.rows("" + path.getFileName(), () -> cases.real(path))));
      return rows;
    }
    cases
        .encoder
        .weights()
        .forEach((form, file) -> {
          Supplier<List<Comparison>> compared =
              golden.name().equals("layer_scale_fold")
                  ? () -> new LayerScaleFold(golden, directory).compute(file)
                  : golden.name().startsWith("enc_")
                      ? () -> cases.tokens(file)
                      : () -> cases.gradients(file);
          rows.addAll(cases.rows(form, compared));
        });
    return rows;
  }

  private List<Parity.Row> rows(String form, Supplier<List<Comparison>> compared) {
    try {
      return compared.get().stream()
          .map(each ->
              Parity.row(
                  golden, each.name + " from " + form, each.tolerance, each.expected, each.actual))
          .toList();
    } catch (RuntimeException e) {
      return List.of(Parity.failed(golden.file(), "out.* from " + form, "", Parity.oneLine(e)));
    }
  }

  /// The files of real weights in a folder.
  static List<Path> realWeights(Path folder) {
    return REAL_WEIGHTS.stream().map(folder::resolve).filter(Files::exists).toList();
  }

  /// What a case lacks that cannot be run without real weights; empty if there are such weights.
  static String missing(GoldenCase golden, List<Path> realWeights) {
    return golden.name().equals("dinov2_real") && realWeights.isEmpty()
        ? "needs the weights of DINOv2 ViT-S/14: --weights DIR, a folder with "
            + String.join(" or ", REAL_WEIGHTS)
        : "";
  }

  /// Tokens by every rule of resampling. Register tokens are not compared: the encoder drops them.
  private List<Comparison> tokens(String file) {
    var comparisons = new ArrayList<Comparison>();
    encoder
        .rules()
        .forEach((rule, resampling) -> {
          try (var model = encoder.load(file, resampling);
              var _ = GradMode.noGrad()) {
            var recorded = golden.params().path("equal").path(rule).stringValue(rule);
            tensors(model.encode(golden.in("x")))
                .forEach((name, actual) -> {
                  var key = "out.%s.%s".formatted(recorded, name);
                  var row = recorded.equals(rule) ? key : key + " by " + rule;
                  comparisons.add(comparison(row, key, actual, CLOSE));
                });
          }
        });
    return comparisons;
  }

  private Comparison comparison(String row, String key, Tensor actual, Tolerance tolerance) {
    return new Comparison(row, golden.tensor(key), actual, tolerance);
  }

  static Map<String, Tensor> tensors(Tokens tokens) {
    return Map.of(
        "cls_token", tokens.clsToken(),
        "patch_tokens", tokens.patchTokens(),
        "aux_tokens", tokens.auxTokens());
  }

  /// The sum of all outputs weighted by `in.c_*`.
  static Tensor loss(GoldenCase golden, Tokens tokens) {
    return Stream.of(
            tokens.clsToken().mul(golden.in("c_cls")),
            tokens.patchTokens().mul(golden.in("c_patch")),
            tokens.auxTokens().mul(golden.in("c_aux")))
        .map(Tensor::sum)
        .reduce(Tensor::add)
        .orElseThrow();
  }

  /// Gradients of a loss on all outputs, by timm's rule.
  private List<Comparison> gradients(String file) {
    try (var model = encoder.load(file, Resampling.TIMM)) {
      var images = golden.in("x").clone().requiresGrad_(true);
      var loss = loss(golden, model.encode(images));
      model.backward(loss);
      return recorded().stream()
          .map(key -> comparison(key, key, result(key, model, images, loss), GRADIENT))
          .toList();
    }
  }

  private Tensor result(String key, Toco model, Tensor images, Tensor loss) {
    return switch (key) {
      case "out.loss" -> loss.detach();
      case "out.grad_x" -> gradient(images, key);
      default -> gradient(parameter(model, key), key);
    };
  }

  private List<String> recorded() {
    return golden.tensors().keySet().stream().filter(key -> key.startsWith("out.")).toList();
  }

  private Tensor parameter(Toco model, String key) {
    var name = timmVit(key.substring("out.grad_param.".length()));
    var parameter = model.params().all().get("encoder." + name);
    if (parameter == null) {
      throw golden.lacks("a parameter of the network, got " + key);
    }
    return parameter;
  }

  /// The name in timm's `VisionTransformer` of a parameter of its `Eva`.
  private static String timmVit(String name) {
    return name.replaceAll("\\.gamma_([12])$", ".ls$1.gamma");
  }

  private static Tensor gradient(Tensor tensor, String key) {
    return Objects.requireNonNull(tensor.grad(), () -> key + ": no gradient");
  }

  /// A real network on a photograph: class token, and of each patch token the norm and the first
  /// channels.
  private List<Comparison> real(Path weights) {
    var comparisons = new ArrayList<Comparison>();
    encoder
        .rules()
        .forEach((rule, resampling) -> {
          var config = encoder.model(resampling, true);
          try (var model = GoldenEncoder.load(weights, List.of(), config, golden.device());
              var _ = GradMode.noGrad()) {
            var tokens = model.encode(normalized());
            var patches = tokens.patchTokens().select(0, 0); // [N, D]
            var results = new LinkedHashMap<String, Tensor>();
            results.put("cls_token", tokens.clsToken().select(0, 0));
            results.put("patch_norm", patches.norm(new long[] {1}, false));
            results.put("patch_first8", patches.slice(1, 0, 8));
            results.forEach((name, actual) -> {
              var key = "out.%s.%s".formatted(rule, name);
              comparisons.add(comparison(key, key, actual, REAL));
            });
          }
        });
    return comparisons;
  }

  /// `in.image` as a batch of one [1, 3, H, W].
  private Tensor normalized() {
    var image = golden.in("image").to(DType.FLOAT32).div(255);
    return image.sub(channels("mean")).div(channels("std")).unsqueeze(0);
  }

  private Tensor channels(String param) {
    var values = golden.numbers(param);
    var floats = new float[values.size()];
    for (int c = 0; c < floats.length; c++) {
      floats[c] = values.get(c).floatValue();
    }
    return Tensor.of(floats, floats.length, 1, 1);
  }
}
