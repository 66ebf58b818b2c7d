package toco.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import toco.Markdown;
import toco.config.Config;
import toco.config.Protocol;

/// Score tables in the documentation have the rows, columns and number formats that the program
/// prints; their values are those of some run.
class DocumentedTablesTest {
  private static final Pattern NUMBER = Pattern.compile(" +(?:\\d+(?:\\.(\\d+))?|-)(?=\\s)");

  private static final List<String> DEMO_CLASSES =
      Config.load(Markdown.HOME.resolve("configs/demo.yaml"), List.of()).data().classNames();

  @Test
  void theReadmeShowsTheDemosTable() {
    var shown =
        Markdown.read(Path.of("README.md")).blocks().stream()
            .map(Markdown.Block::text)
            .filter(text -> text.startsWith("IoU, %"))
            .toList();
    assertEquals(1, shown.size());
    assertEquals(shape(scores(DEMO_CLASSES.size() + 1).table(DEMO_CLASSES)), shape(shown.get(0)));
  }

  /// Every protocol that the page on evaluation explains, and no other, in a row of its table.
  @Test
  void thePageOnEvaluationHasARowForEachProtocol() {
    var rows =
        Markdown.read(Path.of("docs/EVALUATION.md"))
            .prose()
            .lines()
            .dropWhile(line -> !line.startsWith("| `--protocol` |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> line.split("`")[1])
            .sorted()
            .toList();
    assertEquals(
        Arrays.stream(Protocol.Name.values()).map(Object::toString).sorted().toList(), rows);
  }

  /// Each number, with the spaces before it, becomes its width and its decimals.
  private static String shape(String table) {
    return NUMBER
        .matcher(table)
        .replaceAll(it ->
            "<%d %d>"
                .formatted(it.group().length(), it.group(1) == null ? 0 : it.group(1).length()));
  }

  @Test
  void shapesTellTablesApart() {
    var table = scores(3).table(List.of("cat", "dog"));
    assertEquals(shape(table), shape(table.replace("75.00", "12.34")));
    assertNotEquals(shape(table), shape(table.replace("75.00", "75.0")));
    assertNotEquals(shape(table), shape(table.replace("class mAP", "class AP ")));
    assertTrue(shape(table).contains("<9 2>"), shape(table));
  }

  private static Scores scores(int classes) {
    var labels = new int[classes];
    Arrays.setAll(labels, i -> i);
    var matrix = new ConfusionMatrix(classes);
    matrix.add(ConfusionMatrixTest.labels(labels), ConfusionMatrixTest.labels(labels));
    var shares = new double[classes];
    Arrays.fill(shares, 0.75);
    var named = Arrays.copyOf(shares, classes - 1);
    var map = new MapScores(matrix, shares);
    return new Scores(
        Map.of(MapKind.SEG, map, MapKind.CAM, map, MapKind.CAM_AUX, map),
        new ClassScores(0.75, named, 0.75, named),
        0.5,
        200);
  }
}
