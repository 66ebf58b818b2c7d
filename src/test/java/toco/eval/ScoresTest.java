package toco.eval;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.files.Json;

class ScoresTest {
  private static final List<String> CLASSES = List.of("cat", "dog");

  @Test
  void tableIsAligned() {
    assertEquals(
        """
        IoU, %                  seg      CAM  aux CAM
        background           100.00    66.67     0.00
        cat                  100.00    50.00     0.00
        dog                       -        -        -
        ---------------------------------------------
        mIoU                 100.00    58.33     0.00
        pixel accuracy       100.00    75.00     0.00
        mean accuracy        100.00    83.33     0.00
        freq. weighted IoU   100.00    62.50     0.00
        boundary F            75.00    75.00    75.00
        class F1              62.50
        class mAP             50.00
        patch cosine         0.1235
        images                    2
        in no mask, so not in the means: dog
        """,
        scores().table(CLASSES));
  }

  @Test
  void jsonHasNullForNaN() {
    var mapper = Json.MAPPER;
    var json = mapper.readTree(mapper.writeValueAsString(scores().toJson(CLASSES)));
    assertEquals(
        List.of(
            "images",
            "segMiou",
            "camMiou",
            "camAuxMiou",
            "classF1",
            "classMap",
            "patchCosine",
            "pixelAccuracy",
            "meanAccuracy",
            "frequencyWeightedIou",
            "boundaryF",
            "perClass",
            "perClassBoundaryF",
            "perClassF1",
            "perClassAp"),
        List.copyOf(json.propertyNames()));
    assertEquals(1, json.get("segMiou").asDouble());
    assertEquals(2, json.get("images").asInt());
    assertEquals(0.75, json.get("pixelAccuracy").get("cam").asDouble());
    assertEquals(0.5, json.get("perClass").get("cat").get("cam").asDouble());
    assertTrue(json.get("perClass").get("dog").get("camAux").isNull());
  }

  @Test
  void classNamesMustFit() {
    var thrown = assertThrows(IllegalArgumentException.class, () -> scores().table(List.of("cat")));
    assertTrue(thrown.getMessage().contains("2 foreground classes, got 1"), thrown.getMessage());
    var two = new MapScores(new ConfusionMatrix(2), new double[2]);
    assertThrows(
        IllegalArgumentException.class,
        () -> new Scores(Map.of(MapKind.SEG, two), scores().named(), 0, 1));
  }

  @Test
  void onlyTheEvaluatedKindsOfMapAreShown() {
    var all = scores();
    var seg = Map.of(MapKind.SEG, requireNonNull(all.maps().get(MapKind.SEG)));
    var alone = new Scores(seg, all.named(), all.patchCosine(), all.images());
    assertEquals("IoU, %                 seg", alone.table(CLASSES).lines().findFirst().get());
    assertTrue(Double.isNaN(alone.camMiou()));
    assertFalse(alone.toJson(CLASSES).containsKey("camMiou"));
  }

  private static Scores scores() {
    var named =
        new ClassScores(
            0.625, new double[] {0.5, Double.NaN}, 0.25, new double[] {0.5, Double.NaN});
    var maps =
        Map.of(
            MapKind.SEG, scores(0, 0, 0, 1),
            MapKind.CAM, scores(0, 0, 1, 1),
            MapKind.CAM_AUX, scores(1, 1, 1, 0));
    return new Scores(maps, named, 0.12345, 2);
  }

  private static MapScores scores(int... predicted) {
    return new MapScores(matrix(predicted), new double[] {0.5, 1, Double.NaN});
  }

  /// Predictions for the true labels 0, 0, 0, 1.
  private static ConfusionMatrix matrix(int... predicted) {
    var matrix = new ConfusionMatrix(3);
    matrix.add(ConfusionMatrixTest.labels(0, 0, 0, 1), ConfusionMatrixTest.labels(predicted));
    return matrix;
  }
}
