package toco.infer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.annotation.AnnotationExport;
import toco.annotation.CocoShape;
import toco.annotation.LabelFormat;
import toco.cam.MultiScaleInference;
import toco.cam.NetworkInput;
import toco.config.Combination;
import toco.config.CrfParams;
import toco.config.Protocol;
import toco.data.DataException;
import toco.host.ProcessMemory;
import toco.image.ImageDecoder;
import toco.image.ImageSize;
import toco.image.VocPalette;
import toco.refine.DenseCrf;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.TensorScope;

class SegmentationExportTest extends InferFixture {
  private SegmentationExport.Result run(Path images, Protocol.Name protocol, boolean pictures) {
    try (var network = network()) {
      return SegmentationExport.write(
          network,
          new SegmentationExport.Options(
              images, folder.resolve("out"), protocol, pictures, pictures),
          InferenceListener.NONE);
    }
  }

  @Test
  void trainTimeLabelsAreThoseOfThePlainPass() {
    var image = picture(folder.resolve("image.png"), 45, 31);
    run(image, Protocol.Name.TRAIN_TIME, false);
    try (var network = network();
        var arena = Arena.ofConfined();
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var input = NetworkInput.of(ImageDecoder.decode(image, arena), 32, network.model());
      var plain =
          network
              .model()
              .segment(network.model().encode(input).patchMap())
              .interpolate(31, 45, Interpolation.BILINEAR)
              .argmax(1)
              .toLongArray();
      var labels = values(labels(folder.resolve("out/labels/image.png")));
      for (int i = 0; i < plain.length; i++) {
        assertEquals(plain[i], labels[i], "pixel " + i);
      }
    }
  }

  /// Named directly, a DICOM file needs no ending; in a folder, images are found by theirs. The
  /// configuration of the network says how they are read.
  @Test
  void imagesOfOtherFormatsAreSegmented() throws IOException {
    var cases = Path.of("src/test/resources/format-cases");
    var images = Files.createDirectories(folder.resolve("images"));
    for (var name : List.of("ct.dcm", "grey16.tif", "orientation6.webp", "rgb.bmp")) {
      Files.copy(cases.resolve(name), images.resolve(name));
    }
    var scan = folder.resolve("IM000001");
    Files.copy(cases.resolve("mono16.dcm"), scan);
    var out = folder.resolve("out");
    var options =
        new SegmentationExport.Options(
            List.of(images, scan), out, Protocol.Name.TRAIN_TIME, false, true);
    try (var network = network("data.exif=apply", "data.window=percentile")) {
      var result = SegmentationExport.write(network, options, InferenceListener.NONE);
      assertEquals(5, result.images());
      assertEquals(List.of(), result.unreadable());
    }
    for (var name : List.of("ct", "grey16", "rgb", "IM000001")) {
      assertEquals(new ImageSize(41, 30), ImageSize.read(out.resolve("overlay/" + name + ".png")));
    }
    var turned = out.resolve("labels/orientation6.png");
    assertEquals(new ImageSize(30, 41), ImageSize.read(turned));
  }

  /// What is kept for a size, such as LibTorch's compiled convolutions, is bounded.
  @Test
  void memoryStaysLevelOverHundredsOfSizes() {
    var images = folder.resolve("images");
    var random = new Random(3);
    for (int i = 0; i < 400; i++) {
      picture(images.resolve(i + ".png"), 40 + random.nextInt(120), 40 + random.nextInt(120));
    }
    var resident = new long[401]; // after so many images
    try (var network = network()) {
      SegmentationExport.write(
          network,
          new SegmentationExport.Options(
              images, folder.resolve("out"), Protocol.Name.VOC, false, false),
          new Heard() {
            @Override
            public void onProgress(int done, int total) {
              if (done % 100 == 0) { // the loop has just returned free memory
                System.gc();
                resident[done] = ProcessMemory.residentBytes();
              }
            }
          });
    }
    assertTrue(resident[200] > 0); // 100 images later than the first collection of Java's heap
    long growthMb = (resident[400] - resident[200]) >> 20;
    assertTrue(growthMb < 60, "the memory grew by " + growthMb + " MB in 200 images");
  }

