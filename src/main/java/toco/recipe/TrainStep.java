package toco.recipe;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.batch.Batch;
import toco.cam.AffinityMask;
import toco.cam.CamLabels;
import toco.cam.MultiScaleCam;
import toco.cam.PresentClasses;
import toco.cam.PseudoLabels;
import toco.cam.RoiCrops;
import toco.config.Config;
import toco.config.LossConfig;
import toco.distributed.GradientAveraging;
import toco.distributed.World;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.loss.ClassLoss;
import toco.loss.CtcLoss;
import toco.loss.EnergyLoss;
import toco.loss.LossTerms;
import toco.loss.MeanScope;
import toco.loss.PtcLoss;
import toco.loss.SegLoss;
import toco.model.Encoder.Encoded;
import toco.model.Encoder.Tokens;
import toco.model.Toco;
import toco.optim.Optimizer;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// One training step, in the paper's order (METHOD "One training step").
///
/// The network has no random layer, so each view is encoded once: the pass of `view1` and `view2`
/// serves the losses, the CAMs of scale 1 and both projection heads.
///
/// With `train.gradientAccumulation` above 1 a step takes as many batches, and the last updates the
/// weights.
public final class TrainStep {
  private final Toco model;
  private final Optimizer optimizer;
  private final Config config;
  private final PseudoLabels pseudoLabels;
  private final StepClock clock;
  private final GradientAveraging averaging;
  private final MeanScope scope;
  private int round; // of the step that goes on: batches whose gradients it has

  /// @param model stays the caller's, as does the optimizer
  public TrainStep(Toco model, Optimizer optimizer, Config config) {
    this(model, optimizer, config, StepClock.NONE);
  }

  /// @param clock hears of each part of every step
  public TrainStep(Toco model, Optimizer optimizer, Config config, StepClock clock) {
    this(model, optimizer, config, clock, GradientAveraging.none(), MeanScope.LOCAL);
  }

  /// A step that several processes make together.
  ///
  /// @param averaging of the model's gradients; stays the caller's
  /// @param world the processes
  public TrainStep(
      Toco model, Optimizer optimizer, Config config, GradientAveraging averaging, World world) {
    this(model, optimizer, config, StepClock.NONE, averaging, scope(config.loss(), world));
  }

  private TrainStep(
      Toco model,
      Optimizer optimizer,
      Config config,
      StepClock clock,
      GradientAveraging averaging,
      MeanScope scope) {
    this.clock = clock;
    this.model = model;
    this.optimizer = optimizer;
    this.config = config;
    this.averaging = averaging;
    this.scope = scope;
    model.checkpointActivations(config.train().checkpointActivations());
    pseudoLabels = new PseudoLabels(config.cam());
  }

  private static MeanScope scope(LossConfig loss, World world) {
    return switch (loss.scope()) {
      case LOCAL -> MeanScope.LOCAL;
      case GLOBAL ->
          new MeanScope(
              world.size(),
              counts -> {
                world.allReduce_(counts, "counting the pairs and pixels of a loss");
                return counts;
              });
    };
  }

  /// What a batch of a step computed, for logs and pictures; the tensors belong to the caller's
  /// scope.
  ///
  /// @param losses the terms, unweighted
  /// @param total the weighted sum that was minimised
  /// @param regions what the CAMs show; null if only the two classification losses were wanted
  /// @param pseudoLabels int64 [B, H, W]; null if nothing needed them
  public record Result(
      LossTerms losses, Tensor total, @Nullable Regions regions, @Nullable Tensor pseudoLabels) {}

  /// What the CAMs of a step show of its images, and the crops that were cut by it.
  ///
  /// @param cams activation maps [B, P, H, W] of `view1`, of the `present` classes
  /// @param present the classes of each image
  /// @param shown which of the maps are of a class of the image, [B, P]
  /// @param roiMask where crops may lie, int64 [B, H, W]
  /// @param crops the local crops and their flags
  public record Regions(
      MultiScaleCam.Cams cams,
      PresentClasses present,
      Tensor shown,
      Tensor roiMask,
      RoiCrops crops) {}

