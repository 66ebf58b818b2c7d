package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.VitVariant.Activation;
import toco.config.VitVariant.Position;
import toco.config.VitVariant.Resampling;

/// A folder of published weights is enough to describe its encoder; what ToCo cannot be is refused
/// by name.
class PublishedEncoderTest {
  private static final String SIZES =
      "'hidden_size': 32, 'num_hidden_layers': 5, 'num_attention_heads': 2, ";

  @TempDir Path folder;

  private void write(String name, String json) throws IOException {
    Files.writeString(folder.resolve(name), json.replace('\'', '"'));
  }

  private Config read(String... settings) {
    var all = new ArrayList<>(List.of(settings));
    all.add("model.pretrained=" + folder);
    all.add("train.localCropSizePx=112");
    all.add("augment.cropSizePx=448");
    return Config.parse("", "defaults", all);
  }

  private EncoderShape shape(String config) throws IOException {
    write("config.json", config);
    return read().model().encoderShape();
  }

  private void refuses(String config, String... words) throws IOException {
    write("config.json", config);
    var said = String.valueOf(assertThrows(ConfigException.class, this::read).getMessage());
    assertTrue(said.contains("config.json: ") && said.lines().count() == 1, said);
    for (var word : words) {
      assertTrue(said.contains(word), said);
    }
  }

  @Test
  void dinov2() throws IOException {
    var shape =
        shape(
            "{'model_type': 'dinov2', %s'image_size': 518, 'patch_size': 14, 'mlp_ratio': 4}"
                .formatted(SIZES));
    assertEquals(
        new EncoderShape(518, 14, 32, 5, 2, 4, true, 1e-6, 0.25, false, VitVariant.DINOV2), shape);
  }

  @Test
  void dinov2WithRegisters() throws IOException {
    var shape =
        shape(
            "{'model_type': 'dinov2_with_registers', 'num_register_tokens': 3, 'image_size': 28}");
    assertEquals(3, shape.variant().registerTokens());
    assertEquals(Position.LEARNED_PATCHES, shape.variant().position());
    assertEquals(Resampling.TIMM, shape.variant().resampling());
    assertEquals(2, shape.gridSize());
    assertEquals(12, shape.numHeads());
  }

  /// Their classes have 1e-12 by default, but the networks were trained with 1e-6.
  @ParameterizedTest
  @CsvSource({"vit, 1e-12, 1e-6", "deit, 1e-12, 1e-6", "vit_mae, 1e-12, 1e-6", "vit, 1e-5, 1e-5"})
  void vitDeitAndMae(String type, String stated, double eps) throws IOException {
    var shape =
        shape(
            "{'model_type': '%s', %s'intermediate_size': 96, 'layer_norm_eps': %s, 'patch_size': 8}"
                .formatted(type, SIZES, stated));
    assertEquals(eps, shape.layerNormEps());
    assertEquals(3, shape.mlpRatio());
    assertEquals(8, shape.patchSizePx());
    assertEquals(type.equals("deit"), shape.distilled());
    assertEquals(VitVariant.PLAIN, shape.variant());
  }

  @ParameterizedTest
  @CsvSource({"gelu, GELU", "quick_gelu, QUICK_GELU"})
  void clipWholeAndItsVisionModelAlone(String stated, Activation activation) throws IOException {
    var vision = SIZES + "'hidden_act': '%s', 'patch_size': 16, 'image_size': 64".formatted(stated);
    var whole =
        shape(
            "{'model_type': 'clip', 'text_config': {'hidden_act': 'x'}, 'vision_config': {%s}}"
                .formatted(vision));
    assertEquals(shape("{'model_type': 'clip_vision_model', %s}".formatted(vision)), whole);
    assertEquals(activation, whole.variant().activation());
    assertTrue(whole.variant().preNorm() && !whole.variant().patchBias());
    assertEquals(1e-5, whole.layerNormEps());
    assertEquals(2, whole.numHeads());
  }

