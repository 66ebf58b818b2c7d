package toco.recipe.more;

import static toco.recipe.more.MoreLosses.ATTRI;
import static toco.recipe.more.MoreLosses.CLS;
import static toco.recipe.more.MoreLosses.CLS_AUX;
import static toco.recipe.more.MoreLosses.CRE;
import static toco.recipe.more.MoreLosses.PTC;
import static toco.recipe.more.MoreLosses.REG;
import static toco.recipe.more.MoreLosses.SEG;
import static toco.recipe.more.MoreLosses.URE;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import toco.batch.Batch;
import toco.cam.AffinityMask;
import toco.cam.MultiScaleCam;
import toco.cam.PresentClasses;
import toco.cam.PseudoLabels;
import toco.config.Config;
import toco.config.MoreConfig;
import toco.distributed.World;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.loss.ClassLoss;
import toco.loss.LossSchedule;
import toco.loss.LossTerm;
import toco.loss.LossTerms;
import toco.loss.LossWeights;
import toco.loss.MeanScope;
import toco.loss.PtcLoss;
import toco.model.Encoder.Tokens;
import toco.model.MoreNetwork;
import toco.optim.ParamGroup;
import toco.recipe.DenseLosses;
import toco.recipe.DropPathPasses;
import toco.recipe.Objective;
import toco.recipe.StepClock;
import toco.recipe.StepTile;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// MoRe's losses (arXiv:2412.11076), in the published order. A batch's `view1` is all that is
/// encoded; padding counts as image.
///
/// Without `model.dropPath` the network has no random layer, so the pass of the losses serves the
/// CAMs of scale 1 too.
public final class MoreObjective implements Objective {
  private final MoreNetwork model;
  private final Config config;
  private final MoreConfig more;
  private final LossSchedule schedule;
  private final DropPathPasses passes;
  private final Normalization normalization;
  private final PseudoLabels pseudoLabels;
  private final DenseLosses dense;
  private final MeanScope scope;
  private final Function<Batch, UncertainTokens.Draw> draw;
  private final Consumer<PatchLabels> observer;
  private final StepClock clock;

  private MoreObjective(
      MoreNetwork model,
      Config config,
      MoreConfig more,
      MeanScope scope,
      Function<Batch, UncertainTokens.Draw> draw,
      Consumer<PatchLabels> observer,
      StepClock clock) {
    this.model = model;
    this.config = config;
    this.more = more;
    this.scope = scope;
    this.draw = draw;
    this.observer = observer;
    this.clock = clock;
    schedule = MoreLosses.of(config, more);
    passes = new DropPathPasses(model, config);
    normalization = Normalization.of(model.config().statistics());
    pseudoLabels = new PseudoLabels(config.cam());
    dense = new DenseLosses(model, normalization, config, scope);
  }

  /// The losses of one process, whose uncertain patches are drawn at random.
  ///
  /// @param model is closed with the objective
  public static MoreObjective of(MoreNetwork model, Config config, MoreConfig more) {
    return of(model, config, more, World.single());
  }

  /// The losses of one of several processes.
  ///
  /// @param world stays the caller's
  public static MoreObjective of(MoreNetwork model, Config config, MoreConfig more, World world) {
    model.checkpointActivations(config.train().checkpointActivations());
    return new MoreObjective(
        model,
        config,
        more,
        MeanScope.of(config.loss().scope(), world),
        batch -> randomDraw(config, batch),
        _ -> {},
        StepClock.NONE);
  }

  /// The same losses with other choices of uncertain patches.
  public MoreObjective withDraw(Function<Batch, UncertainTokens.Draw> other) {
    return new MoreObjective(model, config, more, scope, other, observer, clock);
  }

  /// The same losses; `other` is notified of the patches of each micro-batch.
  public MoreObjective observedBy(Consumer<PatchLabels> other) {
    return new MoreObjective(model, config, more, scope, draw, other, clock);
  }

  /// The same losses, whose parts are timed.
  public MoreObjective timedBy(StepClock timer) {
    return new MoreObjective(model, config, more, scope, draw, observer, timer);
  }

  private static UncertainTokens.Draw randomDraw(Config config, Batch batch) {
    return new RandomDraw(
        config.run().seed(), Math.toIntExact(batch.step()), batch.firstPosition());
  }

  @Override
  public MoreNetwork network() {
    return model;
  }

  @Override
  public List<ParamGroup> parameterGroups() {
    return MoreRecipe.parameterGroups(model.params(), config);
  }

