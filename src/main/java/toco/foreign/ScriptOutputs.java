package toco.foreign;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.torch.Device;
import toco.torch.ScriptModule;
import toco.torch.Tensor;
import toco.torch.TorchException;

/// A TorchScript module, in evaluation mode.
///
/// @param module owned
record ScriptOutputs(Path file, ScriptModule module, ForeignInput input) implements ForeignOutputs {

  static ForeignOutputs open(Path file, ForeignInput input, Device device) {
    if (!Files.isRegularFile(file)) {
      throw new ForeignException(
          file, "is no file; expected a TorchScript module or an .onnx file, check the path");
    }
    try {
      return new ScriptOutputs(file, ScriptModule.load(file, device).train(false), input);
    } catch (TorchException e) {
      throw new ForeignException(
          file,
          ("is no TorchScript module that LibTorch can load (%s); save one with torch.jit.script or"
                  + " torch.jit.trace, or export ONNX to a file named .onnx. Weights alone have no"
                  + " network: give them as --checkpoint if they are this program's")
              .formatted(reason(e)),
          e);
    }
  }

  /// LibTorch's messages have many lines, of which the last one of the text says what is wrong.
  private static String reason(TorchException e) {
    var lines =
        String.valueOf(e.getMessage())
            .lines()
            .takeWhile(line -> !line.startsWith("Exception raised from"))
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    var error = lines.stream().filter(line -> line.matches("\\w*(Error|Exception): .*")).toList();
    return error.isEmpty() ? lines.isEmpty() ? "" : lines.getFirst() : error.getLast();
  }

  @Override
  public Tensor of(Tensor image) {
    var result = result(image);
    if (result instanceof Tensor tensor) {
      if (input.output() == null) {
        return tensor;
      }
      tensor.close();
      throw new ForeignException(
          file,
          "gives one tensor, so there is no output '%s' to choose; leave --output out"
              .formatted(input.output()));
    }
    var named = named(result);
    if (named == null) {
      throw new ForeignException(
          file,
          "gives neither a tensor nor a dict or tuple of tensors; export a module that gives"
              + " logits");
    }
    return OutputChoice.of(file, input.output(), named);
  }

  private @Nullable Object result(Tensor image) {
    try {
      return module.call("forward", image);
    } catch (TorchException e) {
      if (e.kind() == TorchException.Kind.OUT_OF_MEMORY) {
        throw e;
      }
      throw new ForeignException(
          file,
          ("fails on an image of %s (%s); if it takes one size only, give it with --fit"
                  + " WIDTHxHEIGHT, and if sides must be multiples of a number, with --fit NUMBER")
              .formatted(image.shape(), reason(e)),
          e);
    }
  }

  /// The tensors of a dict or tuple; null: there are none.
  private static @Nullable Map<String, Tensor> named(@Nullable Object result) {
    var all = new LinkedHashMap<String, @Nullable Object>();
    if (result instanceof Map<?, ?> dict) {
      dict.forEach((name, value) -> all.put(String.valueOf(name), value));
    } else if (result instanceof List<?> tuple) {
      for (int i = 0; i < tuple.size(); i++) {
        all.put(String.valueOf(i), tuple.get(i));
      }
    }
    var tensors = new LinkedHashMap<String, Tensor>();
    all.forEach((name, value) -> {
      if (value instanceof Tensor tensor) {
        tensors.put(name, tensor);
      }
    });
    return tensors.isEmpty() ? null : tensors;
  }

  @Override
  public void close() {
    module.close();
  }
}