  /// Computes the losses of a batch and, unless more batches of the step are to come, updates the
  /// weights.
  ///
  /// @param iter iteration, from 0: it decides the weights of the losses
  /// @param corners where the local crops are cut
  /// @param report whether terms of weight 0 and pseudo-labels are wanted too, for logs and
  ///   pictures
  public Result run(Batch batch, long iter, RoiCrops.Corners corners, boolean report) {
    var images = batch.view1();
    var labels = batch.labels();
    var loss = config.loss();

    boolean contrasted = wanted(loss.ctcWeightAt(iter), report);
    boolean dense = wanted(loss.segWeightAt(iter) + loss.regWeightAt(iter), report);
    boolean mapped = contrasted || dense || wanted(loss.ptcWeightAt(iter), report);

    var present = PresentClasses.of(batch.multiHot());
    var camPasses =
        mapped ? MultiScaleCam.start(model, images, config.cam().scales(), present) : null;
    clock.lap("cam");
    var global = encodeGlobalViews(images, batch.view2(), contrasted);
    clock.lap("forward");
    var tokens = global.tokens();
    var regions =
        camPasses == null ? null : regions(batch, camPasses.finish(tokens), present, corners);
    clock.lap("crops");

    var patchMap = tokens.patchMap(); // [B, D, h, w]
    var cls = ClassLoss.of(model.classLogits(patchMap), labels);
    var clsAux = ClassLoss.of(model.auxClassLogits(tokens.auxMap()), labels);
    var ptc =
        regions != null && wanted(loss.ptcWeightAt(iter), report)
            ? patchTokenContrast(patchMap, affinity(regions, batch.boxes(), tokens), iter)
            : null;
    clock.lap("patch contrast");
    if (round == 0) {
      model.updateTeacher();
    }
    var ctc =
        regions != null && contrasted ? classTokenContrast(global, regions.crops(), iter) : null;
    clock.lap("local forward");
    Tensor refined = null;
    Dense decoded = null;
    if (regions != null && dense) {
      var cams = regions.cams();
      refined =
          pseudoLabels.refine(
              Normalization.denormalizeToUnit(images),
              loss.labelsFromMainCamAt(iter) ? cams.cam() : cams.auxCam(),
              present,
              batch.boxes());
      clock.lap("pseudo labels");
      decoded = denseLosses(images, patchMap, refined, batch.boxes(), iter);
    }
    var losses =
        new LossTerms(
            cls,
            clsAux,
            ptc,
            ctc,
            decoded == null ? null : decoded.seg.value(),
            decoded == null ? null : decoded.reg,
            decoded == null ? null : decoded.seg.emptyParts());
    var total = losses.total(loss, iter);
    clock.lap("dense losses");
    update(total);
    return new Result(losses, total, regions, refined);
  }

  private void update(Tensor total) {
    int rounds = config.train().gradientAccumulation();
    if (round == 0) {
      optimizer.zeroGrad();
    }
    round = (round + 1) % rounds;
    if (round == 0) {
      averaging.begin();
    }
    model.backward(rounds == 1 ? total : total.div(rounds));
    clock.lap("backward");
    if (round == 0) {
      averaging.finish();
      if (config.optim().clipGradNorm() > 0) {
        optimizer.clipGradNorm(config.optim().clipGradNorm());
      }
      optimizer.step();
      clock.lap("optimizer");
    }
  }

