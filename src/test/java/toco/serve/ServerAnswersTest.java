package toco.serve;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.annotation.AnnotationExport;
import toco.annotation.CocoShape;
import toco.annotation.LabelFormat;
import toco.config.Protocol;
import toco.files.Json;
import toco.files.NpyFile;
import toco.image.ImageDecoder;
import toco.infer.InferenceListener;
import toco.infer.SegmentationExport;
import toco.infer.Segmenter;
import toco.infer.TokenReport;
import toco.torch.TensorScope;

/// What the server answers is what the command line writes.
class ServerAnswersTest extends ServeFixture {
  private static final class Silent implements InferenceListener {
    @Override
    public void onProgress(int done, int total) {}

    @Override
    public void onMessage(String line) {
      throw new AssertionError(line);
    }
  }

  /// The folder that `toco infer seg --format png,coco` writes for one image.
  private Path inferred(byte[] image, Protocol.Name protocol) throws IOException {
    var file = Files.write(folder.resolve("upload.png"), image);
    var out = folder.resolve("seg");
    try (var network = network(11)) {
      var formats =
          new AnnotationExport.Options(
              EnumSet.of(LabelFormat.PNG, LabelFormat.COCO), CocoShape.RLE);
      SegmentationExport.write(
          network,
          new SegmentationExport.Options(List.of(file), out, protocol, false, false, formats),
          new Silent());
    }
    return out;
  }

  /// Byte for byte, with and without CRF.
  @ParameterizedTest
  @EnumSource(names = {"VOC", "VOC_CRF", "TRAIN_TIME"})
  void segmentationsAreThoseOfTheCommand(Protocol.Name protocol) throws IOException {
    var image = picture(61, 45);
    var choice = new Choice();
    boolean isCrf = protocol == Protocol.Name.VOC_CRF;
    choice.protocol = isCrf ? Protocol.Name.VOC : protocol;
    var out = inferred(image, protocol);
    try (var server = server(choice);
        var client = new Client(server)) {
      var png = client.post("/api/segment?crf=" + isCrf, "image/png", image);
      assertEquals("image/png", png.headers().firstValue("Content-Type").orElseThrow());
      assertArrayEquals(Files.readAllBytes(out.resolve("labels/upload.png")), png.body());

      var coco = client.post("/api/segment?format=coco&crf=" + isCrf, "image/png", image);
      var expected =
          Json.MAPPER.readTree(out.resolve("coco/annotations/instances_default.json").toFile());
      var found = Client.json(200, coco);
      assertTrue(found.get("annotations").size() > 0);
      for (var member : List.of("categories", "annotations")) {
        assertEquals(expected.get(member), found.get(member));
      }
    }
  }

  @Test
  void logitsAreThoseOfTheLabels() throws IOException {
    var image = picture(61, 45);
    try (var server = server();
        var client = new Client(server);
        var network = network(11);
        var _ = TensorScope.open()) {
      var npy = client.post("/api/segment?format=npy", "application/octet-stream", image);
      var file = Files.write(folder.resolve("logits.npy"), npy.body());
      var logits = NpyFile.read(file);
      assertArrayEquals(new long[] {7, 45, 61}, logits.shape().sizes());
      var labels =
          new Segmenter(network, Protocol.Name.VOC)
              .segment(ImageDecoder.decode(image, "image", arena()));
      var largest = logits.argmax(0).toLongArray();
      for (int i = 0; i < largest.length; i++) {
        assertEquals(labels.labels().getAtIndex(JAVA_BYTE, i), largest[i]);
      }
    }
  }

