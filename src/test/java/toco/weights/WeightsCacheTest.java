package toco.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.ModelConfig;
import toco.download.Download;
import toco.download.DownloadException;
import toco.download.DownloadProgress;
import toco.download.FileServer;

class WeightsCacheTest {
  private static final String NAME = "vit_tiny_patch16_224.augreg_in21k_ft_in1k";
  private static final byte[] CONTENT = {1, 2, 3};

  @TempDir Path folder;
  private final List<String> messages = new ArrayList<>();
  private final DownloadProgress progress =
      new DownloadProgress() {
        @Override
        public void onBytes(String name, long done, long total) {}

        @Override
        public void onMessage(String line) {
          messages.add(line);
        }
      };

  /// @param endpoint instead of huggingface.co
  private WeightsCache cache(String endpoint) {
    return new WeightsCache(Optional.of(folder), Download.ofProcess(), endpoint);
  }

  private static ModelConfig model(String yaml) {
    return Config.parse("model: {%s}".formatted(yaml), "test", List.of()).model();
  }

  @Test
  void weightsAreDownloadedOnceWhenTheyAreNeeded() throws IOException {
    var model =
        model("backbone: vit_tiny_patch16_224.augreg, pretrained: 'get:vit_tiny_patch16_224'");
    try (var server =
        new FileServer().with("/timm/" + NAME + "/resolve/main/model.safetensors", CONTENT)) {
      var file = cache(server.url("")).pretrained(model, progress);
      assertEquals(folder.resolve(NAME).resolve(NAME + ".safetensors"), file);
      assertArrayEquals(CONTENT, Files.readAllBytes(file));
      assertEquals(List.of(NAME + ": Apache-2.0"), messages);
      assertEquals(file, cache(server.url("")).pretrained(model, progress));
      assertEquals(1, server.requests.size());
    }
  }

  @Test
  void pathsAreAsTheyAre() {
    var cache = cache("http://localhost:1");
    assertNull(cache.pretrained(model(""), progress));
    for (var path : List.of("weights/net.pth", "./get:net", "/tmp/get:net")) {
      assertEquals(Path.of(path), cache.pretrained(model("pretrained: '" + path + "'"), progress));
    }
  }

  /// Before anything is downloaded.
  @Test
  void weightsOfAnotherShapeAreRefused() {
    var cache = cache("http://localhost:1");
    var wrong = model("backbone: deit_base_patch16_224, pretrained: 'get:" + NAME + "'");
    assertEquals(
        "model.pretrained get:%s is for model.backbone vit_tiny_patch16_224.augreg, got"
                .formatted(NAME)
            + " deit_base_patch16_224; set model.backbone=vit_tiny_patch16_224.augreg",
        assertThrows(IllegalArgumentException.class, () -> cache.pretrained(wrong, progress))
            .getMessage());
    var typo = model("backbone: deit_base_patch16_224, pretrained: 'get:deit_bas_patch16_224'");
    assertTrue(
        String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> cache.pretrained(typo, progress))
                    .getMessage())
            .contains("did you mean deit_base_patch16_224;"));
  }

  /// The same network under another name, and with its position embedding for larger images.
  @Test
  void weightsOfTheSameShapeAreTaken() throws IOException {
    var file = folder.resolve(NAME).resolve(NAME + ".safetensors");
    Files.createDirectories(file.getParent());
    Files.write(file, CONTENT);
    for (var backbone :
        List.of("deit_tiny_patch16_224", "vit_tiny_patch16_224.augreg, imageSizePx: 448")) {
      var model = model("backbone: %s, pretrained: 'get:%s'".formatted(backbone, NAME));
      assertEquals(file, cache("http://localhost:1").pretrained(model, progress));
    }
  }

  @Test
  void withoutAPublicUrlTheLineSaysHowToGetOne() throws IOException {
    var dinov3 = WeightsCatalogue.find("vit_small_patch16_dinov3_qkvb");
    var cache = cache("http://localhost:1");
    assertEquals(
        "vit_small_patch16_dinov3_qkvb.lvd1689m has no public URL; request access at"
            + " https://ai.meta.com/resources/models-and-libraries/dinov3-downloads/, then give"
            + " the URL of Meta's e-mail: toco weights get vit_small_patch16_dinov3_qkvb.lvd1689m"
            + " --from URL",
        assertThrows(DownloadException.class, () -> cache.fetch(dinov3, null, null, progress))
            .getMessage());
    try (var server = new FileServer().with("/file", CONTENT)) {
      var url = server.url("/file?Signature=secret");
      var message =
          String.valueOf(
              assertThrows(DownloadException.class, () -> cache.fetch(dinov3, null, url, progress))
                  .getMessage());
      assertTrue(message.contains("expected 08c60483…"), message); // the digits of Meta's file name
      assertTrue(!message.contains("secret"), message);
    }
  }

  @Test
  void aUserWithoutAHomeFolderIsToldSo() {
    var cache = new WeightsCache(Optional.empty(), Download.ofProcess(), "http://localhost:1");
    var message =
        String.valueOf(
            assertThrows(
                    DownloadException.class,
                    () -> cache.fetch(WeightsCatalogue.find(NAME), null, null, progress))
                .getMessage());
    assertTrue(message.contains("HOME and XDG_CACHE_HOME are not set"), message);
  }

  @Test
  void aMirrorOfHuggingFaceIsNamedByItsVariable() {
    assertEquals("https://huggingface.co", HuggingFace.endpoint(Map.of()));
    assertEquals(
        "https://hf-mirror.com",
        HuggingFace.endpoint(Map.of("HF_ENDPOINT", " https://hf-mirror.com/ ")));
  }
}
