package toco.parity;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import toco.checkpoint.CheckpointException;
import toco.image.ImageBox;
import toco.torch.Device;
import toco.torch.Tensor;
import tools.jackson.databind.JsonNode;

/// One golden case: inputs, expected outputs and the component's parameters.
///
/// @param name the component, such as `ptc_loss`
/// @param file the file's name
/// @param params the parameters that the file records
/// @param tensors `in.*` and `out.*`, on the CPU
/// @param device that computes the case
record GoldenCase(
    String name, String file, JsonNode params, Map<String, Tensor> tensors, Device device) {

  /// The input `in.NAME`, on the device.
  Tensor in(String input) {
    return host(input).to(device);
  }

  /// The same on the CPU, such as an image that was just decoded.
  Tensor host(String input) {
    return tensor("in." + input);
  }

  Tensor tensor(String key) {
    var tensor = tensors.get(key);
    if (tensor == null) {
      throw lacks("the tensor " + key);
    }
    return tensor;
  }

  boolean has(String key) {
    return tensors.containsKey(key);
  }

  double number(String param) {
    return number(params, param);
  }

  /// A number in a group of parameters.
  double number(JsonNode group, String param) {
    var value = group.path(param);
    if (!value.isNumber()) {
      throw lacks("the number '%s' in its parameters".formatted(param));
    }
    return value.doubleValue();
  }

  double number(String param, double otherwise) {
    return params.has(param) ? number(param) : otherwise;
  }

  /// Requires a constant of the method, which this version has no other value of.
  void requireNumber(String param, double expected) {
    if (number(param) != expected) {
      throw lacks("'%s' of %s in its parameters, got %s".formatted(param, expected, number(param)));
    }
  }

  /// Requires a choice of the method, which this version has no other of.
  void requireText(String param, String expected) {
    if (!text(param).equals(expected)) {
      throw lacks("'%s' of %s in its parameters, got %s".formatted(param, expected, text(param)));
    }
  }

  int integer(String param) {
    return (int) number(param);
  }

  List<Double> numbers(String param) {
    return numbers(params, param);
  }

  /// A list of numbers in a group of parameters.
  List<Double> numbers(JsonNode group, String param) {
    var values = new ArrayList<Double>();
    for (var value : group.path(param)) {
      if (!value.isNumber()) {
        throw lacks("only numbers in '%s' of its parameters".formatted(param));
      }
      values.add(value.doubleValue());
    }
    if (values.isEmpty()) {
      throw lacks("the list of numbers '%s' in its parameters".formatted(param));
    }
    return values;
  }

  String text(String param) {
    var value = params.path(param);
    if (!value.isString()) {
      throw lacks("the string '%s' in its parameters".formatted(param));
    }
    return value.stringValue();
  }

  /// A list of strings.
  List<String> texts(String param) {
    var values = new ArrayList<String>();
    for (var value : params.path(param)) {
      if (!value.isString()) {
        throw lacks("only strings in '%s' of its parameters".formatted(param));
      }
      values.add(value.stringValue());
    }
    if (values.isEmpty()) {
      throw lacks("the list of strings '%s' in its parameters".formatted(param));
    }
    return values;
  }

  /// A group of parameters.
  JsonNode group(String param) {
    var value = params.path(param);
    if (!value.isObject()) {
      throw lacks("the group '%s' in its parameters".formatted(param));
    }
    return value;
  }

  CheckpointException lacks(String what) {
    return new CheckpointException(Path.of(file), "the case '%s' lacks %s".formatted(name, what));
  }

  /// The image boxes of `in.img_box`, or whole images if the case has none.
  List<ImageBox> boxes(long batch, long height, long width) {
    return boxes("img_box", batch, height, width);
  }

  /// The same of another input.
  List<ImageBox> boxes(String input, long batch, long height, long width) {
    var boxes = new ArrayList<ImageBox>();
    var values = has("in." + input) ? in(input).toLongArray() : null;
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