  @Override
  public Output forward(Batch batch, boolean wantsReport) {
    var weights = schedule.at(batch.step());
    boolean wantsPatches = wantsReport || weights.has(PTC) || weights.has(CRE) || weights.has(URE);
    boolean wantsSegmentation = wantsReport || weights.has(SEG) || weights.has(REG);
    var images = batch.view1();

    // CAM passes of other scales and of the mirrored image come first: no activations are kept yet
    var present = PresentClasses.of(batch.multiHot());
    var camPasses =
        wantsPatches || wantsSegmentation
            ? MultiScaleCam.start(model, images, config.cam().scales(), present)
            : null;
    clock.lap("cam");
    var tokens = passes.trained(batch, 0, () -> model.encode(images));
    clock.lap("forward");
    var cams =
        camPasses == null
            ? null
            : camPasses.finish(passes.steady(tokens, () -> model.encode(images)));

    var terms = new LinkedHashMap<LossTerm, Tensor>();
    var patchMap = tokens.patchMap(); // [B, D, h, w]
    var classTokens = model.classTokens(tokens); // [B, K, D]
    terms.put(CLS, ClassLoss.of(model.classLogits(patchMap), batch.labels()));
    terms.put(CLS_AUX, ClassLoss.of(model.auxClassLogits(tokens.auxMap()), batch.labels()));
    terms.put(ATTRI, AttributeLoss.of(classTokens, more.attriTemperature()));
    var tiles = new ArrayList<StepTile>();
    if (cams != null && wantsPatches) {
      boolean findsTokens =
          weights.has(URE)
              || (wantsReport && UncertainTokens.canBeFound(tokens.gridH(), tokens.gridW()));
      var patches = patches(batch, cams, present, tokens, findsTokens);
      observer.accept(patches);
      addPatchLosses(terms, batch, patches, classTokens, patchMap, weights, wantsReport);
      tiles.addAll(patches.tiles(cams, present));
    }
    clock.lap("patch losses");
    var boxes = wholeImages(images);
    Tensor labels = null;
    if (cams != null && wantsSegmentation) {
      labels = pseudoLabels(batch, cams, present, boxes);
      tiles.add(new StepTile.Labels("pseudo-labels", labels));
      clock.lap("pseudo labels");
    }
    var counts = new LinkedHashMap<String, Tensor>();
    dense
        .addTo(terms, batch, patchMap, labels, boxes, weights, wantsReport)
        .ifPresent(empty -> counts.put(MoreLosses.EMPTY_SEG_PARTS, empty));
    var losses = new LossTerms(terms, counts);
    var total = losses.total(weights);
    clock.lap("dense losses");
    return new Output(losses, total, wantsReport ? List.copyOf(tiles) : List.of());
  }

  private PatchLabels patches(
      Batch batch,
      MultiScaleCam.Cams cams,
      PresentClasses present,
      Tokens tokens,
      boolean findsTokens) {
    try (var _ = GradMode.noGrad()) {
      var masks =
          MoreMasks.of(
              cams, present, tokens.gridH(), tokens.gridW(), batch.step(), config.cam(), more);
      return new PatchLabels(
          masks, findsTokens ? UncertainTokens.find(masks.ure(), draw.apply(batch)) : null);
    }
  }

  /// The three losses on patch tokens. Those of weight 0 are computed for a report alone.
  private void addPatchLosses(
      Map<LossTerm, Tensor> terms,
      Batch batch,
      PatchLabels patches,
      Tensor classTokens,
      Tensor patchMap,
      LossWeights weights,
      boolean wantsReport) {
    var masks = patches.masks();
    var labels = batch.labels();
    var losses = new LinkedHashMap<LossTerm, Supplier<Tensor>>();
    losses.put(PTC, () -> PtcLoss.of(patchMap, AffinityMask.of(masks.ptc()), scope));
    losses.put(
        CRE, () -> CreLoss.of(classTokens, patchMap, masks.cre(), labels, more.creTemperature()));
    var tokens = patches.tokens();
    if (tokens != null) {
      losses.put(URE, () -> UreLoss.of(classTokens, patchMap, tokens, labels, scope));
    }
    losses.forEach((term, loss) -> {
      if (wantsReport || weights.has(term)) {
        try (var _ = GradMode.enabled(weights.has(term))) {
          terms.put(term, loss.get());
        }
      }
    });
  }

  /// Of the CAM always.
  private Tensor pseudoLabels(
      Batch batch, MultiScaleCam.Cams cams, PresentClasses present, List<ImageBox> boxes) {
    var levels = normalization.denormalizeToUnit(batch.view1());
    return batch.pixels().correct(pseudoLabels.refine(levels, cams.cam(), present, boxes));
  }

  private static List<ImageBox> wholeImages(Tensor images) {
    var whole = ImageBox.full((int) images.size(2), (int) images.size(3));
    return Collections.nCopies((int) images.size(0), whole);
  }
}
