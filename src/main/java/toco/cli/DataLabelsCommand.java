package toco.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
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
    header = "Creates a labels file (.npy or .csv) from annotations of other tools, or masks.",
    description = {
      "OUT.npy is a NumPy file with a dict from each image's name, without extension, to a float32"
          + " array with 1 for each class in the image: the format of data.labels, which the"
          + " published Python code reads too. OUT.csv is a table with an image in each line and"
          + " its classes.",
      "VOC objects marked difficult count, and so do COCO's crowds.",
      "Prints what was skipped, and how many images show each class."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco data labels lists/cls_labels_onehot.npy --voc-xml VOC2012/Annotations \\",
      "      --list lists/train_aug.txt --list lists/val.txt",
      "  toco data labels train.npy --coco-json annotations/instances_train2014.json \\",
      "      --write-list lists/train.txt",
      "  toco data labels pets.npy --csv pets/labels.csv --classes pets/classes.txt",
      "  toco data labels labels.csv --cvat annotations.zip",
      "  toco data labels labels.csv --label-studio project-1.json",
      "  toco data labels labels.csv --folders pets"
    })
final class DataLabelsCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "OUT", description = "File to write, .npy or .csv.")
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

    @Option(
        names = "--cvat",
        paramLabel = "PATH",
        description =
            "CVAT's export 'CVAT for images 1.1': the .zip, or annotations.xml. Tags and shapes of"
                + " any kind count.")
    @Nullable Path cvat;

    @Option(
        names = "--label-studio",
        paramLabel = "FILE",
        description =
            "Label Studio's export JSON or JSON-MIN. Choices and regions of any kind count; for its"
                + " CSV use --csv.")
    @Nullable Path labelStudio;

    @Option(
        names = "--folders",
        paramLabel = "DIR",
        description = "Folder of images with a folder for each class.")
    @Nullable Path folders;

    LabelConversion conversion(@Nullable String classes, OtherClasses others) {
      var sources = new EnumMap<LabelConversion.Kind, @Nullable Path>(LabelConversion.Kind.class);
      sources.put(LabelConversion.Kind.VOC_XML, vocXml);
      sources.put(LabelConversion.Kind.COCO_JSON, cocoJson);
      sources.put(LabelConversion.Kind.MASKS, masks);
      sources.put(LabelConversion.Kind.CSV, csv);
      sources.put(LabelConversion.Kind.CVAT, cvat);
      sources.put(LabelConversion.Kind.LABEL_STUDIO, labelStudio);
      sources.put(LabelConversion.Kind.FOLDERS, folders);
      for (var kind : sources.keySet()) {
        var source = sources.get(kind);
        if (source != null) {
          return LabelConversion.of(kind, source, classes, others);
        }
      }
      throw new IllegalStateException("picocli needs one of " + sources.keySet());
    }
  }

  @Option(
      names = "--classes",
      paramLabel = "FILE|voc|coco",
      description =
          "The classes in label order: a file with one per line, or voc or coco (default: voc with"
              + " --voc-xml; the source's own with --coco-json, and in alphabetical order with"
              + " --cvat, --label-studio and --folders).")
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
    if (out.toString().toLowerCase(Locale.ROOT).endsWith(".csv")) {
      labels.writeCsv(out, conversion.classNames());
    } else {
      labels.write(out);
    }
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
