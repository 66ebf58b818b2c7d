package toco.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import toco.files.QuotedText;
import toco.torch.Tensor;

/// An encoder in a file, brought to timm's names and shapes; everything else in the file is listed
/// with the reason why it is skipped.
///
/// @param weights float tensors by timm's names, see [EncoderTensors]
/// @param problems what the encoder has that ToCo's own cannot have, such as a SwiGLU MLP; empty if
///   it can be used
record EncoderSource(
    StateDict file,
    EncoderLayout.Place place,
    Map<String, Tensor> weights,
    Set<String> problems,
    SkippedWeights skipped) {
  static final String REMEDY =
      "use another release, see docs/WEIGHTS.md, or this encoder as a TorchScript module"
          + " (model.encoder: script:PATH)";

  static final String NO_CLASS_TOKEN =
      "no class token, which ToCo's classification and token contrast need";
  static final String RELATIVE = "a relative position bias";
  static final String POOLING = "pooling by attention";
  static final String SWIGLU = "a SwiGLU MLP";

  /// Parts that ToCo's encoder does not have, by the names that show them.
  private static final Map<Pattern, String> UNUSABLE = new LinkedHashMap<>();

  static {
    unusable(".*\\bmlp\\.(w\\d+|fc1_[gx]|gate_proj|weights_(in|out))\\..*", SWIGLU);
    unusable(".*(relative_position_bias|rel_pos_[hw]|rel_pos_bias).*", RELATIVE);
    unusable(
        ".*\\battn\\.[qk]_norm\\..*|.*attention\\.[qk]_norm\\..*", "normalised queries and keys");
    unusable("(.*\\.)?attn_?pool\\w*\\..*", POOLING);
    unusable(".*\\.(attn|mlp)\\.(norm|inner_attn_ln|ffn_ln)\\..*", "norms inside its blocks");
  }

  private static final int MAX_LISTED = 4;

  private static void unusable(String names, String what) {
    UNUSABLE.put(Pattern.compile(names), what);
  }

  /// @throws CheckpointException if the file holds no vision transformer, or one with unknown parts
  static EncoderSource in(StateDict file) {
    var names = file.tensors().keySet();
    var place =
        EncoderLayout.find(names)
            .filter(_ -> !EncoderFamily.isHierarchical(names))
            .orElseThrow(() ->
                new CheckpointException(
                    file.source(),
                    ("is %s, but model.pretrained takes vision transformers with the names of timm,"
                            + " transformers or OpenAI; %s")
                        .formatted(EncoderFamily.of(names), REMEDY)));
    var own = new LinkedHashMap<String, Tensor>();
    var skipped = new SkippedWeights();
    var problems = new LinkedHashSet<String>();
    var unknown = new ArrayList<String>();
    file.tensors()
        .forEach((name, tensor) -> {
          if (!name.startsWith(place.prefix())) {
            skipped.add(SkippedWeights.reasonOutside(name, place), name);
            return;
          }
          var inner = name.substring(place.prefix().length());
          var canonical = place.layout().canonical(inner);
          if (canonical.isPresent()) {
            requireFirst(file, own.put(canonical.get(), tensor), name);
          } else if (!problem(inner, problems)) {
            place(inner, name, place, skipped, unknown);
          }
        });
    if (problems.isEmpty() && !unknown.isEmpty()) {
      throw unknown(file, unknown);
    }
    return new EncoderSource(file, place, EncoderTensors.of(file, own), problems, skipped);
  }

  private static boolean problem(String inner, Set<String> problems) {
    for (var entry : UNUSABLE.entrySet()) {
      if (entry.getKey().matcher(inner).matches()) {
        problems.add(entry.getValue());
        return true;
      }
    }
    return false;
  }

  private static void place(
      String inner,
      String name,
      EncoderLayout.Place place,
      SkippedWeights skipped,
      List<String> unknown) {
    var reason = SkippedWeights.reason(inner);
    if (reason.isEmpty() && place.layout().isInside(inner)) {
      unknown.add(name);
    } else {
      skipped.add(reason.orElse("not of the encoder"), name);
    }
  }

  private static void requireFirst(StateDict file, Tensor other, String name) {
    if (other != null) {
      throw new CheckpointException(
          file.source(),
          "has another weight that means the same as %s; leave one out by model.pretrainedKeys"
              .formatted(QuotedText.quote(name)));
    }
  }

  private static CheckpointException unknown(StateDict file, List<String> names) {
    var first = String.join(", ", names.subList(0, Math.min(MAX_LISTED, names.size())));
    return new CheckpointException(
        file.source(),
        ("has %s weights inside its encoder that ToCo does not know and that would change its"
                + " results: %s%s; if they belong to something else, rename them by"
                + " model.pretrainedKeys, such as '^NAME -> head.NAME'; otherwise %s")
            .formatted(names.size(), first, names.size() > MAX_LISTED ? ", …" : "", REMEDY));
  }
}
