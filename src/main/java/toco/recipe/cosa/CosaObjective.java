package toco.recipe.cosa;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import toco.batch.Batch;
import toco.cam.NetworkInput;
import toco.cam.PresentClasses;
import toco.cam.PseudoLabels;
import toco.cam.PseudoLabels.Thresholds;
import toco.config.CosaConfig;
import toco.config.LossConfig;
import toco.image.Normalization;
import toco.loss.ClassLoss;
import toco.loss.EnergyLoss;
import toco.loss.MeanScope;
import toco.loss.SegLoss;
import toco.model.Encoder.Tokens;
import toco.model.Toco;
import toco.recipe.StepClock;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// CoSA's losses (arXiv:2402.17891), in the published order (docs/COSA.md "A step").
///
/// View 1 of a batch is the strong view, view 2 the weak one. The teacher's CAMs of the weak view
/// label the online network's segmentation of the strong view, and the teacher's segmentation is
/// the target of the online CAMs. No draw is random.
///
/// Before `denseStartIter` the three terms of the decoder and the swap have weight 0, so neither
/// they nor the teacher's maps are computed unless a report is wanted. The decoder then has no
/// gradient, which [CosaOptimizer] counts as zero.
public final class CosaObjective {
  /// Names of the terms, in order.
  public static final List<String> TERMS = List.of("cls", "clsAux", "seg", "cam", "reg");

  private final Toco online;
  private final CosaNetworks networks;
  private final CosaConfig settings;
  private final LossConfig energy;
  private final Normalization normalization;
  private final MeanScope scope;
  private final StepClock clock;

  /// @param networks stay the caller's
  /// @param energy bandwidths and factor of the dense energy
  /// @param scope over which samples the means of the segmentation loss are taken
  /// @param clock is notified as each part of the forward pass ends
  public CosaObjective(
      CosaNetworks networks,
      CosaConfig settings,
      LossConfig energy,
      MeanScope scope,
      StepClock clock) {
    this.networks = networks;
    this.settings = settings;
    this.energy = energy;
    this.scope = scope;
    this.clock = clock;
    online = networks.online();
    normalization = Normalization.of(online.config().statistics());
  }

  /// What a micro-batch gives.
  ///
  /// @param losses the terms that were computed, unweighted scalars by name, in order
  /// @param total their weighted sum, which is minimised
  /// @param teacher what the teacher made of the weak view; null where no term needed it
  public record Output(Map<String, Tensor> losses, Tensor total, @Nullable Labelled teacher) {}

  /// The teacher's assignments.
  ///
  /// @param maps of the weak view, of the present classes
  /// @param present the classes of each image
  /// @param labels from the main CAMs, int64 [B, H, W], 255 ignored
  /// @param auxLabels from the auxiliary CAMs
  /// @param emptySegParts int64 scalar: how many of the four halves of the segmentation loss had no
  ///   pixel
  public record Labelled(
      MultiScaleMaps maps,
      PresentClasses present,
      Tensor labels,
      Tensor auxLabels,
      Tensor emptySegParts) {}

  /// The weights of the terms at an iteration, counted from 0, by name, in order.
  public Map<String, Double> weightsAt(long iteration) {
    double dense = settings.isDenseAt(iteration) ? 1 : 0;
    var weights = new LinkedHashMap<String, Double>();
    weights.put("cls", 1.0);
    weights.put("clsAux", 1.0);
    weights.put("seg", dense * settings.segWeight());
    weights.put("cam", dense * settings.camWeight());
    weights.put("reg", dense * settings.regWeight());
    return weights;
  }