  @Test
  void analysisHasLabelsScoresAndMapsOfEveryClass() throws IOException {
    var image = picture(61, 45);
    try (var server = server();
        var client = new Client(server);
        var network = network(11);
        var _ = TensorScope.open()) {
      var uploaded =
          Client.json(201, client.post("/api/images?name=a/b/My%20cat.PNG", "image/png", image));
      assertEquals("My_cat", uploaded.get("name").asString());
      assertEquals(61, uploaded.get("widthPx").intValue());
      var id = uploaded.get("id").asString();
      var analysis = arrays(client.get("/api/images/" + id + "/analysis"));
      var tensors = analysis.contents().tensors();
      assertArrayEquals(new long[] {45, 61}, tensors.get("labels").shape().sizes());
      assertArrayEquals(new long[] {6, 32, 32}, tensors.get("cam").shape().sizes());
      assertArrayEquals(new long[] {6, 32, 32}, tensors.get("auxCam").shape().sizes());
      assertEquals(6, analysis.info().get("classes").size());
      assertEquals(3, analysis.info().get("patchCosine").size());
      assertEquals(255, tensors.get("cam").amax().item(), "each map's maximum is 1");
      var labels =
          new Segmenter(network, Protocol.Name.VOC)
              .segment(ImageDecoder.decode(image, "image", arena()));
      assertArrayEquals(
          labels.labels().toArray(JAVA_BYTE), tensors.get("labels").segment().toArray(JAVA_BYTE));

      var again = arrays(client.post("/api/segment?format=maps", "image/png", image));
      for (var name : tensors.keySet()) {
        assertArrayEquals(
            tensors.get(name).segment().toArray(JAVA_BYTE),
            again.contents().tensors().get(name).segment().toArray(JAVA_BYTE));
      }
      var crf = arrays(client.get("/api/images/" + id + "/crf"));
      assertEquals("voc-crf", crf.info().get("protocol").asString());
      assertArrayEquals(
          new long[] {45, 61}, crf.contents().tensors().get("labels").shape().sizes());
    }
  }

  /// The cosines of a patch after the last norm, and the curve over the blocks.
  @Test
  void similaritiesAreThoseOfInferTokens() throws IOException {
    var file = Files.write(folder.resolve("image.png"), picture(64, 16));
    try (var server = server();
        var client = new Client(server);
        var network = network(11);
        var _ = TensorScope.open()) {
      var report = TokenReport.write(network, file, 63, 5, folder.resolve("tokens"));
      var id =
          Client.json(201, client.post("/api/images", "image/png", Files.readAllBytes(file)))
              .get("id")
              .asString();
      for (int i = 0; i < 2; i++) { // computed, then from the cache
        var found = arrays(client.get("/api/images/" + id + "/similarity?row=1&column=3"));
        var cosine = found.contents().tensors().get("cosine");
        assertArrayEquals(new long[] {4, 4, 4}, cosine.shape().sizes());
        var normed = cosine.select(0, 3).toFloatArray();
        for (int p = 0; p < 16; p++) {
          assertEquals(
              report.point().get(p / 4).get(p % 4), normed[p], 1e-5); // other order of sums
        }
        for (int block = 0; block < 3; block++) {
          assertEquals(1, cosine.toFloatArray()[block * 16 + 7], 1e-5, "with itself");
          assertEquals(
              report.patchCosine().get(block),
              found.info().get("patchCosine").get(block).doubleValue(),
              1e-6);
        }
      }
      assertEquals(
          400, client.get("/api/images/" + id + "/similarity?row=4&column=0").statusCode());
      assertEquals(400, client.get("/api/images/" + id + "/similarity?row=1").statusCode());
    }
  }

  @Test
  void twoNetworksAreComparedWithTheirOwnWeights() throws IOException {
    var networks = List.of(network(11), network(12));
    try (var server = PageServer.start(new Choice().options(), networks, messages::add);
        var client = new Client(server);
        var _ = TensorScope.open()) {
      var info = client.json("/api/info");
      assertEquals(2, info.get("networks").size());
      var path = "/api/images/val-0/similarity?row=0&column=0&network=";
      var first = arrays(client.get(path + "main")).contents().tensors().get("cosine");
      var second = arrays(client.get(path + "compare")).contents().tensors().get("cosine");
      assertTrue(first.sub(second).abs().amax().item() > 1e-3, "other weights");
      assertEquals(404, client.get("/api/images/val-0/analysis?network=third").statusCode());
    }
  }

  @Test
  void imagesOfTheDataSetAreListedAndShown() throws IOException {
    try (var server = server();
        var client = new Client(server)) {
      var list = client.json("/api/images?split=val&from=1&count=9");
      assertEquals(3, list.get("size").intValue());
      assertEquals(2, list.get("images").size());
      var first = list.get("images").get(0);
      assertEquals("val-1", first.get("id").asString());
      assertTrue(first.get("labels").size() > 0);
      var described = client.json("/api/images/val-1");
      assertEquals(first.get("name"), described.get("name"));
      var png = client.get("/api/images/val-1/pixels");
      var picture = ImageDecoder.decode(png.body(), "png", arena());
      assertEquals(described.get("widthPx").intValue(), picture.widthPx());
      assertEquals(200, client.get("/api/images/val-1/thumbnail").statusCode());
      for (var unknown : List.of("val-3", "test-0", "up-00", "val--1", "val-1e3", "x")) {
        assertEquals(404, client.get("/api/images/" + unknown).statusCode(), unknown);
      }
    }
  }
}