  /// 3×3 px is less than a patch of 8.
  @Test
  void labelMapsHaveTheImagesSizes() {
    var images = folder.resolve("images");
    int[][] sizes = {{3, 3}, {100, 9}, {10, 131}};
    for (var size : sizes) {
      picture(images.resolve(size[0] + ".png"), size[0], size[1]);
    }
    assertEquals(3, run(images, Protocol.Name.VOC, true).images());
    for (var size : sizes) {
      for (var kind : List.of("labels", "colour", "overlay")) {
        var png = folder.resolve("out/" + kind + "/" + size[0] + ".png");
        assertEquals(new ImageSize(size[0], size[1]), ImageSize.read(png));
      }
    }
  }

  /// With CRF, labels are the largest marginals of the dense CRF on the protocol's probabilities.
  @Test
  void theCrfWorksOnTheProtocolsProbabilities() {
    var image = picture(folder.resolve("image.png"), 45, 31);
    run(image, Protocol.Name.VOC_CRF, false);
    try (var network = network();
        var arena = Arena.ofConfined();
        var _ = TensorScope.open()) {
      var picture = ImageDecoder.decode(image, arena);
      var input = NetworkInput.of(picture, 0, network.model());
      var probabilities =
          new MultiScaleInference(List.of(1.0, 1.5, 1.25), Combination.SUM, Combination.MAX)
              .logits(network.model(), input, 31, 45)
              .softmax(1)
              .select(0, 0);
      var params = new CrfParams(10, 1, 1, 4, 121, 5);
      var q = new DenseCrf(params).infer(picture.tensor(), probabilities);
      var expected = q.argmax(0).toLongArray();
      var labels = values(labels(folder.resolve("out/labels/image.png")));
      assertArrayEquals(expected, Arrays.stream(labels).asLongStream().toArray());
    }
  }

  /// Whatever else is written, labels are those of the plain export; the annotations cover them,
  /// and the score of a region is its labels' mean probability.
  @ParameterizedTest
  @EnumSource(names = {"VOC", "VOC_CRF", "TRAIN_TIME", "COCO"})
  void annotationsAreThoseOfTheLabels(Protocol.Name protocol) throws IOException {
    var images = folder.resolve("images");
    picture(images.resolve("sub/a.png"), 45, 31);
    picture(images.resolve("b.png"), 20, 50);
    run(images, protocol, false);
    var out = folder.resolve("all");
    var heard = new Heard();
    try (var network = network()) {
      var options =
          new SegmentationExport.Options(List.of(images), out, protocol, false, false, FORMATS);
      var result = SegmentationExport.write(network, options, heard);
      assertEquals(2, result.images());
      assertEquals(
          List.of(
              out.resolve("coco/annotations/instances_default.json"),
              out.resolve("coco/results.json"),
              out.resolve("cvat.zip")),
          result.annotations());
    }
    assertTrue(heard.messages.getLast().startsWith("2 of 2 images are no GeoTIFF"));
    var coco = coco(out);
    for (var name : List.of("b", "sub/a")) {
      var png = Path.of("labels", name + ".png");
      assertArrayEquals(
          Files.readAllBytes(folder.resolve("out").resolve(png)),
          Files.readAllBytes(out.resolve(png)));
      assertAnnotated(coco, name + ".png", values(labels(out.resolve(png))), null);
    }
  }