  /// The forward pass and the losses of a micro-batch. The tensors belong to the innermost scope.
  ///
  /// @param wantsReport whether terms of weight 0 and the teacher's assignments are wanted too;
  ///   they carry no gradient
  public Output forward(Batch batch, boolean wantsReport) {
    boolean isDense = settings.isDenseAt(batch.step());
    var strong = batch.view1();

    // the teacher's passes come first: no activations are kept yet
    var present = PresentClasses.of(batch.multiHot());
    var maps =
        isDense || wantsReport
            ? MultiScaleMaps.of(networks.teacher(), batch.view2(), settings.scales(), present)
            : null;
    clock.lap("teacher");
    var tokens = online.encode(NetworkInput.fitted(online, strong));
    clock.lap("forward");

    var terms = new LinkedHashMap<String, Tensor>();
    var patchMap = tokens.patchMap(); // [B, D, h, w]
    terms.put("cls", ClassLoss.of(online.classLogits(patchMap), batch.labels()));
    terms.put("clsAux", ClassLoss.of(online.auxClassLogits(tokens.auxMap()), batch.labels()));
    Labelled labelled = null;
    if (maps != null) {
      try (var _ = GradMode.enabled(isDense)) {
        labelled = addDenseLosses(terms, batch, tokens, maps, present);
      }
    }
    var total = total(terms, weightsAt(batch.step()));
    clock.lap("dense losses");
    return new Output(terms, total, labelled);
  }

  private Labelled addDenseLosses(
      Map<String, Tensor> terms,
      Batch batch,
      Tokens tokens,
      MultiScaleMaps maps,
      PresentClasses present) {
    var strong = batch.view1();
    var patchMap = tokens.patchMap();
    var logits =
        online
            .segment(patchMap)
            .interpolate(strong.size(2), strong.size(3), Interpolation.BILINEAR); // [B, C, H, W]
    var logProbabilities = logits.logSoftmax(1);

    var labels =
        labels(maps.cam(), present, batch, settings.highThreshold(), settings.lowThreshold());
    var seg = SegLoss.ofLogProbabilities(logProbabilities, labels, scope);
    var auxLabels =
        labels(
            maps.auxCam(), present, batch, settings.auxHighThreshold(), settings.auxLowThreshold());
    var auxSeg = SegLoss.ofLogProbabilities(logProbabilities, auxLabels, scope);
    terms.put("seg", seg.value().add(auxSeg.value()).mul(0.5));

    var reg = EnergyLoss.of(strong, normalization, logits, labels, batch.boxes(), energy);

    var cam = online.cam(patchMap); // [B, K, h, w]
    var target =
        SwapLoss.target(
            maps.segLogits(),
            present,
            (int) cam.size(1),
            cam.size(2),
            cam.size(3),
            settings.temperature());
    terms.put("cam", SwapLoss.of(cam, target));
    terms.put("reg", reg);
    return new Labelled(
        maps, present, labels, auxLabels, seg.emptyParts().add(auxSeg.emptyParts()));
  }

  private Tensor labels(Tensor cam, PresentClasses present, Batch batch, double high, double low) {
    var thresholds = new Thresholds(high, low, settings.labelDownscale());
    return PseudoLabels.unrefined(cam, present, batch.boxes(), thresholds);
  }

  /// The weighted sum; terms of weight 0 are left out of the graph.
  private static Tensor total(Map<String, Tensor> terms, Map<String, Double> weights) {
    Tensor sum = null;
    for (var term : terms.entrySet()) {
      double weight = weights.getOrDefault(term.getKey(), 0.0);
      if (weight > 0) {
        var weighted = weight == 1 ? term.getValue() : term.getValue().mul(weight);
        sum = sum == null ? weighted : sum.add(weighted);
      }
    }
    return Objects.requireNonNull(sum);
  }

  /// Adds the gradients of a loss of [#forward] to the gradients of the online network.
  ///
  /// @param loss scalar
  public void backward(Tensor loss) {
    online.backward(loss);
  }

  /// Moves the teacher towards the online network. Call once per step, after the optimizer's step.
  public void endStep() {
    networks.emaUpdate(settings.teacherMomentum());
  }
}