  @Test
  void dinov3() throws IOException {
    var config =
        "{'model_type': 'dinov3_vit', %s'intermediate_size': 128, 'num_register_tokens': 4, %s}";
    var shape = shape(config.formatted(SIZES, "'rope_theta': 100.0"));
    assertEquals(VitVariant.DINOV3, shape.variant());
    assertTrue(shape.qkvBias());
    var bare = "'query_bias': false, 'value_bias': false, 'rope_parameters': {'rope_theta': 100}";
    assertTrue(!shape(config.formatted(SIZES, bare)).qkvBias());
    refuses(config.formatted(SIZES, "'rope_theta': 10000"), "rope_theta is 10000");
    var newer = "'rope_parameters': {'rope_theta': 10000}";
    refuses(config.formatted(SIZES, newer), "rope_theta is 10000");
    refuses(config.formatted(SIZES, "'use_gated_mlp': true"), "SwiGLU");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'dinov2', 'use_swiglu_ffn': true       | SwiGLU",
        "'siglip_vision_model'                  | no class token",
        "'siglip2'                              | no class token",
        "'beit'                                 | relative position",
        "'swin'                                 | no plain vision transformer",
        "'vit', 'hidden_act': 'gelu_new'        | hidden_act is gelu_new",
        "'vit', 'num_channels': 1               | num_channels 1",
        "'vit', 'image_size': [224, 112]        | image_size must be an integer",
        "'vit', 'hidden_size': 'many'           | hidden_size must be an integer",
        "'vit', 'qkv_bias': 1                   | qkv_bias must be true or false",
      })
  void whatTocoCannotBeIsRefusedByName(String config, String words) throws IOException {
    refuses("{'model_type': %s}".formatted(config), words);
  }

  /// Other people's `config.json` is no business of ToCo's.
  @ParameterizedTest
  @ValueSource(strings = {"{}", "{'model_type': 'something'}", "{'architecture': 'something'}"})
  void anUnknownConfigurationChangesNothing(String config) throws IOException {
    write("config.json", config);
    assertEquals(Backbone.DEIT_BASE_PATCH16_224, read().model().backbone());
  }

  @Test
  void aDamagedConfigurationIsNamed() throws IOException {
    refuses("{'model_type': ", "not valid JSON");
  }

  @Test
  void openClip() throws IOException {
    write(
        "open_clip_config.json",
        "{'model_cfg': {'quick_gelu': true, 'vision_cfg': {'image_size': 64, 'layers': 5,"
            + " 'width': 128, 'patch_size': 16, 'timm_model_name': null}}, 'preprocess_cfg':"
            + " {'mean': [0.5, 0.5, 0.5], 'std': [0.5, 0.5, 0.5]}}");
    assertEquals(
        new EncoderShape(
            64, 16, 128, 5, 2, 4, true, 1e-5, 0.125, false, VitVariant.CLIP_QUICK_GELU),
        read().model().encoderShape());
    assertEquals(PixelStatistics.HALF, PublishedEncoder.of(folder).get().statistics().get());
    write("open_clip_config.json", "{'model_cfg': {'vision_cfg': {'attentional_pool': true}}}");
    var said = assertThrows(ConfigException.class, this::read).getMessage();
    assertTrue(said.contains("attentional_pool"), said);
  }

  @Test
  void timm() throws IOException {
    write(
        "config.json",
        "{'architecture': 'vit_base_patch16_224', 'pretrained_cfg': {'tag': 'augreg_in21k', 'mean':"
            + " [0.5, 0.5, 0.5], 'std': [0.5, 0.5, 0.5]}, 'model_args': {'img_size': 384}}");
    var model = read().model();
    assertEquals(Backbone.VIT_BASE_PATCH16_224__AUGREG, model.backbone());
    assertEquals(384, model.encoderShape().imageSizePx());
    assertEquals(PixelStatistics.HALF, PublishedEncoder.of(folder).get().statistics().get());
  }

  @Test
  void thePreprocessorGivesTheStatistics() throws IOException {
    write("config.json", "{'model_type': 'dinov2'}");
    assertTrue(PublishedEncoder.of(folder).get().statistics().isEmpty());
    write(
        "preprocessor_config.json",
        "{'image_mean': [0.1, 0.2, 0.3], 'image_std': [0.4, 0.5, 0.6], 'do_normalize': true}");
    assertEquals(
        new PixelStatistics(List.of(0.1, 0.2, 0.3), List.of(0.4, 0.5, 0.6)),
        PublishedEncoder.of(folder).get().statistics().get());
  }

  /// The run's own configuration is complete.
  @Test
  void aSavedConfigurationDoesNotNeedTheFolder() throws IOException {
    write(
        "config.json", "{'model_type': 'clip_vision_model', %s'patch_size': 16}".formatted(SIZES));
    var config = read();
    var saved = config.toYaml();
    Files.delete(folder.resolve("config.json"));
    assertEquals(config, Config.parse(saved, "config.yaml", List.of()));
    assertEquals(Backbone.CUSTOM, config.model().backbone());
  }

  @Test
  void aKeyThatContradictsTheFolderIsRefused() throws IOException {
    write("config.json", "{'model_type': 'vit', %s'image_size': 64}".formatted(SIZES));
    var said = assertThrows(ConfigException.class, () -> read("model.numHeads=4")).getMessage();
    assertTrue(said.contains("model.numHeads is 4, but") && said.contains("says 2"), said);
    assertEquals(2, read("model.numHeads=2").model().encoderShape().numHeads());
    assertEquals(128, read("model.imageSizePx=128").model().encoderShape().imageSizePx());
  }

  /// A backbone that is given counts; what weights do not show is compared at loading.
  @Test
  void aBackboneThatIsGivenCounts() throws IOException {
    write("config.json", "{'model_type': 'vit', 'num_attention_heads': 6}");
    var model = read("model.backbone=vit_base_patch16_224").model();
    assertEquals(12, model.encoderShape().numHeads());
    var published = PublishedEncoder.of(folder).get();
    var said = assertThrows(ConfigException.class, () -> published.requireFits(model)).getMessage();
    assertTrue(said.contains("model.numHeads is 12") && said.contains("says 6"), said);
    write("config.json", "{'model_type': 'vit', 'layer_norm_eps': 1e-12}");
    PublishedEncoder.of(folder).get().requireFits(model);
  }

  @Test
  void aFileOfAFolderIsAsTheFolder() throws IOException {
    write("config.json", "{'model_type': 'vit', %s'image_size': 64}".formatted(SIZES));
    write("model.safetensors", "");
    write("other.safetensors", "");
    var whole = PublishedEncoder.of(folder).get();
    assertEquals(whole, PublishedEncoder.of(folder.resolve("model.safetensors")).get());
    assertTrue(PublishedEncoder.of(folder.resolve("other.safetensors")).isEmpty());
    assertTrue(PublishedEncoder.of(folder.resolve("missing")).isEmpty());
  }
}
