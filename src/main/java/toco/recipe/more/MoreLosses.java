package toco.recipe.more;

import java.util.List;
import toco.config.Config;
import toco.config.MoreConfig;
import toco.loss.LossSchedule;
import toco.loss.LossSchedule.Entry;
import toco.loss.LossTerm;
import toco.recipe.DenseLosses;

/// The terms of MoRe's loss, in the published order; five of them are also ToCo's.
final class MoreLosses {
  /// Image-level classification from the patch tokens.
  static final LossTerm CLS = new LossTerm("cls", "Classification");

  /// The same from the patch tokens of an intermediate block.
  static final LossTerm CLS_AUX = new LossTerm("clsAux", "Auxiliary classification");

  /// Class tokens kept apart.
  static final LossTerm ATTRI = new LossTerm("attri", "Class tokens apart");

  /// Patch-token contrast.
  static final LossTerm PTC = new LossTerm("ptc", "Patch-token contrast");

  /// Confident patches and the class tokens.
  static final LossTerm CRE = new LossTerm("cre", "Confident patches");

  /// Uncertain patches and the class tokens.
  static final LossTerm URE = new LossTerm("ure", "Uncertain patches");

  /// Segmentation cross-entropy on pseudo-labels.
  static final LossTerm SEG = DenseLosses.SEG;

  /// Dense energy regularisation.
  static final LossTerm REG = DenseLosses.REG;

  /// How many of the two parts of the segmentation loss, background and foreground, had no pixel.
  static final String EMPTY_SEG_PARTS = "emptySegParts";

  private MoreLosses() {}

  /// The terms of a configuration: those of its hints are among them.
  static LossSchedule of(Config config, MoreConfig more) {
    return DenseLosses.withHints(of(more), config);
  }

  /// The weights that a configuration gives the terms; the two classification losses always have
  /// weight 1.
  static LossSchedule of(MoreConfig more) {
    return new LossSchedule(
        List.of(
            new Entry(CLS, 1),
            new Entry(CLS_AUX, 1),
            new Entry(ATTRI, more.attriWeight()),
            new Entry(PTC, more.ptcWeight(), more.ptcStartIter()),
            new Entry(CRE, more.creWeight(), more.creStartIter()),
            new Entry(URE, more.ureWeight(), more.ureStartIter()),
            new Entry(SEG, more.segWeight(), more.segStartIter()),
            new Entry(REG, more.regWeight(), more.regStartIter())),
        List.of(EMPTY_SEG_PARTS));
  }
}
