package toco.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Overrides;
import toco.prepare.PrepareListener;

/// The checks before a run say which command makes what is missing.
class MissingTest {
  private static final PrepareListener NEVER =
      new PrepareListener() {
        @Override
        public void onProgress(String what, int done, int total) {
          throw new AssertionError("prepares " + what);
        }

        @Override
        public void onBytes(String name, long done, long total) {
          throw new AssertionError("downloads " + name);
        }

        @Override
        public void onMessage(String line) {
          throw new AssertionError(line);
        }
      };

  private static final String OR = " (or add --prepare, or name another file with --weights)";

  @TempDir Path folder;

  private ReproduceOptions options(PublishedRecipe recipe, @Nullable Path weights, boolean dryRun) {
    return new ReproduceOptions(
        recipe,
        Path.of("configs"),
        dryRun ? null : folder,
        weights,
        folder.resolve("run"),
        Overrides.NONE,
        dryRun,
        false,
        false);
  }

  private List<String> missing(ReproduceOptions options) {
    return Missing.of(Plan.of(options)).checks().stream().map(PreflightCheck::text).toList();
  }

  private void write(String... files) throws IOException {
    for (var file : files) {
      var path = folder.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, "a\n");
    }
  }

  @Test
  void theMissingCommandsAreNamed() throws IOException {
    assertEquals(
        List.of(
            "the data set is missing, run: toco data prepare voc2012 --root %s (or add --prepare)"
                .formatted(folder),
            "the encoder's weights pretrained/deit_base_patch16_224-b5f2ef4d.pth are missing, run:"
                + " toco weights get deit_base_patch16_224 --to pretrained"
                + OR),
        missing(options(PublishedRecipe.VOC_DEIT_B, null, false)));
    assertEquals(
        List.of(
            "the data set is missing, run: toco data prepare coco2014 --root %s (or add --prepare)"
                .formatted(folder),
            "the encoder's weights %s/none.pth are missing, run: toco weights get".formatted(folder)
                + " vit_base_patch16_224.orig_in21k_ft_in1k --to "
                + folder
                + OR),
        missing(options(PublishedRecipe.COCO_VIT_B, folder.resolve("none.pth"), false)));

    write("lists/train_aug.txt", "lists/val.txt", "weights.pth");
    var weights = folder.resolve("weights.pth");
    assertEquals(List.of(), missing(options(PublishedRecipe.VOC_DEIT_B, weights, false)));
    assertEquals(
        1,
        missing(options(PublishedRecipe.COCO_DEIT_B, weights, false)).size(),
        "COCO's lists are others");
  }

  /// MoRe and CoSA start from the same encoder.
  @Test
  void theCommandsForTheOtherMethodsAreNamed() {
    var weights =
        "the encoder's weights pretrained/jx_vit_base_p16_224-80ecf9dd.pth are missing, run: toco"
            + " weights get vit_base_patch16_224.orig_in21k_ft_in1k --to pretrained"
            + OR;
    for (var recipe : List.of(PublishedRecipe.VOC_MORE, PublishedRecipe.COCO_COSA)) {
      var name = recipe.toString().startsWith("voc") ? "voc2012" : "coco2014";
      var data =
          "the data set is missing, run: toco data prepare %s --root %s (or add --prepare)"
              .formatted(name, folder);
      assertEquals(List.of(data, weights), missing(options(recipe, null, false)));
    }
  }

  @Test
  void aDryRunNeedsNothing() {
    assertEquals(List.of(), missing(options(PublishedRecipe.VOC_DEIT_B, null, true)));
  }

  @Test
  void onlyWhatIsMissingIsMade() throws IOException {
    write("lists/train_aug.txt", "lists/val.txt");
    var made = Reproduction.prepare(options(PublishedRecipe.VOC_DEIT_B, null, false), NEVER);
    assertEquals(folder, made.data());
    assertEquals(Path.of("get:deit_base_patch16_224"), made.weights());
    assertEquals(List.of(), missing(made));
  }
}
