package toco.recipe.more;

import static toco.recipe.toco.TocoLosses.CLS;
import static toco.recipe.toco.TocoLosses.CLS_AUX;
import static toco.recipe.toco.TocoLosses.PTC;
import static toco.recipe.toco.TocoLosses.REG;
import static toco.recipe.toco.TocoLosses.SEG;

import java.util.List;
import toco.config.MoreConfig;
import toco.loss.LossSchedule;
import toco.loss.LossSchedule.Entry;
import toco.loss.LossTerm;

/// The terms of MoRe's loss, in the published order; five of them are ToCo's.
public final class MoreLosses {
  /// Class tokens kept apart.
  public static final LossTerm ATTRI = new LossTerm("attri", "Class tokens apart");

  /// Confident patches and the class tokens.
  public static final LossTerm CRE = new LossTerm("cre", "Confident patches");

  /// Uncertain patches and the class tokens.
  public static final LossTerm URE = new LossTerm("ure", "Uncertain patches");

  /// How many of the two parts of the segmentation loss, background and foreground, had no pixel.
  static final String EMPTY_SEG_PARTS = "emptySegParts";

  private MoreLosses() {}

  /// The weights that a configuration gives the terms; the two classification losses always have
  /// weight 1.
  public static LossSchedule of(MoreConfig more) {
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
