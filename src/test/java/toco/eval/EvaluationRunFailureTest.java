package toco.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.checkpoint.SafeTensors;
import toco.image.ImageWriter;
import toco.image.Picture;
import toco.torch.Device;
import toco.torch.TensorScope;

/// Images that cannot be scored, failures, and files that do not belong together.
class EvaluationRunFailureTest extends EvaluationRunFixture {
  @Test
  void samplesThatCannotBeScoredAreSkippedAndListed() throws IOException {
    Files.delete(mask(3));
    Files.delete(image(7));
    Files.writeString(image(11), "no image");
    Files.writeString(mask(15), "no mask");
    var messages = new ArrayList<String>();
    var file = run(CONFIG, Shard.WHOLE, root, messages);
    var report = EvalReport.of(List.of(file), 0, 0);
    assertEquals(
        List.of("image3", "image7", "image11", "image15"),
        report.skipped().stream().map(Skipped::name).toList());
    assertEquals(IMAGES - 4, report.scores().images());
    assertEquals(4, messages.stream().filter(line -> line.startsWith("skipped image")).count());
    assertTrue(report.skipped().getFirst().reason().contains("no mask " + mask(3)));
    assertTrue(report.skipped().get(2).reason().contains(image(11).toString()));
    assertTrue(report.text().contains("4 of 20 images"), report.text());
  }

  @Test
  void withoutAnyImageThereAreNoScores() throws IOException {
    for (int i = 0; i < IMAGES; i++) {
      Files.delete(mask(i));
    }
    var file = run(CONFIG, Shard.WHOLE, false, 1, root);
    assertMessage("none of the 20 images", () -> EvalReport.of(List.of(file), 0, 0));
  }

  /// One bad mask does not end an evaluation of many.
  @Test
  void aMaskThatDoesNotFitIsSkippedAndNamed() {
    writeMask(5, new byte[] {9}, 1, 1);
    ImageWriter.writePng(Picture.filled(1, 1, 0), image(5));
    writeMask(7, new byte[] {1}, 1, 1);
    var file = run(CONFIG, Shard.WHOLE, false, 1, root.resolve("out"));
    var skipped = EvalReport.of(List.of(file), 0, 0).skipped();
    assertEquals(List.of(5, 7), skipped.stream().map(Skipped::index).toList());
    var label = skipped.get(0).reason();
    assertTrue(label.contains(mask(5) + " holds label 9 on 1 px; expected 0"), label);
    var size = skipped.get(1).reason();
    assertTrue(size.contains(mask(7) + " is 1×1 px, its image is "), size);
  }

  @Test
  void aFailureOfTheCrfFailsTheEvaluation() {
    LabelRefinement failing =
        (_, _) -> {
          throw new IllegalStateException("the lattice is full");
        };
    try (var model = model()) {
      var evaluator = new Evaluator(CONFIG, protocol(CONFIG), dataset(), Device.CPU, 2, failing);
      var run = new EvaluationRun(root, Shard.WHOLE, false);
      var thrown =
          assertThrows(
              IllegalStateException.class,
              () -> run.run(evaluator, model, checkpoint(), listener(new ArrayList<>())));
      assertEquals("the lattice is full", thrown.getMessage());
    }
  }

  @Test
  void anotherEvaluationIsNotResumed() throws IOException {
    run(CONFIG, new Shard(1, 2), false, 1, root);
    var other = CONFIG.with("eval.flip=max");
    assertMessage(
        "it was started with another protocol: custom: ",
        () -> run(other, new Shard(1, 2), true, 1, root));
    try (var _ = TensorScope.open()) {
      var weights = new LinkedHashMap<>(SafeTensors.read(checkpoint()).tensors());
      weights.compute("classifier.weight", (_, w) -> w.mul(2));
      Files.delete(checkpoint());
      SafeTensors.write(checkpoint(), weights, java.util.Map.of());
    }
    assertMessage(
        "it was started with another checkpoint",
        () -> run(CONFIG, new Shard(1, 2), true, 1, root));
  }

  @Test
  void incompleteOrMixedPartsAreRejected() throws IOException {
    var first = run(CONFIG, new Shard(1, 2), false, 1, root);
    assertMessage("10 of 20 batches are missing", () -> report(first));
    assertMessage("in another of the files, too", () -> report(first, first));
    var other = run(CONFIG.with("eval.flip=max"), new Shard(2, 2), false, 1, root.resolve("b"));
    assertMessage("has another protocol: custom: ", () -> report(first, other));
    var bytes = Files.readAllBytes(first);
    Files.write(first, Arrays.copyOf(bytes, bytes.length - 9));
    assertMessage("cut short", () -> report(first));
    assertMessage("is not a result file", () -> report(checkpoint()));
    assertMessage("cannot be read", () -> report(root.resolve("nowhere.jsonl")));
    assertMessage("has no results", () -> report(root.resolve("lists")));
  }

  @Test
  void twoEvaluationsDoNotShareAFile() {
    var facts = EvaluationFacts.of(evaluator(CONFIG, 1), checkpoint(), null);
    try (var _ = PartFile.open(root.resolve(Shard.WHOLE.fileName()), facts, false)) {
      assertMessage(
          "another evaluation is writing", () -> run(CONFIG, Shard.WHOLE, false, 1, root));
    }
  }
}
