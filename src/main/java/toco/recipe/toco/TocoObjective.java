package toco.recipe.toco;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import toco.batch.Batch;
import toco.cam.AffinityMask;
import toco.cam.CamLabels;
import toco.cam.MultiScaleCam;
import toco.cam.PresentClasses;
import toco.cam.PseudoLabels;
import toco.cam.RoiCrops;
import toco.config.Config;
import toco.distributed.World;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.loss.ClassLoss;
import toco.loss.CtcLoss;
import toco.loss.LossSchedule;
import toco.loss.LossTerm;
import toco.loss.LossTerms;
import toco.loss.LossWeights;
import toco.loss.MeanScope;
import toco.loss.PtcLoss;
import toco.model.Encoder.Encoded;
import toco.model.Encoder.Tokens;
import toco.model.Network;
import toco.model.Toco;
import toco.optim.ParamGroup;
import toco.recipe.DenseLosses;
import toco.recipe.Objective;
import toco.recipe.StepClock;
import toco.recipe.StepTile;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// ToCo's losses (arXiv:2303.01267), in the paper's order (METHOD.md, "One training step").
///
/// Without `model.dropPath` the network has no random layer, so each view is encoded once: the pass
/// of `view1` and `view2` serves the losses, the CAMs of scale 1 and both projection heads.
public final class TocoObjective implements Objective {
  private final Toco model;
  private final Config config;
  private final FurtherTerms further;
  private final LossSchedule schedule;
  private final ViewPasses passes;
  private final Normalization normalization;
  private final PseudoLabels pseudoLabels;
  private final DenseLosses dense;
  private final MeanScope scope;
  private final Function<Batch, RoiCrops.Corners> corners;
  private final StepClock clock;

  private TocoObjective(
      Toco model,
      Config config,
      MeanScope scope,
      Function<Batch, RoiCrops.Corners> corners,
      FurtherTerms further,
      StepClock clock) {
    this.model = model;
    this.config = config;
    this.further = further;
    schedule = further.schedule(TocoLosses.of(config));
    passes = new ViewPasses(model, config);
    this.scope = scope;
    this.corners = corners;
    this.clock = clock;
    normalization = Normalization.of(model.config().statistics());
    pseudoLabels = new PseudoLabels(config.cam());
    dense = new DenseLosses(model, normalization, config, scope);
  }

  /// The losses of one process, whose local crops are drawn at random.
  ///
  /// @param model is closed with the objective
  public static TocoObjective of(Toco model, Config config) {
    return of(model, config, World.single());
  }

  /// The losses of one of several processes.
  ///
  /// @param model is closed with the objective
  /// @param world stays the caller's
  public static TocoObjective of(Toco model, Config config, World world) {
    model.checkpointActivations(config.train().checkpointActivations());
    return new TocoObjective(
        model,
        config,
        MeanScope.of(config.loss().scope(), world),
        batch -> randomCorners(config, batch),
        FurtherTerms.NONE,
        StepClock.NONE);
  }

  /// The same losses with local crops at given places.
  public TocoObjective withCorners(Function<Batch, RoiCrops.Corners> given) {
    return new TocoObjective(model, config, scope, given, further, clock);
  }

  /// The same losses, whose parts are timed.
  public TocoObjective timedBy(StepClock timer) {
    return new TocoObjective(model, config, scope, corners, further, timer);
  }

  /// The same losses and, after them, one of another recipe.
  ///
  /// @param loss a scalar from a batch and the trained pass of its `view1`
  public TocoObjective plus(LossSchedule.Entry entry, BiFunction<Batch, Tokens, Tensor> loss) {
    return new TocoObjective(model, config, scope, corners, further.plus(entry, loss), clock);
  }

  /// A function of the seed, the step and the position of each image in the step's whole batch, so
  /// that neither resuming nor the number of processes changes the crops.
  private static RoiCrops.Corners randomCorners(Config config, Batch batch) {
    return RoiCrops.random(
        config.train().localCrops(),
        config.train().localCropSizePx(),
        config.run().seed(),
        Math.toIntExact(batch.step()),
        batch.firstPosition());
  }

  @Override
  public Network network() {
    return model;
  }

  @Override
  public List<ParamGroup> parameterGroups() {
    return TocoRecipe.parameterGroups(model.params(), config);
  }

  /// The teacher head moves towards the student before its forward pass of the step.
  @Override
  public Runnable beginStep() {
    Runnable undo = config.train().gradientAccumulation() > 1 ? restoringTeacher() : () -> {};
    model.updateTeacher();
    return undo;
  }

  private Runnable restoringTeacher() {
    var teacher = model.teacherWeights();
    try (var _ = GradMode.noGrad()) {
      var saved = teacher.stream().map(Tensor::clone).toList();
      return () -> {
        for (int i = 0; i < saved.size(); i++) {
          teacher.get(i).copy_(saved.get(i));
        }
      };
    }
  }

