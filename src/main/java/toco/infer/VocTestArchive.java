package toco.infer;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import javax.imageio.ImageIO;
import toco.checkpoint.TrainedNetwork;
import toco.config.Protocol;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.files.TarGz;
import toco.image.ImageSize;
import toco.image.ImageWriter;
import toco.image.ReadOptions;
import toco.image.VocPalette;

/// Creates the archive that Pascal VOC's test server accepts: a palette PNG of class indices for
/// each image of the test list, at the image's native size, as
/// `results/VOC2012/Segmentation/comp5_test_cls/NAME.png`.
public final class VocTestArchive {
  private VocTestArchive() {}

  /// The server's segmentation competitions.
  public enum Competition {
    /// Trained on VOC's own data only.
    COMP5,
    /// Trained on any data except VOC's test images, such as ImageNet.
    COMP6;

    /// `comp5` or `comp6`.
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Name of an image's entry in the archive.
    String entry(String imageName) {
      return "results/VOC2012/Segmentation/%s_test_cls/%s.png".formatted(this, imageName);
    }
  }

  /// Segments the test list and writes the archive atomically, then reads it back and checks it.
  /// All images are read before the first is segmented, because the server rejects incomplete
  /// archives.
  ///
  /// @param out the archive, `.tgz`
  /// @return number of images in it
  /// @throws DataException if the list has duplicates, an image is missing or unreadable, or the
  ///   archive cannot be written
  public static int write(
      TrainedNetwork network,
      Protocol.Name protocol,
      Competition competition,
      Path out,
      InferenceListener listener) {
    var images = new ArrayList<InputImage>();
    Dataset.images(network.config().data(), Split.TEST)
        .forEach((name, path) -> images.add(new InputImage(name, path)));
    images.forEach(image -> TarGz.requireName(competition.entry(image.name())));
    var options = ReadOptions.of(network.config().data());
    var sizes = sizes(options, images, listener);
    var segmenter = new Segmenter(network, protocol);
    try {
      AtomicFile.writeDurably(
          out, channel -> write(options, images, segmenter, competition, channel, listener));
    } catch (IOException e) {
      throw new DataException(
          "cannot write %s: %s; check the folder and the free space".formatted(out, IoReason.of(e)),
          e);
    }
    check(out, competition, sizes, network.config().model().numClasses());
    return images.size();
  }

  private static SequencedMap<String, ImageSize> sizes(
      ReadOptions options, List<InputImage> images, InferenceListener listener) {
    var sizes = new LinkedHashMap<String, ImageSize>();
    var unreadable =
        ImageLoop.run(
            options,
            images,
            new MessagesOf(listener),
            (_, image, picture) ->
                sizes.put(image.name(), new ImageSize(picture.widthPx(), picture.heightPx())));
    if (!unreadable.isEmpty()) {
      throw new DataException(
          "%s of %s test images cannot be read, so no archive was written: %s; restore them"
              .formatted(unreadable.size(), images.size(), String.join(", ", unreadable)));
    }
    return sizes;
  }

  /// Forwards messages only: reading images is a small part of the work, and has no progress.
  private record MessagesOf(InferenceListener listener) implements InferenceListener {
    @Override
    public void onProgress(int done, int total) {}

    @Override
    public void onMessage(String line) {
      listener.onMessage(line);
    }
  }

  private static void write(
      ReadOptions options,
      List<InputImage> images,
      Segmenter segmenter,
      Competition competition,
      FileChannel channel,
      InferenceListener listener)
      throws IOException {
    try (var archive = new TarGz.Writer(Channels.newOutputStream(channel))) {
      var gone =
          ImageLoop.run(
              options,
              images,
              listener,
              (_, image, picture) ->
                  archive.add(
                      competition.entry(image.name()),
                      ImageWriter.png(segmenter.segment(picture))));
      if (!gone.isEmpty()) {
        throw new IOException("images could not be segmented: " + String.join(", ", gone));
      }
    }
  }

  /// Checks an archive: it contains every image once and nothing else, each with the image's size,
  /// VOC's palette and labels below C.
  ///
  /// @param sizes of the images, by name
  /// @param classes C, background included
  /// @throws DataException naming the first fault
  static void check(
      Path archive, Competition competition, Map<String, ImageSize> sizes, int classes) {
    var expected = new LinkedHashMap<String, ImageSize>();
    sizes.forEach((name, size) -> expected.put(competition.entry(name), size));
    var seen = new HashSet<String>();
    try (var in = Files.newInputStream(archive)) {
      TarGz.read(
          in,
          entry -> {
            var size = expected.get(entry.name());
            if (size == null) {
              throw new IOException(entry.name() + " is not in the test list");
            }
            if (!seen.add(entry.name())) {
              throw new IOException(entry.name() + " is a duplicate");
            }
            checkLabels(entry, size, classes);
          });
    } catch (IOException e) {
      throw refused(archive, String.valueOf(e.getMessage()));
    }
    for (var name : expected.keySet()) {
      if (!seen.contains(name)) {
        throw refused(archive, name + " is missing");
      }
    }
  }

  private static void checkLabels(TarGz.Entry entry, ImageSize size, int classes)
      throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(entry.content()));
    if (image == null || !(image.getColorModel() instanceof IndexColorModel palette)) {
      throw new IOException(entry.name() + " is not a palette PNG");
    }
    if (image.getWidth() != size.widthPx() || image.getHeight() != size.heightPx()) {
      throw new IOException(
          "%s is %s×%s px, but the image is %s×%s"
              .formatted(
                  entry.name(),
                  image.getWidth(),
                  image.getHeight(),
                  size.widthPx(),
                  size.heightPx()));
    }
    for (int label = 0; label < palette.getMapSize(); label++) {
      if ((palette.getRGB(label) & 0xFFFFFF) != VocPalette.rgb(label)) {
        throw new IOException("%s has another colour for label %s".formatted(entry.name(), label));
      }
    }
    var labels =
        image.getRaster().getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
    for (int label : labels) {
      if (label >= classes) {
        throw new IOException("%s holds label %s".formatted(entry.name(), label));
      }
    }
  }

  private static DataException refused(Path archive, String reason) {
    return new DataException(
        "the server would reject the archive %s: %s; create it again".formatted(archive, reason));
  }
}
