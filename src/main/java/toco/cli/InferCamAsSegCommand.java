package toco.cli;

import java.util.EnumSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import toco.annotation.LabelFormat;
import toco.infer.MapSource;

@Command(
    name = "cam-as-seg",
    header = "Draws the segmentation's probabilities as if they were class activation maps.",
    description = {
      "At native size: logits at the scales 1, 1.25 and 1.5, maximum over each image and its"
          + " flipped image, sum over the scales, softmax including the background; the maps of the"
          + " image's classes are kept. The published CAM labels are made from these maps.",
      "Writes DIR/seg/NAME.png, the strongest class at each pixel, and DIR/classes.csv, the classes"
          + " of each image and where they come from.",
      "With --format also labels, as toco pseudo-labels --maps seg --refine none makes them: for"
          + " png DIR/labels/NAME.png.",
      "An image that cannot be read is skipped and named; the exit status is then 3."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco infer cam-as-seg runs/demo/config.yaml --images photos --out maps --npy \\",
      "    --checkpoint runs/demo/checkpoints/step-000600.safetensors",
      "  toco infer cam-as-seg runs/demo/config.yaml --images photos --out maps --format coco \\",
      "    --checkpoint runs/demo/checkpoints/step-000600.safetensors"
    })
final class InferCamAsSegCommand implements Callable<Integer> {
  private final Console console;

  @Mixin HeatMapOptions options = new HeatMapOptions();

  @Mixin FormatOptions format = new FormatOptions();

  InferCamAsSegCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return options.run(
        console, _ -> EnumSet.of(MapSource.SEG), format.chosen(EnumSet.noneOf(LabelFormat.class)));
  }
}
