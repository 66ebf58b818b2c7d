package toco.bench;

import tools.jackson.databind.JsonNode;

/// Something in a trace that took time.
///
/// @param category as Kineto has it, such as `kernel` or `cpu_op`
/// @param thread of the program, or the stream of the device
/// @param startUs microseconds since a moment that all spans share
record TraceSpan(String category, String name, String thread, double startUs, double us) {
  static TraceSpan of(JsonNode event) {
    return new TraceSpan(
        event.path("cat").asString(""),
        event.path("name").asString(""),
        event.path("pid").asString("") + "/" + event.path("tid").asString(""),
        event.path("ts").asDouble(0),
        event.path("dur").asDouble(0));
  }

  double endUs() {
    return startUs + us;
  }

  /// Whether a GPU did it.
  boolean isOfDevice() {
    return switch (category) {
      case "kernel", "gpu_memcpy", "gpu_memset" -> true;
      default -> false;
    };
  }

  boolean isOperator() {
    return category.equals("cpu_op");
  }

  /// Whether it is a call of CUDA's runtime or driver whose name starts like this.
  boolean isCall(String start) {
    return (category.equals("cuda_runtime") || category.equals("cuda_driver"))
        && name.startsWith(start);
  }
}
