package toco.reproduce;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import toco.config.Protocol;
import toco.eval.MapKind;

/// Settings and results of a published run. Those of ToCo are here: losses and the scores of
/// evaluations in training are those of the published logs (rulixiang/ToCo, `logs/toco_*_20k.log`
/// and `toco_*_80k.log`; METHOD.md "Published figures" has most of them), scores with CRF and of
/// VOC's server are those of the paper and its README.
///
/// @param lastProtocols of the evaluations after training
/// @param scores mean IoU that ours are compared with
/// @param others mean IoU of evaluations that are not made here
/// @param test the score of VOC's server; null: there is none
/// @param losses lines of the log, the first and the last among them
/// @param byMagnitude terms that can be compared by order of magnitude only
/// @param processes GPUs
/// @param samplesPerProcess images per step on each GPU
/// @param took time and hardware
/// @param remarks what a reader of the comparison should know of the published results
record PublishedRun(
    List<Protocol.Name> lastProtocols,
    List<Score> scores,
    List<OtherScore> others,
    @Nullable Test test,
    List<Losses> losses,
    Set<String> byMagnitude,
    int processes,
    int samplesPerProcess,
    String took,
    List<String> remarks) {
  static final PublishedRun VOC_DEIT_B =
      voc(
          scores(70.49, 62.47, 68.10, Protocol.Name.VOC_CRF, 69.8),
          70.5,
          List.of(
              toco(200, 0.4211, 0.5536, 0.4534, 1.1987, 2.8266),
              toco(20_000, 0.0375, 0.0349, 0.1118, 0.6756, 0.1238)),
          "3:39 h on two A100");
  static final PublishedRun VOC_VIT_B =
      voc(
          scores(72.33, 68.35, 69.22, Protocol.Name.VOC_CRF, 71.1),
          72.2,
          List.of(
              toco(200, 0.4358, 6.2393, 0.3997, 1.5585, 2.9299),
              toco(20_000, 0.0414, 0.0388, 0.1118, 0.6530, 0.0961)),
          "3:44 h on two A100");
  static final PublishedRun COCO_DEIT_B =
      coco(
          scores(41.93, 30.93, 40.57, Protocol.Name.COCO_CRF, 41.3),
          List.of(
              toco(200, 0.3779, 0.6435, 0.4377, 0.6040, 4.2811),
              toco(80_000, 0.0465, 0.0492, 0.1787, 0.1653, 0.4426)),
          "27:11 h on four A100");
  static final PublishedRun COCO_VIT_B =
      coco(
          scores(43.38, 41.16, 42.41, Protocol.Name.COCO_CRF, 42.2),
          List.of(
              toco(200, 0.3981, 5.8373, 0.4290, 1.0276, 4.2279),
              toco(80_000, 0.0433, 0.0434, 0.1140, 0.5070, 0.2742)),
          "27:14 h on four A100");

  PublishedRun {
    lastProtocols = List.copyOf(lastProtocols);
    scores = List.copyOf(scores);
    others = List.copyOf(others);
    losses = List.copyOf(losses);
    byMagnitude = Set.copyOf(byMagnitude);
    remarks = List.copyOf(remarks);
  }

  /// A mean IoU in per cent.
  ///
  /// @param note for the reader; may be empty
  record Score(Protocol.Name protocol, MapKind kind, double percent, String note) {
    Score(Protocol.Name protocol, MapKind kind, double percent) {
      this(protocol, kind, percent, "");
    }
  }

  /// A mean IoU in per cent that has none of ours next to it.
  record OtherScore(String protocol, String list, MapKind kind, double percent, String note) {}

  /// A mean IoU in per cent from VOC's server.
  ///
  /// @param how it came about, as far as is known; empty: by the last protocol
  record Test(Protocol.Name protocol, double percent, String how) {}

  /// A line of the published log: means since the previous line.
  ///
  /// @param iteration steps done
  /// @param terms losses by their names in our logs
  record Losses(int iteration, Map<String, Double> terms) {
    /// @param values of the terms, in their order
    static Losses of(List<String> terms, int iteration, double... values) {
      if (terms.size() != values.length) {
        throw new IllegalArgumentException("%s terms, %s values".formatted(terms, values.length));
      }
      var byTerm = new LinkedHashMap<String, Double>();
      for (int i = 0; i < values.length; i++) {
        byTerm.put(terms.get(i), values[i]);
      }
      return new Losses(iteration, byTerm);
    }
  }

  /// Images per step on all GPUs together.
  int samplesPerStep() {
    return processes * samplesPerProcess;
  }

  /// Whether the evaluations after training are made once more with known image labels.
  boolean labelsKnown() {
    return scores.stream().anyMatch(score -> score.kind().labelsKnown());
  }

  private static PublishedRun voc(
      List<Score> scores, double test, List<Losses> losses, String took) {
    var protocol = Protocol.Name.VOC_CRF;
    return toco(protocol, scores, new Test(protocol, test, ""), losses, 2, took);
  }

  private static PublishedRun coco(List<Score> scores, List<Losses> losses, String took) {
    return toco(Protocol.Name.COCO_CRF, scores, null, losses, 4, took);
  }

  private static PublishedRun toco(
      Protocol.Name last,
      List<Score> scores,
      @Nullable Test test,
      List<Losses> losses,
      int processes,
      String took) {
    return new PublishedRun(
        List.of(last), scores, List.of(), test, losses, Set.of(), processes, 2, took, List.of());
  }

  private static Losses toco(int iteration, double... values) {
    return Losses.of(List.of("cls", "clsAux", "ptc", "ctc", "seg"), iteration, values);
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
