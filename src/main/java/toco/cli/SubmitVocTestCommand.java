package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.config.Protocol;
import toco.files.ResultFolder;
import toco.infer.VocTestArchive;
import toco.infer.VocTestArchive.Competition;

@Command(
    name = "voc-test",
    header = "Segments VOC's test images and packs them for its evaluation server.",
    description = {
      "The archive has a palette PNG of class indices for each image of data.testList, as"
          + " results/VOC2012/Segmentation/comp6_test_cls/NAME.png. Neither labels nor masks of"
          + " these images are needed. The archive is read back and checked: every image once and"
          + " no others, each of the image's size, in VOC's palette, with valid class indices.",
      "All images are read before the first is segmented; if one cannot be, no archive is written."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco submit voc-test configs/voc_deit_b.yaml --checkpoint toco_voc.pth \\",
      "    --out results.tgz --set data.testList=lists/test.txt"
    })
final class SubmitVocTestCommand implements Callable<Integer> {
  private static final int VOC_CLASSES = 21;

  private final Console console;

  @Mixin NetworkOptions network = new NetworkOptions();

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The .tgz to write.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path out;

  @Option(
      names = "--competition",
      paramLabel = "comp5|comp6",
      defaultValue = "comp6",
      description =
          "comp5: trained only on VOC. comp6: also on other data, such as an encoder pretrained on"
              + " ImageNet (default: comp6).")
  Competition competition = Competition.COMP6;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "voc-crf",
      description = "How images are segmented, see toco infer seg (default: voc-crf).")
  Protocol.Name protocol = Protocol.Name.VOC_CRF;

  SubmitVocTestCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ResultFolder.requireFile(out);
    var loaded = network.load();
    var progress = console.progress();
    int classes = loaded.model().numClasses();
    if (classes != VOC_CLASSES) {
      progress.onMessage(
          "the network has %s classes, but VOC's server scores %s, including background"
              .formatted(classes, VOC_CLASSES));
    }
    try (var trained = network.open(loaded)) {
      int images =
          VocTestArchive.write(
              trained, protocol, competition, out, new ImageProgress(progress, "segmenting"));
      progress.clear();
      console.print("wrote and checked %s: %s images\n".formatted(out, images));
    }
    return ExitStatus.SUCCESS;
  }
}
