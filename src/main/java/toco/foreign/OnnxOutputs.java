package toco.foreign;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import toco.onnx.OnnxException;
import toco.onnx.OnnxNetwork;
import toco.torch.Shape;
import toco.torch.Tensor;

/// An ONNX file.
///
/// @param network owned
/// @param output the name of the logits
record OnnxOutputs(Path file, OnnxNetwork network, String output) implements ForeignOutputs {
  private static final List<Integer> SIDES = List.of(2, 3);

  static ForeignOutputs open(Path file, ForeignInput input) {
    var network = OnnxNetwork.open(file);
    try {
      var names = List.copyOf(network.outputs().keySet());
      requireImages(file, network);
      return new OnnxOutputs(
          file, network, OutputChoice.name(file, named(input.output(), names), names));
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  /// Outputs can be given by position, too.
  private static @Nullable String named(@Nullable String wanted, List<String> names) {
    if (wanted == null || names.contains(wanted) || !wanted.matches("\\d{1,3}")) {
      return wanted;
    }
    int position = Integer.parseInt(wanted);
    return position < names.size() ? names.get(position) : wanted;
  }

  private static void requireImages(Path file, OnnxNetwork network) {
    var inputs = network.inputs();
    var port = inputs.values().iterator().next();
    var sizes = port.sizes();
    boolean isImage =
        sizes.size() == 4
            && fits(sizes.get(0), 1)
            && fits(sizes.get(1), 3)
            && port.type().filter(type -> type.isFloatingPoint()).isPresent();
    if (inputs.size() != 1 || !isImage) {
      throw new ForeignException(
          file,
          ("takes %s, expected one image as floating-point [1, 3, H, W]; export it for one"
                  + " normalised image, channels first")
              .formatted(inputs));
    }
  }

  private static boolean fits(long declared, long size) {
    return declared < 0 || declared == size;
  }

  @Override
  public Tensor of(Tensor image) {
    requireSize(image);
    try {
      return Objects.requireNonNull(network.run(image, List.of(output)).get(output));
    } catch (OnnxException e) {
      throw new ForeignException(
          file,
          ("fails on an image of %s (%s); if sides must be multiples of a number, give it with"
                  + " --fit NUMBER")
              .formatted(image.shape(), withoutFile(e)),
          e);
    }
  }

  private String withoutFile(OnnxException e) {
    var message = String.valueOf(e.getMessage());
    return message.startsWith(file + ": ") ? message.substring((file + ": ").length()) : message;
  }

  private void requireSize(Tensor image) {
    var port = network.inputs().values().iterator().next();
    if (SIDES.stream().allMatch(side -> fits(port.sizes().get(side), image.size(side)))) {
      return;
    }
    Shape shape = image.shape();
    long height = port.sizes().get(2) < 0 ? shape.size(2) : port.sizes().get(2);
    long width = port.sizes().get(3) < 0 ? shape.size(3) : port.sizes().get(3);
    throw new ForeignException(
        file,
        "takes images of %s×%s px only, got %s×%s px (width×height); add --fit %sx%s"
            .formatted(width, height, shape.size(3), shape.size(2), width, height));
  }

  @Override
  public void close() {
    network.close();
  }
}
