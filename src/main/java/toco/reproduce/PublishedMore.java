package toco.reproduce;

import java.util.List;
import java.util.Set;
import toco.config.Protocol.Name;
import toco.eval.MapKind;
import toco.reproduce.PublishedRun.Losses;
import toco.reproduce.PublishedRun.Score;

/// The published runs of MoRe (zwyang6/MoRe, README and `logs/*.log`).
final class PublishedMore {
  private static final List<String> TERMS =
      List.of("cls", "clsAux", "attri", "ptc", "cre", "ure", "seg");
  private static final List<String> TERMS_OF_COCO =
      List.of("cls", "clsAux", "ptc", "cre", "ure", "seg");

  private static final String OLDER =
      "The published log is older than the published code, whose class tokens are made in another"
          + " way: attri, cre and ure are compared by order of magnitude.";

  static final PublishedRun VOC =
      new PublishedRun(
          List.of(Name.MORE_CRF, Name.MORE_CAM2SEG_CRF),
          List.of(
              new Score(Name.TRAIN_TIME, MapKind.CAM, 75.007),
              new Score(Name.TRAIN_TIME, MapKind.CAM_AUX, 70.273),
              new Score(Name.TRAIN_TIME, MapKind.LAM, 73.360),
              new Score(Name.TRAIN_TIME, MapKind.FUSED, 72.618),
              new Score(Name.TRAIN_TIME, MapKind.SEG, 72.122),
              new Score(
                  Name.MORE_CRF,
                  MapKind.CRF,
                  74.6,
                  "published by a user who ran the published code, not by its authors"),
              new Score(
                  Name.MORE_CAM2SEG_CRF,
                  MapKind.CRF,
                  76.4,
                  "by the authors, of maps of the predicted classes, not of the decoder")),
          List.of(),
          new PublishedRun.Test(
              Name.MORE_TEST_CRF, 75.0, "of maps, inferred from the name of the published script"),
          List.of(
              voc(200, .4121, 10.8427, 2.9957, .4374, 24.8204, .6275, 3.0513),
              voc(400, .2457, .5004, 2.9957, .4352, 22.9752, .6232, 3.0595),
              voc(1000, .2250, .2916, 2.9957, .4203, 10.4116, .5504, 3.0676),
              voc(2000, .1125, .1842, 2.3390, .2664, 10.3550, .5132, 2.9630),
              voc(2200, .1152, .1784, .3121, .2717, 10.2386, .4975, 1.6905),
              voc(4000, .0747, .1199, .0096, .1320, 9.0148, .4930, .1682),
              voc(10_000, .0580, .0746, .0022, .0536, 8.7659, .4839, .0950),
              voc(10_200, .0539, .0696, .0031, .0571, 8.0832, .4850, .1083),
              voc(20_000, .0333, .0279, .0007, .0389, 7.8708, .4809, .0727)),
          Set.of("attri", "cre", "ure"),
          1,
          4,
          "6:11 h on one RTX 3090",
          List.of(OLDER));

  static final PublishedRun COCO =
      new PublishedRun(
          List.of(Name.VOC_CRF), // its script, since deleted, evaluated like that of ToCo for VOC
          List.of(
              new Score(Name.TRAIN_TIME, MapKind.CAM, 49.112),
              new Score(Name.TRAIN_TIME, MapKind.CAM_AUX, 41.038),
              new Score(Name.TRAIN_TIME, MapKind.LAM, 45.228),
              new Score(Name.TRAIN_TIME, MapKind.FUSED, 48.469),
              new Score(Name.TRAIN_TIME, MapKind.SEG, 47.285),
              new Score(
                  Name.VOC_CRF,
                  MapKind.CRF,
                  47.4,
                  "how the published 47.4 was evaluated is unpublished")),
          List.of(),
          null,
          List.of(
              Losses.of(TERMS_OF_COCO, 200, .3951, 2.9357, .4279, 3.0365, .5042, 4.3706),
              Losses.of(TERMS_OF_COCO, 80_000, .0331, .0331, .2067, 3.6086, .4899, .2885)),
          Set.of("cre", "ure"),
          2,
          4,
          "2.9 s per step on two RTX 3090",
          List.of(
              OLDER,
              "COCO's published log has other weights than the published code (CRE 0.05, URE 0) and"
                  + " another attri, which is not compared."));

  private PublishedMore() {}

  private static Losses voc(int iteration, double... values) {
    return Losses.of(TERMS, iteration, values);
  }
}
