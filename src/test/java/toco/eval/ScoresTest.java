package toco.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ScoresTest {
  private static final List<String> CLASSES = List.of("cat", "dog");

  @Test
  void tableIsAligned() {
    assertEquals(
        """
        IoU, %              seg      CAM  aux CAM
        background       100.00    66.67     0.00
        cat              100.00    50.00     0.00
        dog                   -        -        -
        -----------------------------------------
        mIoU             100.00    58.33     0.00
        pixel accuracy   100.00    75.00     0.00
        mean accuracy    100.00    83.33     0.00
        class F1          62.50
        patch cosine     0.1235
        images                2
        """,
        scores().table(CLASSES));
  }

  @Test
  void jsonHasNullWhereNothingCouldBeCounted() {
    var mapper = new JsonMapper();
    var json = mapper.readTree(mapper.writeValueAsString(scores().toJson(CLASSES)));
    assertEquals(
        List.of(
            "images",
            "segMiou",
            "camMiou",
            "camAuxMiou",
            "classF1",
            "patchCosine",
            "pixelAccuracy",
            "meanAccuracy",
            "perClass"),
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
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new Scores(
                new ConfusionMatrix(2), new ConfusionMatrix(2), new ConfusionMatrix(3), 0, 0, 1));
  }

  private static Scores scores() {
    return new Scores(
        matrix(0, 0, 0, 1), matrix(0, 0, 1, 1), matrix(1, 1, 1, 0), 0.625, 0.12345, 2);
  }

  /// Predictions for the true labels 0, 0, 0, 1.
  private static ConfusionMatrix matrix(int... predicted) {
    var matrix = new ConfusionMatrix(3);
    matrix.add(ConfusionMatrixTest.labels(0, 0, 0, 1), ConfusionMatrixTest.labels(predicted));
    return matrix;
  }
}
