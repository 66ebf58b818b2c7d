package toco.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import toco.annotation.AnnotationExport;
import toco.infer.MapSource;

@Command(
    name = "cam",
    header = "Draws class activation maps over images.",
    description = {
      "Writes DIR/cam/NAME.png and DIR/aux_cam/NAME.png, the strongest class at each pixel, and"
          + " DIR/classes.csv, the classes of each image and where they come from. Maps are"
          + " computed at eval.sizePx over eval.camScales, as in evaluations, and resized to the"
          + " image. For networks of recipe more DIR/lam/NAME.png has the localisation maps over"
          + " eval.mapScales (eval.maps=cam: not).",
      "An image that cannot be read is skipped and named; the exit status is then 3."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco infer cam runs/demo/config.yaml --images photos --out cams \\",
      "    --checkpoint runs/demo/checkpoints/step-000600.safetensors",
      "  toco infer cam configs/voc_deit_b.yaml --checkpoint toco_voc.pth --images cat.jpg \\",
      "    --out cams --labels predicted --per-class --npy"
    })
final class InferCamCommand implements Callable<Integer> {
  private final Console console;

  @Mixin HeatMapOptions options = new HeatMapOptions();

  InferCamCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return options.run(console, MapSource::cams, AnnotationExport.Options.NONE);
  }
}
