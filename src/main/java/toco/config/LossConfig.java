package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.between;
import static toco.config.ValueChecks.nonNegative;
import static toco.config.ValueChecks.positive;

import java.util.Locale;

/// `loss.*`: weights of the loss terms and the iterations at which they start (METHOD.md, training
/// step 5). The two classification losses always have weight 1. Before its start iteration a term
/// has weight 0: its gradient is zero, not absent.
///
/// @param scope over which samples the means of patch-token contrast, segmentation loss and hints
///   are taken on several processes: `local` (published), each process over its own batch;
///   `global`, over the batches of all processes, which makes the same step as one process with all
///   the samples
/// @param ptcWeight weight of the patch-token contrast
/// @param ctcWeight weight of the class-token contrast
/// @param segWeight weight of the segmentation cross-entropy on pseudo-labels
/// @param regWeight weight of the dense energy regularisation
/// @param ptcStartIter first iteration with `ptcWeight` (VOC 0, COCO 12001)
/// @param ctcStartIter first iteration with `ctcWeight` (VOC 0, COCO 12001)
/// @param segStartIter first iteration with `segWeight` (VOC 2001, COCO 8001)
/// @param regStartIter first iteration with `regWeight` (VOC 2001, COCO 8001)
/// @param mainCamStartIter first iteration whose pseudo-labels come from the CAMs; before it they
///   come from the auxiliary CAMs (VOC 0, COCO 12001)
/// @param ctcTemperature temperature by which class-token similarities are divided (VOC 0.5, COCO
///   1.0)
/// @param energyWeight factor of the dense energy, in addition to `regWeight`
/// @param energySigmaRgb bandwidth of its bilateral filter in colour, 0–255
/// @param energySigmaXy bandwidth of its bilateral filter in pixels of the full-size image
/// @param energyScaleFactor size at which the energy is computed, relative to the full size
/// @param hintWeight weight of the segmentation cross-entropy on hinted pixels, if there are
///   `data.hints`
/// @param hintStartIter first iteration with `hintWeight`
public record LossConfig(
    @Default("local") Scope scope,
    @OnlyFor(RecipeName.TOCO) @Default("0.2") double ptcWeight,
    @OnlyFor(RecipeName.TOCO) @Default("0.5") double ctcWeight,
    @OnlyFor(RecipeName.TOCO) @Default("0.1") double segWeight,
    @OnlyFor(RecipeName.TOCO) @Default("0.05") double regWeight,
    @OnlyFor(RecipeName.TOCO) @Default("0") int ptcStartIter,
    @OnlyFor(RecipeName.TOCO) @Default("0") int ctcStartIter,
    @OnlyFor(RecipeName.TOCO) @Default("2001") int segStartIter,
    @OnlyFor(RecipeName.TOCO) @Default("2001") int regStartIter,
    @OnlyFor(RecipeName.TOCO) @Default("0") int mainCamStartIter,
    @OnlyFor(RecipeName.TOCO) @Default("0.5") double ctcTemperature,
    @Default("1e-7") double energyWeight,
    @Default("15") double energySigmaRgb,
    @Default("100") double energySigmaXy,
    @Default("0.5") double energyScaleFactor,
    @Default("0.1") double hintWeight,
    @Default("0") int hintStartIter) {

  /// The samples over which means are taken.
  public enum Scope {
    LOCAL,
    GLOBAL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public LossConfig {
    nonNegative("loss.ptcWeight", ptcWeight);
    nonNegative("loss.ctcWeight", ctcWeight);
    nonNegative("loss.segWeight", segWeight);
    nonNegative("loss.regWeight", regWeight);
    atLeast("loss.ptcStartIter", ptcStartIter, 0);
    atLeast("loss.ctcStartIter", ctcStartIter, 0);
    atLeast("loss.segStartIter", segStartIter, 0);
    atLeast("loss.regStartIter", regStartIter, 0);
    atLeast("loss.mainCamStartIter", mainCamStartIter, 0);
    positive("loss.ctcTemperature", ctcTemperature);
    nonNegative("loss.energyWeight", energyWeight);
    positive("loss.energySigmaRgb", energySigmaRgb);
    positive("loss.energySigmaXy", energySigmaXy);
    positive("loss.energyScaleFactor", energyScaleFactor);
    between("loss.energyScaleFactor", energyScaleFactor, 0, 1);
    nonNegative("loss.hintWeight", hintWeight);
    atLeast("loss.hintStartIter", hintStartIter, 0);
  }

  /// Whether pseudo-labels of iteration `iter` come from the CAMs (else from the auxiliary CAMs).
  public boolean labelsFromMainCamAt(long iter) {
    return iter >= mainCamStartIter;
  }
}
