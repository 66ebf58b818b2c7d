package toco.recipe.cosa;

import static toco.recipe.cosa.CosaLosses.CAM;
import static toco.recipe.cosa.CosaLosses.CLS;
import static toco.recipe.cosa.CosaLosses.CLS_AUX;
import static toco.recipe.cosa.CosaLosses.REG;
import static toco.recipe.cosa.CosaLosses.SEG;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.batch.Batch;
import toco.cam.NetworkInput;
import toco.cam.PresentClasses;
import toco.cam.PseudoLabels;
import toco.cam.PseudoLabels.Thresholds;
import toco.config.Config;
import toco.config.CosaConfig;
import toco.distributed.World;
import toco.image.Normalization;
import toco.loss.ClassLoss;
import toco.loss.EnergyLoss;
import toco.loss.LossSchedule;
import toco.loss.LossTerm;
import toco.loss.LossTerms;
import toco.loss.MeanScope;
import toco.loss.SegLoss;
import toco.model.Encoder.Tokens;
import toco.model.Network;
import toco.optim.ParamGroup;
import toco.recipe.DenseLosses;
import toco.recipe.DropPathPasses;
import toco.recipe.Objective;
import toco.recipe.StepClock;
import toco.recipe.StepTile;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// CoSA's losses (arXiv:2402.17891), in the published order (docs/COSA.md "A step").
///
/// View 1 of a batch is the strong view, view 2 the weak one. The teacher's CAMs of the weak view
/// label the online network's segmentation of the strong view, and the teacher's segmentation is
/// the target of the online CAMs.
///
/// Before `cosa.denseStartIter` the three terms of the decoder and the swap have weight 0, so
/// neither they nor the teacher's maps are computed unless a report is wanted.
public final class CosaObjective implements Objective {
  private final CosaNetworks networks;
  private final Network online;
  private final Config config;
  private final CosaConfig cosa;
  private final LossSchedule schedule;
  private final DropPathPasses passes;
  private final Normalization normalization;
  private final MeanScope scope;
  private final StepClock clock;

  private CosaObjective(CosaNetworks networks, Config config, MeanScope scope, StepClock clock) {
    this.networks = networks;
    this.config = config;
    cosa = config.cosa();
    this.scope = scope;
    this.clock = clock;
    online = networks.online();
    schedule = CosaLosses.of(config);
    passes = new DropPathPasses(online, config);
    normalization = Normalization.of(online.config().statistics());
  }

  /// The losses of one process.
  ///
  /// @param networks are closed with the objective
  public static CosaObjective of(CosaNetworks networks, Config config) {
    return of(networks, config, World.single());
  }

  /// The losses of one of several processes.
  ///
  /// @param networks are closed with the objective
  /// @param world stays the caller's
  public static CosaObjective of(CosaNetworks networks, Config config, World world) {
    networks.online().checkpointActivations(config.train().checkpointActivations());
    var scope = MeanScope.of(config.loss().scope(), world);
    return new CosaObjective(networks, config, scope, StepClock.NONE);
  }

  /// The same losses, whose parts are timed.
  public CosaObjective timedBy(StepClock timer) {
    return new CosaObjective(networks, config, scope, timer);
  }

  @Override
  public Network network() {
    return online;
  }

  @Override
  public Map<String, Network> otherNetworks() {
    return Map.of(CosaNetworks.TEACHER, networks.teacher());
  }

  @Override
  public List<ParamGroup> parameterGroups() {
    return CosaRecipe.parameterGroups(online.params(), config);
  }

