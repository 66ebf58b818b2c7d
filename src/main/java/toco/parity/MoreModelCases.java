package toco.parity;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import toco.cam.MultiScaleCam;
import toco.checkpoint.ClassTokenWeights;
import toco.checkpoint.StateDict;
import toco.model.GraphCategoryAttention;
import toco.model.MoreNetwork;
import toco.model.PositionEmbedding;
import toco.nn.Parameters;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// MoRe's network and its parts.
final class MoreModelCases {
  private static final String LAYER = "graph_layer.";

  private MoreModelCases() {}

  static Map<String, Tensor> encoder(GoldenCase golden, Path directory) {
    return withModel(
        golden,
        directory,
        model -> {
          var x = golden.in("x");
          var tokens = model.encode(x);
          requireGrid(golden, model, tokens.gridH(), tokens.gridW());
          return Map.of(
              "out.class_tokens", tokens.clsToken(),
              "out.patch_tokens", tokens.patchTokens(),
              "out.aux_tokens", tokens.auxTokens(),
              "out.class_attention", model.classAttention(x));
        });
  }

  private static void requireGrid(GoldenCase golden, MoreNetwork model, long gridH, long gridW) {
    if (!golden.numbers("grid").equals(List.of((double) gridH, (double) gridW))) {
      throw golden.lacks("the grid %s×%s in its parameters".formatted(gridH, gridW));
    }
    golden.requireNumber("position_grid", model.config().encoderShape().gridSize());
  }

  static Map<String, Tensor> encoderGradients(GoldenCase golden, Path directory) {
    try (var model =
        MicroNetwork.loadMore(directory, MicroNetwork.moreConfig(directory), golden.device())) {
      var tokens = model.encode(golden.in("x"));
      var loss =
          tokens
              .clsToken()
              .mul(golden.in("weight_class_tokens"))
              .sum()
              .add(tokens.patchTokens().mul(golden.in("weight_patch_tokens")).sum())
              .add(tokens.auxTokens().mul(golden.in("weight_aux_tokens")).sum())
              .mul(0.01);
      model.backward(loss);
      var out = new LinkedHashMap<String, Tensor>();
      out.put("out.loss", loss.detach());
      gradients(model.params(), out);
      return out;
    }
  }

  static Map<String, Tensor> network(GoldenCase golden, Path directory) {
    return withModel(
        golden,
        directory,
        model -> {
          var tokens = model.encode(golden.in("x"));
          var map = tokens.patchMap();
          var out = new LinkedHashMap<String, Tensor>();
          out.put("out.cls", model.classLogits(map));
          out.put("out.cls_aux", model.auxClassLogits(tokens.auxMap()));
          out.put("out.seg", model.segment(map));
          out.put("out.feature_map", map);
          out.put("out.class_tokens", model.classTokens(tokens));
          out.put("out.class_tokens_without_gca", tokens.clsToken());
          out.put("out.cam", model.cam(map));
          out.put("out.cam_aux", model.auxCam(tokens.auxMap()));
          long classes = tokens.clsToken().size(1);
          out.put(
              "out.attention_map",
              model
                  .classAttention(golden.in("x"))
                  .slice(3, classes, Long.MAX_VALUE)
                  .sum(1)
                  .reshape(map.size(0), classes, map.size(2), map.size(3)));
          return out;
        });
  }

  static Map<String, Tensor> multiScaleCam(GoldenCase golden, Path directory) {
    return withModel(
        golden,
        directory,
        model -> {
          var cams = MultiScaleCam.compute(model, golden.in("x"), golden.numbers("scales"));
          return Map.of("out.cam", cams.cam(), "out.cam_aux", cams.auxCam());
        });
  }

  /// The graph category attention alone, with the network's weights or those in the case.
  static Map<String, Tensor> gca(GoldenCase golden, Path directory) {
    var classTokens = golden.in("cls_tokens").clone().requiresGrad_(true);
    var patchTokens = golden.in("patch_tokens").clone().requiresGrad_(true);
    golden.requireNumber(
        "top_k", Math.floor(classTokens.size(1) * GraphCategoryAttention.NEIGHBOUR_RATIO));
    try (var params = new Parameters(golden.device())) {
      var layer = new GraphCategoryAttention(params.child("graph_layer"), classTokens.size(2));
      load(golden, directory, params);
      var y = layer.forward(classTokens, patchTokens);
      var loss = y.mul(golden.in("weight")).sum();
      loss.backward();
      var out = new LinkedHashMap<String, Tensor>();
      out.put("out.loss", loss.detach());
      out.put("out.y", y.detach());
      out.put("out.grad_cls_tokens", classTokens.grad());
      var ofPatches = patchTokens.grad();
      out.put("out.grad_patch_tokens", ofPatches == null ? patchTokens.zerosLike() : ofPatches);
      gradients(params, out);
      for (var name : golden.texts("parameters_without_gradient")) {
        requireNoGradient(golden, params, LAYER + name);
      }
      if (golden.has("out.top_index")) {
        out.put("out.top_index", layer.neighbours(classTokens, patchTokens));
      }
      return out;
    }
  }

  private static void load(GoldenCase golden, Path directory, Parameters params) {
    if (golden.has("in." + LAYER + "norm.bias")) {
      try (var _ = GradMode.noGrad()) {
        params
            .all()
            .forEach((name, weight) -> {
              if (golden.has("in." + name)) {
                weight.copy_(golden.in(name));
              }
            });
      }
      return;
    }
    var file = directory.resolve("micro.safetensors");
    StateDict.load(file).into(params.all(), name -> !name.startsWith(LAYER));
  }

  static void requireNoGradient(GoldenCase golden, Parameters params, String name) {
    var weight = params.all().get(name);
    if (weight == null || weight.grad() != null) {
      throw golden.lacks("the weight %s without gradient".formatted(name));
    }
  }

  /// Of all trained weights; one without gradient counts as a gradient of zero.
  private static void gradients(Parameters params, Map<String, Tensor> out) {
    params
        .trainable()
        .forEach((name, weight) -> {
          var gradient = weight.grad();
          out.put("out.grad_param_" + name, gradient == null ? weight.zerosLike() : gradient);
        });
  }

  /// Class tokens and positions from weights with one class token.
  static Map<String, Tensor> pretrained(GoldenCase golden, Path directory) {
    long tokens = golden.tensor("out.cls_token").size(1);
    var weights =
        ClassTokenWeights.expanded(
            Map.of(
                "cls_token", golden.in("cls_token"),
                "norm.bias", golden.in("norm.bias"),
                "pos_embed", golden.in("pos_embed")),
            tokens,
            golden.in("register_positions"));
    long grid = golden.integer("position_grid_to");
    var positions =
        PositionEmbedding.resampleAbsPosEmbed(
            requireNonNull(weights.get("pos_embed")), (int) tokens, grid, grid);
    return Map.of(
        "out.cls_token", weights.get("cls_token"),
        "out.norm.bias", weights.get("norm.bias"),
        "out.pos_embed", positions);
  }

  private static Map<String, Tensor> withModel(
      GoldenCase golden, Path directory, Function<MoreNetwork, Map<String, Tensor>> run) {
    try (var model =
            MicroNetwork.loadMore(directory, MicroNetwork.moreConfig(directory), golden.device());
        var _ = GradMode.noGrad()) {
      return run.apply(model);
    }
  }
}
