package toco.checkpoint;

import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.torch.TensorTest;

/// Encoders that ToCo's own cannot compute are refused, and the line says why; parameters keep
/// their values.
@TensorTest
final class EncoderRefusalTest extends EncoderCase {
  /// Without rotary positions the softmax cancels a bias of keys; with them it would change
  /// results, so that a network without must not take it.
  @Test
  void aBiasOfKeysIsNotDropped() {
    var timms = dinov3();
    var names = PublishedNames.of(PublishedNames.random(true, false, 4, 0, false));
    refuses(timms, names, "DINOv3", "no bias of keys", "registerTokens: 4, ");
  }

  /// A network of DINOv3 without these biases takes a file where they are zero.
  @Test
  void zeroBiasesAreNoBiases() {
    var timms = dinov3();
    var without = new LinkedHashMap<>(timms);
    without.keySet().removeIf(name -> name.matches(".*[qv]_bias"));
    refuses(without, PublishedNames.of(timms), "no bias of keys", "no bias of queries");
    timms.replaceAll((name, tensor) -> name.matches(".*[qv]_bias") ? tensor.zerosLike() : tensor);
    says(loads(without, PublishedNames.of(timms)), "zeros (10 tensors: blocks.0.attn.q_bias, …)");
  }

  @Test
  void unknownPartsOfTheEncoderAreRefused() {
    var timms = plain();
    var words = new String[] {"1 weights inside its encoder", "model.pretrainedKeys"};
    refuses(timms, PublishedNames.of(timms).with("blocks.2.extra.weight", 3), words);
    refuses(timms, PublishedNames.of(timms).with("temporal_embed", 3), words);
    refuses(timms, PublishedNames.of(timms).vit().with("embeddings.norm.weight", 3), words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blocks.0.mlp.w12.weight",
        "blocks.0.mlp.w1.weight",
        "blocks.0.mlp.fc1_g.weight",
        "encoder.layer.0.mlp.weights_in.weight",
        "encoder.layer.0.mlp.gate_proj.weight"
      })
  void swigluIsRefusedByName(String name) {
    var timms = dinov2();
    var names = PublishedNames.of(timms);
    names = name.startsWith("encoder") ? names.dinov2() : names;
    refuses(timms, names.with(name, 64, 32), "LayerScale, a SwiGLU MLP", "script:PATH");
  }

  @Test
  void anEncoderWithoutAClassTokenIsRefused() {
    var timms = clip();
    var siglip = PublishedNames.of(timms).clip().without(".*class_embedding|pre_layrnorm.*");
    siglip.with("head.probe", 1, 1, 32).with("embeddings.patch_embedding.bias", 32);
    refuses(timms, siglip.prefixed("vision_model."), "no class token", "script:PATH");
  }

  @Test
  void anEncoderOfAveragedPatchesIsRefused() {
    var timms = plain();
    refuses(timms, PublishedNames.of(timms).renamed("norm.", "fc_norm."), "no final norm");
  }

  @Test
  void anIncompleteAttentionIsRefused() {
    var timms = plain();
    var names = PublishedNames.of(timms).vit().without(".*layer.3.*key.weight");
    refuses(timms, names, "lacks the key of blocks.3.attn.");
    refuses(timms, PublishedNames.of(timms).without("blocks.3.norm1.bias"), "missing in the file");
  }
}
