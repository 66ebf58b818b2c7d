package toco.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/// Where tensors are, as `train.device` says.
///
/// @param name `auto`, `cpu`, `cuda`, or the name of a device that a loaded library registers
/// @param index the device's number, or that of the first one where several processes share the
///   host; −1 if none is given
public record DeviceChoice(String name, int index) {
  private static final String CUDA_NAME = "cuda";

  /// CUDA if LibTorch sees a GPU, the CPU otherwise.
  public static final DeviceChoice AUTO = new DeviceChoice("auto", -1);

  /// The CPU.
  public static final DeviceChoice CPU = new DeviceChoice("cpu", -1);

  /// A GPU, of several on a host the one that belongs to the process.
  public static final DeviceChoice CUDA = new DeviceChoice(CUDA_NAME, -1);

  /// What a configuration may hold.
  static final String EXPECTED =
      "auto, cpu, cuda, cuda:N, or NAME:N of a device that a loaded library registers";

  /// LibTorch reads names of letters and underscores, and indices of one byte.
  private static final Pattern NUMBERED = Pattern.compile("([A-Za-z_]+):(0|[1-9]\\d{0,2})");

  /// @throws IllegalArgumentException for another text; whether there is such a device is checked
  ///   when it is used
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static DeviceChoice parse(Object value) {
    if (value instanceof String text) {
      for (var choice : new DeviceChoice[] {AUTO, CPU, CUDA}) {
        if (choice.name.equals(text)) {
          return choice;
        }
      }
      var numbered = NUMBERED.matcher(text);
      if (numbered.matches() && isOfAccelerators(numbered.group(1))) {
        int index = Integer.parseInt(numbered.group(2));
        if (index <= Byte.MAX_VALUE) {
          return new DeviceChoice(numbered.group(1), index);
        }
      }
    }
    throw new IllegalArgumentException("must be " + EXPECTED + ", got " + value);
  }

  /// Not the names of choices without a number, nor `gpu`, which others call `cuda`.
  private static boolean isOfAccelerators(String name) {
    return !name.equals(AUTO.name) && !name.equals(CPU.name) && !name.equals("gpu");
  }

  /// Whether CUDA is asked for, by whatever number.
  public boolean isCuda() {
    return name.equals(CUDA_NAME);
  }

  /// As it is written in a configuration.
  @JsonValue
  @Override
  public String toString() {
    return index < 0 ? name : name + ":" + index;
  }
}