  @Override
  public Output forward(Batch batch, boolean wantsReport) {
    var weights = schedule.at(batch.step());
    boolean wantsPtc = wantsReport || weights.has(TocoLosses.PTC);
    boolean wantsCtc = wantsReport || weights.has(TocoLosses.CTC);
    boolean wantsSegmentation =
        wantsReport || weights.has(TocoLosses.SEG) || weights.has(TocoLosses.REG);
    boolean wantsCams = wantsPtc || wantsCtc || wantsSegmentation;
    var images = batch.view1();

    // CAM passes of other scales and of the mirrored image come first: no activations are kept yet
    var present = PresentClasses.of(batch.multiHot());
    var camPasses =
        wantsCams ? MultiScaleCam.start(model, images, config.cam().scales(), present) : null;
    clock.lap("cam");
    var views = passes.global(batch, wantsCtc);
    var steadyViews = wantsCams ? passes.steady(batch, wantsCtc, views) : views;
    clock.lap("forward");
    var tokens = views.tokens();
    var regions =
        camPasses == null ? null : regions(batch, camPasses.finish(steadyViews.tokens()), present);
    clock.lap("crops");

    var terms = new LinkedHashMap<LossTerm, Tensor>();
    var patchMap = tokens.patchMap(); // [B, D, h, w]
    addClassLosses(terms, patchMap, tokens, batch.labels());
    if (regions != null && wantsPtc) {
      var affinity = affinity(regions, batch.boxes(), tokens);
      terms.put(TocoLosses.PTC, patchTokenContrast(patchMap, affinity, weights));
    }
    clock.lap("patch contrast");
    if (regions != null && wantsCtc) {
      terms.put(
          TocoLosses.CTC, classTokenContrast(batch, views, steadyViews, regions.crops(), weights));
    }
    clock.lap("local forward");
    List<StepTile> tiles = List.of();
    Tensor labels = null;
    if (regions != null && wantsSegmentation) {
      labels = pseudoLabels(batch, regions);
      tiles = wantsReport ? regions.tiles(labels) : List.of();
      clock.lap("pseudo labels");
    }
    var counts = new LinkedHashMap<String, Tensor>();
    dense
        .addTo(terms, batch, patchMap, labels, batch.boxes(), weights, wantsReport)
        .ifPresent(empty -> counts.put(TocoLosses.EMPTY_SEG_PARTS, empty));
    further.addTo(terms, batch, tokens, weights, wantsReport);
    var losses = new LossTerms(terms, counts);
    var total = losses.total(weights);
    clock.lap("dense losses");
    return new Output(losses, total, tiles);
  }

  private void addClassLosses(
      Map<LossTerm, Tensor> terms, Tensor patchMap, Tokens tokens, Tensor labels) {
    var attention = tokens.clsAttention();
    var logits = model.trainedClassLogits(patchMap, attention, labels);
    terms.put(TocoLosses.CLS, ClassLoss.of(logits, labels));
    var auxLogits = model.trainedAuxClassLogits(tokens.auxMap(), attention, labels);
    terms.put(TocoLosses.CLS_AUX, ClassLoss.of(auxLogits, labels));
  }

  /// RoI mask and local crops, from the auxiliary CAMs.
  private Regions regions(Batch batch, MultiScaleCam.Cams cams, PresentClasses present) {
    var isPresent = present.multiHot(batch.view1().device()); // [B, P]
    var roiMask = CamLabels.roiMask(cams.auxCam(), isPresent, config.cam());
    var crops =
        RoiCrops.cut(
            batch.localView(),
            roiMask,
            config.train().localCropSizePx(),
            config.cam().negativeRatio(),
            corners.apply(batch));
    return new Regions(cams, present, isPresent, roiMask, crops);
  }

  private Tensor patchTokenContrast(Tensor patchMap, Tensor affinity, LossWeights weights) {
    try (var _ = GradMode.enabled(weights.has(TocoLosses.PTC))) {
      return PtcLoss.of(patchMap, affinity, scope);
    }
  }

  /// Which patches belong together by the auxiliary CAMs, int64 [B, h·w, h·w].
  private Tensor affinity(Regions regions, List<ImageBox> boxes, Tokens tokens) {
    try (var _ = GradMode.noGrad()) {
      var auxCam = regions.cams().auxCam();
      var atGrid =
          CamLabels.validCam(
              auxCam.interpolate(tokens.gridH(), tokens.gridW(), Interpolation.BILINEAR),
              regions.isPresent());
      return AffinityMask.of(CamLabels.forTraining(atGrid, gridBoxes(boxes), config.cam()));
    }
  }

  /// The published code applies boxes in pixels to the grid of patches; `compat: aligned` converts
  /// them.
  private List<ImageBox> gridBoxes(List<ImageBox> boxes) {
    int patchSizePx = config.model().encoderShape().patchSizePx();
    return switch (config.train().compat()) {
      case REFERENCE -> boxes;
      case ALIGNED -> boxes.stream().map(box -> box.inPatches(patchSizePx)).toList();
    };
  }

  /// The teacher sees the two global views, the student these and the local crops.
  private Tensor classTokenContrast(
      Batch batch, Encoded views, Encoded steadyViews, RoiCrops crops, LossWeights weights) {
    try (var _ = GradMode.enabled(weights.has(TocoLosses.CTC))) {
      var teacher = model.projectTeacher(steadyViews.clsToken().detach()); // [2B, P]
      var local = passes.local(batch, crops.viewMajor()); // [n·B, D]
      var student =
          model.projectStudent(Tensor.cat(List.of(views.clsToken(), local), 0)); // [(2 + n)·B, P]
      return CtcLoss.of(teacher, student, crops.flags(), config.loss().ctcTemperature());
    }
  }

  private Tensor pseudoLabels(Batch batch, Regions regions) {
    var cams = regions.cams();
    var labels =
        pseudoLabels.refine(
            normalization.denormalizeToUnit(batch.view1()),
            config.loss().labelsFromMainCamAt(batch.step()) ? cams.cam() : cams.auxCam(),
            regions.present(),
            batch.boxes());
    return batch.pixels().correct(labels);
  }
}
