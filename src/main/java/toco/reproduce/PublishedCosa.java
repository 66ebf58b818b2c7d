package toco.reproduce;

import java.util.List;
import java.util.Set;
import toco.config.Protocol.Name;
import toco.eval.MapKind;
import toco.loss.LossSchedule;
import toco.reproduce.PublishedRun.Losses;
import toco.reproduce.PublishedRun.OtherScore;
import toco.reproduce.PublishedRun.Score;

/// The published runs of CoSA (youshyee/CoSA, README and logs): scores of the teacher.
final class PublishedCosa {
  private static final List<String> TERMS =
      List.of(LossSchedule.TOTAL, "cls", "clsAux", "seg", "cam", "reg");

  private static final String ORDINARY =
      "CoSA's README gives scores that are labels-known; ordinary ones of the whole list are"
          + " unpublished.";

  static final PublishedRun VOC =
      new PublishedRun(
          List.of(Name.COSA_CRF),
          List.of(
              new Score(Name.COSA, MapKind.SEG, 73.528),
              new Score(Name.COSA, MapKind.SEG_LABELS_KNOWN, 75.042),
              new Score(Name.COSA_CRF, MapKind.CRF_LABELS_KNOWN, 75.253),
              new Score(Name.COSA, MapKind.CAM, 70.300),
              new Score(Name.COSA, MapKind.CAM_AUX, 68.036)),
          List.of(
              kept("cosa", "val.txt, 1,449", MapKind.SEG_LABELS_KNOWN, 76.185, "24,000"),
              kept("cosa-crf", "val.txt, 1,449", MapKind.CRF_LABELS_KNOWN, 76.357, "24,000")),
          new PublishedRun.Test(
              Name.COSA_CRF,
              75.1,
              "how it came about is unpublished, the published code cannot evaluate this list"),
          List.of(
              line(200, 6.4637, .4267, 6.0371, 3.0748, .7614, -.2222),
              line(2000, .2312, .0796, .1516, 2.9549, 1.0206, -.2208),
              line(6000, .1948, .0810, .1138, 2.8676, .9563, -.2398),
              line(6200, .3591, .0836, .1084, 1.7370, .9101, -1.0158),
              line(10_000, .1170, .0610, .0730, .3520, .7084, -1.7520),
              line(20_000, .1068, .0371, .0419, .1671, .6941, -.4720),
              line(32_000, .0729, .0255, .0249, .1197, .6923, -.4812)),
          Set.of(),
          2,
          2,
          "8:31 h on two RTX 3090, with evaluations",
          List.of(ORDINARY));

  static final PublishedRun COCO =
      new PublishedRun(
          List.of(Name.COSA_CRF),
          List.of(
              new Score(Name.COSA, MapKind.SEG_LABELS_KNOWN, 50.996, chosen("30,000", "val_part")),
              new Score(
                  Name.COSA_CRF, MapKind.CRF_LABELS_KNOWN, 51.112, chosen("30,000", "val_part"))),
          List.of(
              part("cosa", MapKind.SEG, 47.893),
              part("cosa", MapKind.SEG_LABELS_KNOWN, 49.866),
              part("cosa-crf", MapKind.CRF_LABELS_KNOWN, 49.869),
              part("cosa", MapKind.CAM, 47.736),
              part("cosa", MapKind.CAM_AUX, 45.172)),
          null,
          List.of(
              line(200, 9.0859, .3559, 8.7300, 4.4304, .7969, -.0672),
              line(10_000, .1194, .0553, .0641, 4.3989, .9463, -.0656),
              line(10_200, .3215, .0599, .0667, 2.5858, .8123, -2.0384),
              line(20_000, .1695, .0539, .0630, .4677, .6971, -.5826),
              line(60_000, .1219, .0400, .0427, .2575, .6939, -.4262)),
          Set.of(),
          2,
          4,
          "43 to 44 h on two GPUs",
          List.of(ORDINARY));

  private PublishedCosa() {}

  private static Losses line(int iteration, double... values) {
    return Losses.of(TERMS, iteration, values);
  }

  private static OtherScore kept(
      String protocol, String list, MapKind kind, double percent, String iteration) {
    return new OtherScore(protocol, list, kind, percent, chosen(iteration, "val"));
  }

  private static String chosen(String iteration, String list) {
    return "published at iteration %s, which scored best on %s, labels-known"
        .formatted(iteration, list);
  }

  private static OtherScore part(String protocol, MapKind kind, double percent) {
    return new OtherScore(protocol, "val_part.txt, 5,000", kind, percent, "");
  }
}
