package toco.checkpoint;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Names networks that are no vision transformer that ToCo can load, by the names of their weights,
/// for messages.
final class EncoderFamily {
  private record Sign(Pattern name, String family) {
    Sign(String regex, String family) {
      this(Pattern.compile("(?:.*\\.)?(?:" + regex + ").*"), family);
    }
  }

  /// The first that matches any name.
  private static final List<Sign> SIGNS =
      List.of(
          new Sign("resblocks\\.\\d+\\.attn\\.in_proj_", "a CLIP model with OpenAI's names"),
          new Sign("visual\\.attnpool\\.|attnpool\\.positional_", "a CLIP ResNet"),
          new Sign("layer_scale1\\.lambda1", "a DINOv2 or DINOv3 model with transformers' names"),
          new Sign("vision_model\\.", "a CLIP or SigLIP model with transformers' names"),
          new Sign("layers\\.\\d+\\.blocks\\.\\d+\\.", "a Swin transformer"),
          new Sign(
              "features\\.\\d+\\.\\d+\\.attn\\.relative_", "a Swin transformer of torchvision"),
          new Sign(
              "block1\\.\\d+\\.attn\\.", "a hierarchical transformer (SegFormer's MiT, or PVT)"),
          new Sign(
              "attention\\.attention\\.query\\.|attention\\.q_proj\\.|self_attn\\.q_proj\\.",
              "a transformer with transformers' names"),
          new Sign("encoder_layer_\\d+\\.", "a vision transformer with torchvision's names"),
          new Sign("layers\\.\\d+\\.attn\\.qkv\\.", "a vision transformer with OpenMMLab's names"),
          new Sign("(dwconv|conv_dw)\\.|downsample_layers\\.", "a ConvNeXt or similar network"),
          new Sign("denseblock\\d", "a DenseNet"),
          new Sign("blocks\\.\\d+\\.\\d+\\.|_blocks\\.\\d+\\.", "an EfficientNet or MobileNet"),
          new Sign("features\\.\\d+\\.", "a VGG or similar convolutional network"));

  private static final Pattern RESNET =
      Pattern.compile("(?:.*\\.)?layer([1-4])\\.(\\d{1,3})\\.(conv[123])\\.weight");

  /// Transformers whose blocks are in stages; some have the patch embedding of a plain one.
  private static final Pattern STAGES =
      Pattern.compile("(?:.*\\.)?(?:layers|stages|stage)\\.\\d+\\.blocks\\.\\d+\\..*");

  private EncoderFamily() {}

  static boolean isHierarchical(Collection<String> names) {
    return names.stream().anyMatch(name -> STAGES.matcher(name).matches());
  }

  /// Completes "the file is …"; the first names if the family is unknown.
  static String of(Collection<String> names) {
    var resnet = resnet(names);
    if (!resnet.isEmpty()) {
      return resnet;
    }
    for (var sign : SIGNS) {
      if (names.stream().anyMatch(name -> sign.name.matcher(name).matches())) {
        return sign.family;
      }
    }
    return "a network of %s tensors (%s%s)"
        .formatted(
            names.size(),
            String.join(", ", names.stream().limit(3).toList()),
            names.size() > 3 ? ", …" : "");
  }

  private static String resnet(Collection<String> names) {
    Set<String> blocks = new TreeSet<>();
    boolean bottleneck = false;
    for (var name : names) {
      var block = RESNET.matcher(name);
      if (block.matches()) {
        blocks.add(block.group(1) + "." + block.group(2));
        bottleneck |= block.group(3).equals("conv3");
      }
    }
    int layers = 2 + blocks.size() * (bottleneck ? 3 : 2);
    return blocks.isEmpty() ? "" : "a ResNet-%s or similar network".formatted(layers);
  }
}