  /// Both global views, [2B, …]; of the second only the class token is used. One batch keeps a GPU
  /// busy; a CPU is not faster for it, and works better in smaller pieces of memory.
  ///
  /// @param contrasted whether class tokens are; else the second view is left out, [B, …]
  private Encoded encodeGlobalViews(Tensor view1, Tensor view2, boolean contrasted) {
    if (!contrasted) {
      return model.encode(view1, view1.size(0));
    }
    if (!view1.device().isCpu()) {
      return model.encode(Tensor.cat(List.of(view1, view2), 0), view1.size(0));
    }
    var tokens = model.encode(view1);
    return new Encoded(Tensor.cat(List.of(tokens.clsToken(), model.encodeClass(view2)), 0), tokens);
  }

  private Regions regions(
      Batch batch, MultiScaleCam.Cams cams, PresentClasses present, RoiCrops.Corners corners) {
    var shown = present.shown(batch.view1().device()); // [B, P]
    var roiMask = CamLabels.roiMask(cams.auxCam(), shown, config.cam());
    var crops =
        RoiCrops.cut(
            batch.localView(),
            roiMask,
            config.train().localCropSizePx(),
            config.cam().negativeRatio(),
            corners);
    return new Regions(cams, present, shown, roiMask, crops);
  }

  /// Terms of weight 0 are computed for reports alone; the optimizer sees zero gradients either
  /// way.
  private static boolean wanted(double weight, boolean report) {
    return weight > 0 || report;
  }

  private Tensor patchTokenContrast(Tensor patchMap, Tensor affinity, long iter) {
    try (var _ = GradMode.enabled(config.loss().ptcWeightAt(iter) > 0)) {
      return PtcLoss.of(patchMap, affinity, scope);
    }
  }

  /// The teacher sees the two global views, the student these and the local crops.
  private Tensor classTokenContrast(Encoded global, RoiCrops crops, long iter) {
    try (var _ = GradMode.enabled(config.loss().ctcWeightAt(iter) > 0)) {
      var teacher = model.projectTeacher(global.clsToken().detach()); // [2B, P]
      var local = model.encodeClass(crops.viewMajor()); // [n·B, D]
      var student =
          model.projectStudent(Tensor.cat(List.of(global.clsToken(), local), 0)); // [(2 + n)·B, P]
      return CtcLoss.of(teacher, student, crops.flags(), config.loss().ctcTemperature());
    }
  }

  /// Which patches belong together by the auxiliary CAMs.
  private Tensor affinity(Regions regions, List<ImageBox> boxes, Tokens tokens) {
    try (var _ = GradMode.noGrad()) {
      var auxCam = regions.cams().auxCam();
      var atGrid =
          CamLabels.validCam(
              auxCam.interpolate(tokens.gridH(), tokens.gridW(), Interpolation.BILINEAR),
              regions.shown());
      return AffinityMask.of(CamLabels.forTraining(atGrid, gridBoxes(boxes), config.cam()));
    }
  }

  /// The published code applies boxes in pixels to the grid of patches; `compat: aligned` converts
  /// them.
  private List<ImageBox> gridBoxes(List<ImageBox> boxes) {
    return switch (config.train().compat()) {
      case REFERENCE -> boxes;
      case ALIGNED ->
          boxes.stream()
              .map(box -> box.inPatches(config.model().encoderShape().patchSizePx()))
              .toList();
    };
  }

  private record Dense(SegLoss.Result seg, Tensor reg) {}

  /// The decoder's two losses; while both have weight 0 they are computed for the log alone.
  private Dense denseLosses(
      Tensor images, Tensor patchMap, Tensor labels, List<ImageBox> boxes, long iter) {
    boolean trained = config.loss().segWeightAt(iter) > 0 || config.loss().regWeightAt(iter) > 0;
    try (var _ = GradMode.enabled(trained)) {
      var logits =
          model
              .segment(patchMap)
              .interpolate(images.size(2), images.size(3), Interpolation.BILINEAR); // [B, C, H, W]
      return new Dense(
          SegLoss.of(logits, labels, scope),
          EnergyLoss.of(images, logits, labels, boxes, config.loss()));
    }
  }
}
