package toco.recipe.toco;

import java.util.List;
import toco.config.Config;
import toco.config.LossConfig;
import toco.loss.LossSchedule;
import toco.loss.LossSchedule.Entry;
import toco.loss.LossTerm;
import toco.recipe.DenseLosses;

/// The terms of ToCo's loss, in the paper's order (METHOD.md, training step 5).
public final class TocoLosses {
  /// Image-level classification from the patch tokens.
  public static final LossTerm CLS = new LossTerm("cls", "Classification");

  /// The same from the patch tokens of an intermediate block.
  public static final LossTerm CLS_AUX = new LossTerm("clsAux", "Auxiliary classification");

  /// Patch-token contrast.
  public static final LossTerm PTC = new LossTerm("ptc", "Patch-token contrast");

  /// Class-token contrast.
  public static final LossTerm CTC = new LossTerm("ctc", "Class-token contrast");

  /// Segmentation cross-entropy on pseudo-labels.
  public static final LossTerm SEG = DenseLosses.SEG;

  /// Dense energy regularisation.
  public static final LossTerm REG = DenseLosses.REG;

  /// How many of the two parts of the segmentation loss, background and foreground, had no pixel.
  static final String EMPTY_SEG_PARTS = "emptySegParts";

  private TocoLosses() {}

  /// The terms of a configuration: those of its hints are among them.
  public static LossSchedule of(Config config) {
    return DenseLosses.withHints(of(config.loss()), config);
  }

  /// The weights that a configuration gives the terms; the two classification losses always have
  /// weight 1.
  public static LossSchedule of(LossConfig loss) {
    return new LossSchedule(
        List.of(
            new Entry(CLS, 1),
            new Entry(CLS_AUX, 1),
            new Entry(PTC, loss.ptcWeight(), loss.ptcStartIter()),
            new Entry(CTC, loss.ctcWeight(), loss.ctcStartIter()),
            new Entry(SEG, loss.segWeight(), loss.segStartIter()),
            new Entry(REG, loss.regWeight(), loss.regStartIter())),
        List.of(EMPTY_SEG_PARTS));
  }
}
