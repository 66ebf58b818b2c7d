package toco.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.files.NpyFile;
import toco.files.ResultFolder;
import toco.image.ImageDecoder;
import toco.image.ImageWriter;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.refine.DenseCrf;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TorchException;

@Command(
    name = "crf",
    header = "Refines class probabilities of an image with a dense CRF.",
    description = {
      "PROB.npy is a float array [C, H, W] written by numpy.save, with values 0 to 1 and the"
          + " image's size; class 0 is the background.",
      "Prints how many pixels got another label."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco crf --image beach.jpg --prob 2011_000003.npy --out labels.png",
      "  toco crf --image cat.jpg --prob cam.npy --preset cam --iterations 5 --out q.npy"
    })
final class CrfCommand implements Callable<Integer> {
  private static final int MOST_LABELS = 255; // 255 means "ignored"

  private final Console console;

  @Option(names = "--image", required = true, paramLabel = "FILE", description = "The image.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path image;

  @Option(
      names = "--prob",
      required = true,
      paramLabel = "PROB.npy",
      description = "The probabilities: float16, float32 or float64 [C, H, W].")
  @SuppressWarnings("NullAway.Init")
  Path probabilities;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "File to write: labels as a palette image (.png), or probabilities, float32 [C, H, W]"
              + " (.npy).")
  @Nullable Path out;

  @Mixin CrfOptions crf = new CrfOptions();

  CrfCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    var params = crf.params();
    requireKnownKind();
    requireOwnFile();
    try (var _ = TensorScope.open();
        var arena = Arena.ofConfined()) {
      var picture = ImageDecoder.decode(image, arena);
      var given = NpyFile.read(probabilities);
      requireFit(picture, given);
      long start = System.nanoTime();
      var q = refined(new DenseCrf(params, crf.threads), picture, given);
      double seconds = (System.nanoTime() - start) * 1e-9;
      var labels = q.argmax(0); // [H, W]
      long changed = labels.ne(given.argmax(0)).sum().itemLong();
      if (out != null) {
        write(out, q, labels);
      }
      console.print(
          String.format(
              Locale.ROOT,
              "%d×%d px, %d classes, %d iterations in %.3f s: %d pixels (%.2f %%) got another"
                  + " label\n",
              picture.widthPx(),
              picture.heightPx(),
              q.size(0),
              params.iterations(),
              seconds,
              changed,
              100.0 * changed / labels.numel()));
    }
    return ExitStatus.SUCCESS;
  }

  private void requireKnownKind() {
    if (out != null && !isPng(out) && !out.toString().endsWith(".npy")) {
      throw new IllegalArgumentException(
          "--out must end in .png (labels) or .npy (probabilities), got " + out);
    }
  }

  private void requireOwnFile() throws IOException {
    if (out == null) {
      return;
    }
    ResultFolder.requireFile(out);
    for (var input : List.of(image, probabilities)) {
      if (Files.exists(out) && Files.exists(input) && Files.isSameFile(out, input)) {
        throw new IllegalArgumentException(
            "--out is the input %s itself; name another file".formatted(input));
      }
    }
  }

  private static boolean isPng(Path file) {
    return file.toString().endsWith(".png");
  }

  private void requireFit(RgbImage picture, Tensor given) throws FileSystemException {
    var info = given.info();
    var shape = info.shape();
    if (!info.dtype().isFloatingPoint() || shape.dims() != 3 || shape.size(0) < 1) {
      throw refused("expected floats [C, H, W], got %s %s".formatted(info.dtype(), shape));
    }
    if (!Shape.of(shape.size(1), shape.size(2))
        .equals(Shape.of(picture.heightPx(), picture.widthPx()))) {
      throw refused(
          "the probabilities are for %s×%s px, but %s has %s×%s; resize them to the image"
              .formatted(
                  shape.size(2), shape.size(1), image, picture.widthPx(), picture.heightPx()));
    }
    if (out != null && isPng(out) && shape.size(0) > MOST_LABELS) {
      throw refused(
          "a palette image can hold %s labels, got %s classes; write a .npy file"
              .formatted(MOST_LABELS, shape.size(0)));
    }
  }

  /// Values that are not probabilities are found only when the pixels are read.
  private Tensor refined(DenseCrf crf, RgbImage picture, Tensor given) throws FileSystemException {
    try {
      return crf.infer(picture.tensor(), given);
    } catch (TorchException e) {
      if (e.kind() != TorchException.Kind.VALUE) {
        throw e;
      }
      throw refused(String.valueOf(e.getMessage()).replaceFirst("^dense_crf: ", ""));
    }
  }

  private FileSystemException refused(String reason) {
    return new FileSystemException(probabilities.toString(), null, reason);
  }

  private static void write(Path file, Tensor q, Tensor labels) throws IOException {
    if (isPng(file)) {
      ImageWriter.writePng(TensorPictures.labelMap(labels), file);
    } else {
      NpyFile.write(file, q);
    }
  }
}
