package toco.reproduce;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.config.Protocol;
import toco.eval.MapKind;

/// Settings and results of a published run. Losses and the scores of evaluations in training are
/// those of the published logs (rulixiang/ToCo, `logs/toco_*_20k.log` and `toco_*_80k.log`;
/// METHOD.md "Published figures" has most of them), scores with CRF and of VOC's server are those
/// of the paper and its README.
///
/// @param scores mean IoU
/// @param testPercent mean IoU from VOC's server in per cent; NaN: there is none
/// @param losses the first and the last line of the log
/// @param weightsSha256 the start of the SHA-256 of the encoder's weights, as in their file name
/// @param processes GPUs
/// @param samplesPerProcess images per step on each GPU
/// @param took time and hardware
record PublishedRun(
    List<Score> scores,
    double testPercent,
    List<Losses> losses,
    String weightsSha256,
    int processes,
    int samplesPerProcess,
    String took) {
  static final PublishedRun VOC_DEIT_B =
      new PublishedRun(
          scores(70.49, 62.47, 68.10, Protocol.Name.VOC_CRF, 69.8),
          70.5,
          List.of(
              new Losses(200, 0.4211, 0.5536, 0.4534, 1.1987, 2.8266),
              new Losses(20_000, 0.0375, 0.0349, 0.1118, 0.6756, 0.1238)),
          "b5f2ef4d",
          2,
          2,
          "3:39 h on two A100");
  static final PublishedRun VOC_VIT_B =
      new PublishedRun(
          scores(72.33, 68.35, 69.22, Protocol.Name.VOC_CRF, 71.1),
          72.2,
          List.of(
              new Losses(200, 0.4358, 6.2393, 0.3997, 1.5585, 2.9299),
              new Losses(20_000, 0.0414, 0.0388, 0.1118, 0.6530, 0.0961)),
          "80ecf9dd",
          2,
          2,
          "3:44 h on two A100");
  static final PublishedRun COCO_DEIT_B =
      new PublishedRun(
          scores(41.93, 30.93, 40.57, Protocol.Name.COCO_CRF, 41.3),
          Double.NaN,
          List.of(
              new Losses(200, 0.3779, 0.6435, 0.4377, 0.6040, 4.2811),
              new Losses(80_000, 0.0465, 0.0492, 0.1787, 0.1653, 0.4426)),
          "b5f2ef4d",
          4,
          2,
          "27:11 h on four A100");
  static final PublishedRun COCO_VIT_B =
      new PublishedRun(
          scores(43.38, 41.16, 42.41, Protocol.Name.COCO_CRF, 42.2),
          Double.NaN,
          List.of(
              new Losses(200, 0.3981, 5.8373, 0.4290, 1.0276, 4.2279),
              new Losses(80_000, 0.0433, 0.0434, 0.1140, 0.5070, 0.2742)),
          "80ecf9dd",
          4,
          2,
          "27:14 h on four A100");

  PublishedRun {
    scores = List.copyOf(scores);
    losses = List.copyOf(losses);
  }

  /// A mean IoU.
  record Score(Protocol.Name protocol, MapKind kind, double percent) {}

  /// A line of the published log: means since the previous line.
  ///
  /// @param iteration steps done
  record Losses(int iteration, double cls, double clsAux, double ptc, double ctc, double seg) {
    /// The losses by their names in our logs.
    Map<String, Double> byTerm() {
      var terms = new LinkedHashMap<String, Double>();
      terms.put("cls", cls);
      terms.put("clsAux", clsAux);
      terms.put("ptc", ptc);
      terms.put("ctc", ctc);
      terms.put("seg", seg);
      return terms;
    }
  }

  /// Images per step on all GPUs together.
  int samplesPerStep() {
    return processes * samplesPerProcess;
  }

  /// The protocol of the evaluation after training.
  Protocol.Name lastProtocol() {
    return scores.getLast().protocol();
  }

  private static List<Score> scores(
      double cam, double camAux, double seg, Protocol.Name last, double crf) {
    return List.of(
        new Score(Protocol.Name.TRAIN_TIME, MapKind.CAM, cam),
        new Score(Protocol.Name.TRAIN_TIME, MapKind.CAM_AUX, camAux),
        new Score(Protocol.Name.TRAIN_TIME, MapKind.SEG, seg),
        new Score(last, MapKind.CRF, crf));
  }
}
