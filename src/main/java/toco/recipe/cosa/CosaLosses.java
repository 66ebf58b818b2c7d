package toco.recipe.cosa;

import java.util.List;
import toco.config.Config;
import toco.config.CosaConfig;
import toco.loss.LossSchedule;
import toco.loss.LossSchedule.Entry;
import toco.loss.LossTerm;
import toco.recipe.DenseLosses;

/// The terms of CoSA's loss, in order (docs/COSA.md "A step").
final class CosaLosses {
  /// Image-level classification of the strong view from the patch tokens.
  static final LossTerm CLS = new LossTerm("cls", "Classification");

  /// The same from the patch tokens of an intermediate block.
  static final LossTerm CLS_AUX = new LossTerm("clsAux", "Auxiliary classification");

  /// Segmentation cross-entropy on the labels from the teacher's CAMs.
  static final LossTerm SEG = DenseLosses.SEG;

  /// The online CAMs against the teacher's segmentation.
  static final LossTerm CAM = new LossTerm("cam", "Swapped CAM");

  /// Dense energy regularisation.
  static final LossTerm REG = DenseLosses.REG;

  /// How many of the four parts of the segmentation loss had no pixel: background and foreground,
  /// of the labels from the CAM and of those from the auxiliary one.
  static final String EMPTY_SEG_PARTS = "emptySegParts";

  private CosaLosses() {}

  /// The terms of a configuration: those of its hints are among them.
  static LossSchedule of(Config config) {
    return DenseLosses.withHints(of(config.cosa()), config);
  }

  /// The weights that a configuration gives the terms; the two classification losses always have
  /// weight 1.
  static LossSchedule of(CosaConfig cosa) {
    int start = cosa.denseStartIter();
    return new LossSchedule(
        List.of(
            new Entry(CLS, 1),
            new Entry(CLS_AUX, 1),
            new Entry(SEG, cosa.segWeight(), start),
            new Entry(CAM, cosa.camWeight(), start),
            new Entry(REG, cosa.regWeight(), start)),
        List.of(EMPTY_SEG_PARTS));
  }
}
