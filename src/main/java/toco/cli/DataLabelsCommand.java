package toco.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.config.DataConfig.OtherClasses;
import toco.data.ClassBalance;
import toco.data.DataException;
import toco.data.LabelConversion;
import toco.files.AtomicFile;

@Command(
    name = "labels",
    header = "Creates a labels file (.npy) from CSV, VOC or COCO annotations, or masks.",
    description = {
      "OUT.npy is a NumPy file with a dict from each image's name, without extension, to a float32"
          + " array with 1 for each class in the image: the format of data.labels, which the"
          + " published Python code reads too.",
      "VOC objects marked difficult count, and so do COCO's crowds.",
      "Prints what was skipped, and how many images show each class."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco data labels lists/cls_labels_onehot.npy --voc-xml VOC2012/Annotations \\",
      "      --list lists/train_aug.txt --list lists/val.txt",
      "  toco data labels train.npy --coco-json annotations/instances_train2014.json \\",
      "      --write-list lists/train.txt",
      "  toco data labels pets.npy --csv pets/labels.csv --classes pets/classes.txt"
    })
final class DataLabelsCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "OUT.npy", description = "File to write.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path out;

  @ArgGroup(multiplicity = "1")
  @SuppressWarnings("NullAway.Init")
  From from;

  /// The source, one of these.
  static final class From {
    @Option(
        names = "--voc-xml",
        paramLabel = "DIR",
        description = "Folder of VOC annotations, NAME.xml.")
    @Nullable Path vocXml;

    @Option(
        names = "--coco-json",
        paramLabel = "FILE",
        description = "Instances file in COCO's form, of any size.")
    @Nullable Path cocoJson;

    @Option(
        names = "--masks",
        paramLabel = "DIR",
        description = "Folder of masks, NAME.png, with class indices.")
    @Nullable Path masks;

    @Option(
        names = "--csv",
        paramLabel = "FILE",
        description = "Table with an image's name and its classes in each line.")
    @Nullable Path csv;

    LabelConversion conversion(@Nullable String classes, OtherClasses others) {
      if (vocXml != null) {
        return LabelConversion.of(LabelConversion.Kind.VOC_XML, vocXml, classes, others);
      }
      if (cocoJson != null) {
        return LabelConversion.of(LabelConversion.Kind.COCO_JSON, cocoJson, classes, others);
      }
      return masks != null
          ? LabelConversion.of(LabelConversion.Kind.MASKS, masks, classes, others)
          : LabelConversion.of( // picocli needs one
              LabelConversion.Kind.CSV, Objects.requireNonNull(csv), classes, others);
    }
  }

  @Option(
      names = "--classes",
      paramLabel = "FILE|voc|coco",
      description =
          "The classes in label order: a file with one per line, or voc or coco (default: voc with"
              + " --voc-xml, the file's own with --coco-json).")
  @Nullable String classes;

  @Option(
      names = "--ignore-other-classes",
      description = "Leave out classes that --classes does not name, instead of stopping.")
  boolean ignoreOthers;

  @Option(
      names = "--list",
      paramLabel = "FILE",
      description = "Keep only the images in this list, all of which must have labels. Repeatable.")
  List<Path> lists = new ArrayList<>();

  @Option(
      names = "--write-list",
      paramLabel = "FILE",
      description = "Also write the names of the images that show a class, sorted, as a list.")
  @Nullable Path writtenList;

  @Option(names = "--force", description = "Overwrite existing files.")
  boolean force;

  DataLabelsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    refuseExisting(out);
    if (writtenList != null) {
      refuseExisting(writtenList);
    }
    var conversion =
        from.conversion(classes, ignoreOthers ? OtherClasses.IGNORE : OtherClasses.ERROR);
    var labels = conversion.read(lists);
    labels.write(out);
    if (writtenList != null) {
      var names = labels.names().stream().filter(name -> !labels.showsNoClass(name)).sorted();
      var text = names.map(name -> name + "\n").collect(Collectors.joining());
      AtomicFile.write(writtenList, text.getBytes(StandardCharsets.UTF_8));
    }
    var balance = ClassBalance.of(labels, conversion.classNames(), labels.names());
    labels.notes().forEach(note -> console.print("note: " + note + "\n"));
    console.print(
        "wrote %s: %s images, %s classes\n%s"
            .formatted(out, balance.images(), balance.perClass().size(), balance.text()));
    return ExitStatus.SUCCESS;
  }

  private void refuseExisting(Path file) {
    if (!force && Files.exists(file)) {
      throw new DataException(
          "%s already exists; choose another file, or overwrite it with --force".formatted(file));
    }
  }
}
