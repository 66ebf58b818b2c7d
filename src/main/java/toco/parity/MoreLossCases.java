package toco.parity;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import toco.cam.MultiScaleCam.Cams;
import toco.cam.PresentClasses;
import toco.config.Config;
import toco.config.RecipeName;
import toco.loss.SegLoss;
import toco.recipe.more.AttributeLoss;
import toco.recipe.more.CreLoss;
import toco.recipe.more.MoreMasks;
import toco.recipe.more.UncertainTokens;
import toco.recipe.more.UreLoss;
import toco.torch.DType;
import toco.torch.Tensor;

/// MoRe's losses, each with its gradients, and the masks that they use.
final class MoreLossCases {
  private MoreLossCases() {}

  static Map<String, Tensor> attri(GoldenCase golden) {
    return withGradients(
        golden,
        leaf -> AttributeLoss.of(leaf.apply("cls_tokens"), golden.number("temperature")),
        "cls_tokens");
  }

  static Map<String, Tensor> cre(GoldenCase golden) {
    golden.requireNumber("epsilon", 1e-4);
    return withGradients(
        golden,
        leaf ->
            CreLoss.of(
                leaf.apply("cls_tokens"),
                leaf.apply("patch_map"),
                golden.in("mask"),
                golden.in("cls_label"),
                golden.number("temperature")),
        "cls_tokens",
        "patch_map");
  }

  static Map<String, Tensor> ure(GoldenCase golden) {
    golden.requireNumber("kernel", 6);
    golden.requireNumber("at_most", 8);
    golden.requireNumber("window_sum_at_least", 44);
    var tokens = UncertainTokens.find(golden.in("mask"), (_, _) -> golden.in("draw"));
    var out =
        new LinkedHashMap<>(
            withGradients(
                golden,
                leaf ->
                    UreLoss.of(
                        leaf.apply("cls_tokens"),
                        leaf.apply("patch_map"),
                        tokens,
                        golden.in("cls_label")),
                "cls_tokens",
                "patch_map"));
    out.put("out.roi", tokens.regions());
    out.put("out.tokens_at", placesOf(tokens));
    return out;
  }

  /// Row and column of each token, then −1: int64 [B, 10, 2].
  static Tensor placesOf(UncertainTokens tokens) {
    long batch = tokens.index().size(0);
    int most = (int) tokens.index().size(1);
    long width = tokens.regions().size(2);
    var places = new long[(int) batch * most * 2];
    Arrays.fill(places, -1);
    for (int b = 0; b < batch; b++) {
      var index = tokens.index().select(0, b).toLongArray();
      var isToken = tokens.isToken().select(0, b).to(DType.INT64).toLongArray();
      int next = b * most * 2;
      for (int i = 0; i < most; i++) {
        if (isToken[i] != 0) {
          places[next++] = index[i] / width;
          places[next++] = index[i] % width;
        }
      }
    }
    return Tensor.of(places, batch, most, 2);
  }

  static Map<String, Tensor> seg(GoldenCase golden) {
    golden.requireNumber("ignore_index", 255);
    golden.requireNumber("epsilon", 1e-6);
    return withGradients(
        golden, leaf -> SegLoss.of(leaf.apply("logits"), golden.in("label")).value(), "logits");
  }

  static Map<String, Tensor> masks(GoldenCase golden) {
    int grid = golden.integer("grid");
    int lastOfAux = golden.integer("switch");
    var labels = golden.in("cls_label");
    var present = PresentClasses.of(LabelCases.rows(labels));
    var cams = new Cams(present.gather(golden.in("cam")), present.gather(golden.in("cam_aux")));
    var config = thresholds(golden);
    var cam = config.cam();
    var more = config.more();
    var until = MoreMasks.of(cams, present, grid, grid, lastOfAux, cam, more);
    var after = MoreMasks.of(cams, present, grid, grid, lastOfAux + 1L, cam, more);
    requireEqual(golden, until.ptc(), until.ure(), "the same mask for ptc and ure at first");
    requireEqual(golden, until.ptc(), after.ptc(), "the mask of ptc unchanged by the switch");
    requireEqual(golden, after.cre(), after.ure(), "one mask for cre and ure after the switch");
    return Map.of(
        "out.mask_cre_until", until.cre(),
        "out.mask_ure_until", until.ure(),
        "out.mask_after", after.cre());
  }

  private static void requireEqual(GoldenCase golden, Tensor a, Tensor b, String what) {
    if (!a.equal(b)) {
      throw golden.lacks(what);
    }
  }

  private static Config thresholds(GoldenCase golden) {
    var ptc = golden.group("ptc");
    var until = golden.group("cre_until");
    var after = golden.group("both_after");
    return Config.defaults(RecipeName.MORE)
        .with(
            "cam.highThreshold=" + golden.number(ptc, "high"),
            "cam.lowThreshold=" + golden.number(ptc, "low"),
            "more.creHighThreshold=" + golden.number(until, "high"),
            "more.mainCamStartIter=" + (golden.integer("switch") + 1),
            "more.mainCamHighThreshold=" + golden.number(after, "high"),
            "more.mainCamLowThreshold=" + golden.number(after, "low"));
  }

  /// @param loss of the inputs, which it gets by their names
  private static Map<String, Tensor> withGradients(
      GoldenCase golden, Function<Function<String, Tensor>, Tensor> loss, String... inputs) {
    var leaves = new LinkedHashMap<String, Tensor>();
    for (var input : inputs) {
      leaves.put(input, golden.in(input).detach().clone().requiresGrad_(true));
    }
    var value = loss.apply(name -> requireNonNull(leaves.get(name), name));
    value.backward();
    var out = new LinkedHashMap<String, Tensor>();
    out.put("out.loss", value.detach());
    leaves.forEach((name, leaf) -> {
      var gradient = leaf.grad();
      out.put("out.grad_" + name, gradient == null ? leaf.detach().zerosLike() : gradient);
    });
    return out;
  }
}
