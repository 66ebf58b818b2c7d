package toco.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import toco.checkpoint.CheckpointException;
import toco.image.ImageBox;
import toco.torch.Tensor;
import tools.jackson.databind.JsonNode;

/// One golden case: what goes in, what must come out, and the component's parameters.
///
/// @param name the component, such as `ptc_loss`
/// @param file the file's name
/// @param params the parameters that the file records
/// @param tensors `in.*` and `out.*`
record GoldenCase(String name, String file, JsonNode params, Map<String, Tensor> tensors) {

  /// The input `in.NAME`.
  Tensor in(String input) {
    return tensor("in." + input);
  }

  Tensor tensor(String key) {
    var tensor = tensors.get(key);
    if (tensor == null) {
      throw new CheckpointException(
          java.nio.file.Path.of(file), "the case '%s' lacks the tensor %s".formatted(name, key));
    }
    return tensor;
  }

  boolean has(String key) {
    return tensors.containsKey(key);
  }

  double number(String param) {
    return number(params, param);
  }

  double number(JsonNode node, String param) {
    var value = node.get(param);
    if (value == null || !value.isNumber()) {
      throw new CheckpointException(
          java.nio.file.Path.of(file),
          "the case '%s' lacks the number params.%s".formatted(name, param));
    }
    return value.doubleValue();
  }

  double number(String param, double otherwise) {
    return params.has(param) && params.get(param).isNumber()
        ? params.get(param).doubleValue()
        : otherwise;
  }

  int integer(String param) {
    return (int) number(param);
  }

  List<Double> numbers(String param) {
    return numbers(params, param);
  }

  static List<Double> numbers(JsonNode node, String param) {
    var values = new ArrayList<Double>();
    node.path(param).forEach(value -> values.add(value.doubleValue()));
    return values;
  }

  /// The image boxes of `in.img_box`, or whole images where the case has none.
  List<ImageBox> boxes(long batch, long height, long width) {
    var boxes = new ArrayList<ImageBox>();
    var values = has("in.img_box") ? in("img_box").toLongArray() : null;
    for (int b = 0; b < batch; b++) {
      boxes.add(
          values == null
              ? ImageBox.full((int) height, (int) width)
              : new ImageBox(
                  (int) values[4 * b],
                  (int) values[4 * b + 1],
                  (int) values[4 * b + 2],
                  (int) values[4 * b + 3]));
    }
    return boxes;
  }
}
