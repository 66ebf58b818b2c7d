package toco.cli;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.annotation.LabelFormat;
import toco.files.ResultFolder;
import toco.infer.SegmentationExport;

@Command(
    name = "seg",
    header = "Segments images.",
    description = {
      "Writes DIR/labels/NAME.png, a palette PNG of class indices with the image's size, or with"
          + " --format files for annotation tools.",
      "An image that cannot be read is skipped and named; the exit status is then 3."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco infer seg runs/demo/config.yaml --images photos --out seg --overlay \\",
      "    --checkpoint runs/demo/checkpoints/step-000600.safetensors",
      "  toco infer seg configs/voc_deit_b.yaml --checkpoint toco_voc.pth --images cat.jpg \\",
      "    --out seg --protocol voc-crf",
      "  toco infer seg configs/voc_deit_b.yaml --network deeplab.onnx --images photos --out seg",
      "  toco infer seg runs/demo/config.yaml --images photos --out seg --format coco,cvat \\",
      "    --checkpoint runs/demo/checkpoints/step-000600.safetensors"
    })
final class InferSegCommand implements Callable<Integer> {
  private final Console console;

  @Mixin NetworkOptions network = new NetworkOptions();

  @Option(
      names = "--images",
      required = true,
      paramLabel = "PATH",
      description =
          "An image, or a folder of images, including its sub-folders; can be given several"
              + " times.")
  List<Path> images = List.of();

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write to.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path out;

  @Mixin ProtocolOption protocol = new ProtocolOption();

  @Option(
      names = {"--colour", "--color"},
      description = "Also write the colours as an RGB image: DIR/colour/NAME.png.")
  boolean colour;

  @Option(
      names = "--overlay",
      description = "Also draw the labels over the image: DIR/overlay/NAME.png.")
  boolean overlay;

  @Mixin FormatOptions format = new FormatOptions();

  InferSegCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ResultFolder.requireFolder(out);
    var loaded = network.load();
    var formats = format.chosen(EnumSet.of(LabelFormat.PNG));
    var options =
        new SegmentationExport.Options(images, out, protocol.name, colour, overlay, formats);
    var progress = console.progress();
    var heard = new ImageProgress(progress, "segmenting");
    try (var trained = network.open(loaded)) {
      var result = SegmentationExport.write(trained, options, heard);
      progress.clear();
      if (formats.has(LabelFormat.PNG)) {
        console.print(
            "wrote %s: %s label maps\n".formatted(out.resolve("labels"), result.images()));
      }
      console.print(FormatOptions.lines(result.annotations()));
      return heard.finish(result.unreadable(), result.images());
    }
  }
}
