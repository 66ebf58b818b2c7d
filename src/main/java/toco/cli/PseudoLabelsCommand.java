package toco.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.annotation.LabelFormat;
import toco.config.Split;
import toco.files.Json;
import toco.files.ResultFolder;
import toco.infer.MapSource;
import toco.infer.PseudoLabelExport;
import toco.infer.Refinement;

@Command(
    name = "pseudo-labels",
    header = "Writes segmentation labels for training a fully supervised network.",
    description = {
      "Makes label maps for the training list from class maps and image-level labels, as palette"
          + " PNGs of the images' size: 0 background, 1…K classes, 255 ignored. Each pixel's"
          + " classes compete with a background score, once cam.highThreshold and once"
          + " cam.lowThreshold. A pixel whose background wins both times is background; one whose"
          + " background wins only with the high threshold is ignored.",
      "DIR can then be used as data.maskDir. If the data set has masks, the labels are scored"
          + " against them: the mean IoU over pixels that are not ignored.",
      "With --json, one object: out, images, labelledShare, scored, miou, perClass, annotations."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco pseudo-labels runs/demo/config.yaml --out pseudo \\",
      "    --checkpoint runs/demo/checkpoints/step-000600.safetensors",
      "  toco pseudo-labels configs/voc_deit_b.yaml --checkpoint toco_voc.pth --out pseudo \\",
      "    --maps seg --refine crf",
      "  toco pseudo-labels configs/voc_deit_b.yaml --network deeplab.ts --output out --out pseudo",
      "  toco pseudo-labels runs/demo/config.yaml --out pseudo --format png,coco,cvat \\",
      "    --checkpoint runs/demo/checkpoints/step-000600.safetensors"
    })
final class PseudoLabelsCommand implements Callable<Integer> {
  private final Console console;

  @Mixin NetworkOptions network = new NetworkOptions();

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write to.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path out;

  @Option(
      names = "--refine",
      paramLabel = "par|crf|none",
      defaultValue = "par",
      description =
          "par: pixel-adaptive refinement, as in training (default). crf: a dense CRF, as for the"
              + " published CAM labels. none: only thresholds.")
  Refinement refine = Refinement.PAR;

  @Option(
      names = "--maps",
      paramLabel = "cam|aux_cam|lam|seg",
      description =
          "The maps from which labels are made (default: cam, of --network FILE seg). seg: the"
              + " segmentation's probabilities, see toco infer cam-as-seg; the published CAM labels"
              + " are made from these.")
  @Nullable MapSource maps;

  @Option(
      names = "--split",
      paramLabel = "train|val|test",
      defaultValue = "train",
      description = "The list to label (default: train).")
  Split split = Split.TRAIN;

  @Mixin FormatOptions format = new FormatOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  PseudoLabelsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ResultFolder.requireFolder(out);
    var formats = format.chosen(EnumSet.of(LabelFormat.PNG));
    var loaded = network.load();
    var progress = console.progress();
    var heard = new ImageProgress(progress, "labelling");
    try (var trained = network.open(loaded)) {
      var result =
          PseudoLabelExport.write(
              trained, new PseudoLabelExport.Options(out, split, source(), refine, formats), heard);
      progress.clear();
      if (json) {
        console.printJson(toJson(result, loaded.data().classNames()));
      } else {
        console.print(text(result));
      }
      if (!result.unscored().isEmpty()) {
        progress.onMessage(
            "%s masks cannot be read, so these labels are not scored: %s"
                .formatted(result.unscored().size(), String.join(", ", result.unscored())));
      }
      int status = heard.finish(result.unreadable(), result.images());
      return result.unscored().isEmpty() ? status : ExitStatus.SKIPPED;
    }
  }

  private MapSource source() {
    if (maps != null) {
      return maps;
    }
    return network.isForeign() ? MapSource.SEG : MapSource.CAM;
  }

  private String text(PseudoLabelExport.Result result) {
    var text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "wrote %s: %d label maps, %.2f %% of the pixels labelled\n",
                out,
                result.images(),
                100 * result.labelledShare()));
    if (result.scored() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "mIoU %.2f over these pixels, on %d images with masks\n",
              100 * result.confusion().miou(),
              result.scored()));
    }
    return text.append(FormatOptions.lines(result.annotations())).toString();
  }

  private Map<String, @Nullable Object> toJson(
      PseudoLabelExport.Result result, List<String> classNames) {
    var names = new ArrayList<>(List.of("background"));
    names.addAll(classNames);
    var iou = result.confusion().iou();
    var perClass = new LinkedHashMap<String, @Nullable Object>();
    for (int c = 0; c < iou.length; c++) {
      perClass.put(names.get(c), Json.orNull(iou[c]));
    }
    var object = new LinkedHashMap<String, @Nullable Object>();
    object.put("out", out.toString());
    object.put("images", result.images());
    object.put("labelledShare", Json.orNull(result.labelledShare()));
    object.put("scored", result.scored());
    object.put("miou", Json.orNull(result.confusion().miou()));
    object.put("perClass", perClass);
    object.put("annotations", result.annotations().stream().map(Path::toString).toList());
    return object;
  }
}