  @Test
  void scoresAreMeanProbabilities() {
    var image = picture(folder.resolve("image.png"), 45, 31);
    var out = folder.resolve("out");
    try (var network = network();
        var arena = Arena.ofConfined();
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      SegmentationExport.write(
          network,
          new SegmentationExport.Options(
              List.of(image), out, Protocol.Name.TRAIN_TIME, false, false, FORMATS),
          InferenceListener.NONE);
      var input = NetworkInput.of(ImageDecoder.decode(image, arena), 32, network.model());
      var probabilities =
          network
              .model()
              .segment(network.model().encode(input).patchMap())
              .interpolate(31, 45, Interpolation.BILINEAR)
              .softmax(1)
              .amax(1)
              .toDoubleArray();
      assertAnnotated(
          coco(out), "image.png", values(labels(out.resolve("labels/image.png"))), probabilities);
    }
  }

  /// Only what is asked for is written.
  @Test
  void annotationsCanBeAllThereIs() throws IOException {
    var image = picture(folder.resolve("image.png"), 20, 20);
    var out = folder.resolve("out");
    var cvat = new AnnotationExport.Options(Set.of(LabelFormat.CVAT), CocoShape.RLE);
    try (var network = network()) {
      SegmentationExport.write(
          network,
          new SegmentationExport.Options(
              List.of(image), out, Protocol.Name.TRAIN_TIME, false, false, cvat),
          InferenceListener.NONE);
    }
    try (var files = Files.list(out)) {
      assertEquals(List.of(out.resolve("cvat.zip")), files.toList());
    }
  }

  @Test
  void coloursAreThoseOfTheLabels() {
    picture(folder.resolve("image.png"), 30, 30);
    run(folder.resolve("image.png"), Protocol.Name.COCO, true);
    var labels = values(labels(folder.resolve("out/labels/image.png")));
    try (var arena = Arena.ofConfined()) {
      var colours = ImageDecoder.decode(folder.resolve("out/colour/image.png"), arena).pixels();
      for (int i = 0; i < labels.length; i++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          rgb = rgb << 8 | colours.get(JAVA_BYTE, 3L * i + c) & 0xFF;
        }
        assertEquals(VocPalette.rgb(labels[i]), rgb);
      }
    }
  }

  /// Results in the folder of images are not taken for images by a second run.
  @Test
  void aSecondRunIntoTheImagesFolderFindsTheSameImages() throws IOException {
    picture(folder.resolve("image.png"), 30, 20);
    assertEquals(1, run(folder, Protocol.Name.VOC, false).images());
    var first = Files.readAllBytes(folder.resolve("out/labels/image.png"));
    assertEquals(1, run(folder, Protocol.Name.VOC, false).images());
    assertArrayEquals(first, Files.readAllBytes(folder.resolve("out/labels/image.png")));
    assertFalse(Files.exists(folder.resolve("out/colour")), "not asked for");
    assertTrue(values(labels(folder.resolve("out/labels/image.png"))).length == 600);
  }

  @Test
  void imagesInOtherFormatsAreNamedAndTheOthersDone() throws IOException {
    var images = folder.resolve("mixed");
    picture(images.resolve("a.png"), 40, 30);
    Files.copy(images.resolve("a.png"), images.resolve("b.JFIF")); // a PNG by content
    Files.writeString(images.resolve("c.gif"), "BM");
    Files.writeString(images.resolve("labels.npy"), "");
    var result = run(images, Protocol.Name.TRAIN_TIME, false);
    assertEquals(2, result.images());
    assertEquals(
        List.of(
            "files in formats that are not read: 1 .gif, such as %s; convert images to PNG or JPEG"
                .formatted(images.resolve("c.gif"))),
        result.unreadable());
    assertTrue(Files.exists(folder.resolve("out/labels/b.png")));
    Files.delete(images.resolve("a.png"));
    Files.delete(images.resolve("b.JFIF"));
    var thrown =
        assertThrows(DataException.class, () -> run(images, Protocol.Name.TRAIN_TIME, false));
    assertTrue(thrown.getMessage().contains("1 .gif, 1 .npy, such as "), thrown.getMessage());
  }
}