  @Override
  public Output forward(Batch batch, boolean wantsReport) {
    var weights = schedule.at(batch.step());
    boolean isDense = weights.has(SEG) || weights.has(CAM) || weights.has(REG);

    // the teacher's passes come first: no activations are kept yet
    var present = PresentClasses.of(batch.multiHot());
    var maps =
        isDense || wantsReport
            ? MultiScaleMaps.of(networks.teacher(), batch.view2(), config.cam().scales(), present)
            : null;
    clock.lap("teacher");
    var strong = NetworkInput.fitted(online, batch.view1());
    var tokens = passes.trained(batch, 0, () -> online.encode(strong));
    clock.lap("forward");

    var terms = new LinkedHashMap<LossTerm, Tensor>();
    var counts = new LinkedHashMap<String, Tensor>();
    addClassLosses(terms, tokens, batch.labels());
    Assignments assigned = null;
    if (maps != null) {
      assigned = assignments(batch, maps, present);
      clock.lap("pseudo labels");
    }
    boolean wantsHints = DenseLosses.wantsHints(batch, weights, wantsReport);
    if (assigned != null || wantsHints) {
      try (var _ = GradMode.enabled(isDense || weights.has(DenseLosses.HINT))) {
        var logits = DenseLosses.logits(online, batch.view1(), tokens.patchMap());
        var logProbabilities = logits.logSoftmax(1);
        if (assigned != null) {
          var empty = addDenseLosses(terms, batch, tokens, assigned, logits, logProbabilities);
          counts.put(CosaLosses.EMPTY_SEG_PARTS, empty);
        }
        if (wantsHints) {
          DenseLosses.addHints(terms, batch, logProbabilities, scope);
        }
      }
    }
    var tiles =
        wantsReport && assigned != null ? assigned.tiles(batch.view2()) : List.<StepTile>of();
    var losses = new LossTerms(terms, counts);
    var total = losses.total(weights);
    clock.lap("dense losses");
    return new Output(losses, total, tiles);
  }

  private void addClassLosses(Map<LossTerm, Tensor> terms, Tokens tokens, Tensor labels) {
    var attention = tokens.clsAttention();
    var logits = online.trainedClassLogits(tokens.patchMap(), attention, labels);
    terms.put(CLS, ClassLoss.of(logits, labels));
    var auxLogits = online.trainedAuxClassLogits(tokens.auxMap(), attention, labels);
    terms.put(CLS_AUX, ClassLoss.of(auxLogits, labels));
  }

  private Assignments assignments(Batch batch, MultiScaleMaps maps, PresentClasses present) {
    var cam = config.cam();
    return new Assignments(
        maps,
        present,
        labels(maps.cam(), present, batch, cam.highThreshold(), cam.lowThreshold()),
        labels(maps.auxCam(), present, batch, cosa.auxHighThreshold(), cosa.auxLowThreshold()));
  }

  private Tensor labels(Tensor cam, PresentClasses present, Batch batch, double high, double low) {
    var thresholds = new Thresholds(high, low, config.cam().parDownscale());
    return batch.pixels().correct(PseudoLabels.unrefined(cam, present, batch.boxes(), thresholds));
  }

  /// @return how many parts of the segmentation loss had no pixel, int64 scalar
  private Tensor addDenseLosses(
      Map<LossTerm, Tensor> terms,
      Batch batch,
      Tokens tokens,
      Assignments assigned,
      Tensor logits,
      Tensor logProbabilities) {
    var seg = SegLoss.ofLogProbabilities(logProbabilities, assigned.labels(), scope);
    var auxSeg = SegLoss.ofLogProbabilities(logProbabilities, assigned.auxLabels(), scope);
    terms.put(SEG, seg.value().add(auxSeg.value()).mul(0.5));
    var cam = online.cam(tokens.patchMap()); // [B, K, h, w]
    var target =
        SwapLoss.target(
            assigned.maps().segLogits(),
            assigned.present(),
            (int) cam.size(1),
            cam.size(2),
            cam.size(3),
            cosa.temperature());
    terms.put(CAM, SwapLoss.of(cam, target));
    terms.put(
        REG,
        EnergyLoss.of(
            batch.view1(), normalization, logits, assigned.labels(), batch.boxes(), config.loss()));
    return seg.emptyParts().add(auxSeg.emptyParts());
  }

  /// Moves the teacher towards the online network.
  @Override
  public void afterUpdate() {
    networks.emaUpdate(cosa.teacherMomentum());
  }
}
