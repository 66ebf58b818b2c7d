package toco.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Shape;
import toco.torch.Tensor;

/// A session of ONNX Runtime, and the one class that touches its types: it is loaded only where the
/// library is.
final class OrtNetwork implements OnnxNetwork {
  /// ONNX Runtime's types that LibTorch has too.
  private static final Map<OnnxJavaType, DType> DTYPES =
      Map.ofEntries(
          Map.entry(OnnxJavaType.FLOAT, DType.FLOAT32),
          Map.entry(OnnxJavaType.DOUBLE, DType.FLOAT64),
          Map.entry(OnnxJavaType.FLOAT16, DType.FLOAT16),
          Map.entry(OnnxJavaType.BFLOAT16, DType.BFLOAT16),
          Map.entry(OnnxJavaType.INT8, DType.INT8),
          Map.entry(OnnxJavaType.INT16, DType.INT16),
          Map.entry(OnnxJavaType.INT32, DType.INT32),
          Map.entry(OnnxJavaType.INT64, DType.INT64),
          Map.entry(OnnxJavaType.UINT8, DType.UINT8),
          Map.entry(OnnxJavaType.BOOL, DType.BOOL));

  /// When it starts, ONNX Runtime searches the process's command line with a recursive regular
  /// expression: a class path of 7,000 characters overflows a usual stack, and the JVM ends without
  /// a word. Memory is taken for what is used only.
  private static final long START_STACK_BYTES = 256L << 20;

  private final Path file;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, Port> inputs;
  private final Map<String, Port> outputs;

  private OrtNetwork(Path file, OrtEnvironment environment, OrtSession session)
      throws OrtException {
    this.file = file;
    this.environment = environment;
    this.session = session;
    inputs = ports(session.getInputInfo());
    outputs = ports(session.getOutputInfo());
  }

  /// Opens a file.
  ///
  /// @throws OnnxException as [OnnxNetwork#open]
  static OrtNetwork open(Path file, int threads) {
    var environment = environment(file);
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL); // exceptions say it
      options.addConfigEntry("session.intra_op.allow_spinning", "0"); // other threads compute too
      return new OrtNetwork(file, environment, environment.createSession(file.toString(), options));
    } catch (OrtException e) {
      throw new OnnxException(
          file,
          "is no ONNX network that ONNX Runtime %s runs: %s"
              .formatted(environment.getVersion(), reason(e)),
          e);
    }
  }

  /// Its native library is unpacked to the folder of temporary files when it is first needed.
  private static OrtEnvironment environment(Path file) {
    try {
      return onLargeStack(
          () -> OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "toco"));
    } catch (LinkageError | RuntimeException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      throw new OnnxException(
          file,
          ("cannot be run: ONNX Runtime does not start (%s); it is for Linux on x86-64 and arm64"
                  + " and macOS on arm64, and is unpacked to %s, which java.io.tmpdir sets")
              .formatted(cause.getMessage(), System.getProperty("java.io.tmpdir")),
          e);
    }
  }

  /// Runs it on a thread with [#START_STACK_BYTES].
  private static OrtEnvironment onLargeStack(Supplier<OrtEnvironment> start) {
    var task = new FutureTask<>(start::get);
    Thread.ofPlatform().name("onnx-start").stackSize(START_STACK_BYTES).start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException thrown
          ? thrown
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ONNX Runtime starts", e);
    }
  }

  /// The message after its code, on one line.
  private static String reason(OrtException e) {
    return String.valueOf(e.getMessage())
        .replaceFirst("(?s)^Error code - \\w+ - message: *", "")
        .replaceAll("\\s+", " ")
        .strip();
  }

  private static Map<String, Port> ports(Map<String, NodeInfo> nodes) {
    var ports = new LinkedHashMap<String, Port>();
    nodes.forEach((name, node) -> {
      var port =
          node.getInfo() instanceof TensorInfo tensor
              ? new Port(
                  Optional.ofNullable(DTYPES.get(tensor.type)),
                  Arrays.stream(tensor.getShape()).boxed().toList(),
                  List.of(tensor.getDimensionNames()))
              : new Port(Optional.empty(), List.of(), List.of());
      ports.put(name, port);
    });
    return Collections.unmodifiableMap(ports);
  }

  @Override
  public Map<String, Port> inputs() {
    return inputs;
  }

  @Override
  public Map<String, Port> outputs() {
    return outputs;
  }

  @Override
  public Map<String, String> metadata() {
    try {
      return Map.copyOf(session.getMetadata().getCustomMetadata());
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  @Override
  public Map<String, Tensor> run(Tensor input, List<String> names) {
    var only = onlyInput();
    names.forEach(this::requireOutput);
    var type = only.getValue().type().orElse(DType.FLOAT32);
    if (type != input.dtype() && !(type.isFloatingPoint() && input.dtype().isFloatingPoint())) {
      throw new OnnxException(
          file, "takes %s %s, got %s".formatted(only.getKey(), only.getValue(), input.dtype()));
    }
    try (var detached = input.detach();
        var converted = detached.to(type);
        var onCpu = converted.to(Device.CPU);
        var given = onCpu.contiguous();
        var tensor = tensor(given);
        var results = session.run(Map.of(only.getKey(), tensor), new LinkedHashSet<>(names))) {
      var tensors = new LinkedHashMap<String, Tensor>();
      for (var wanted : names) {
        tensors.put(wanted, copy((OnnxTensor) results.get(wanted).orElseThrow()));
      }
      return tensors;
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  private Map.Entry<String, Port> onlyInput() {
    if (inputs.size() != 1) {
      throw new OnnxException(
          file, "takes %s inputs, %s, expected one: images".formatted(inputs.size(), inputs));
    }
    return inputs.entrySet().iterator().next();
  }

  private void requireOutput(String name) {
    var port = outputs.get(name);
    if (port == null || port.type().isEmpty()) {
      throw new OnnxException(
          file, "has no tensor '%s' among its outputs, which are %s".formatted(name, outputs));
    }
  }

  private OnnxTensor tensor(Tensor given) throws OrtException {
    requireAddressable(given.dtype(), given.shape());
    var type =
        DTYPES.entrySet().stream()
            .filter(entry -> entry.getValue() == given.dtype())
            .findFirst()
            .orElseThrow()
            .getKey();
    var bytes = given.segment().asByteBuffer().order(ByteOrder.nativeOrder());
    return OnnxTensor.createTensor(environment, bytes, given.shape().sizes(), type);
  }

  private Tensor copy(OnnxTensor result) {
    var type = Objects.requireNonNull(DTYPES.get(result.getInfo().type)); // requireOutput saw it
    var shape = Shape.of(result.getInfo().getShape());
    requireAddressable(type, shape);
    return Tensor.copyOf(MemorySegment.ofBuffer(result.getByteBuffer()), type, shape.sizes());
  }

  /// ONNX Runtime's Java interface hands over tensors as buffers.
  private void requireAddressable(DType type, Shape shape) {
    if (shape.numel() * type.byteSize() > Integer.MAX_VALUE) {
      throw new OnnxException(
          file,
          "takes and gives at most 2 GB at once, got %s of shape %s; use smaller images or batches"
              .formatted(type, shape));
    }
  }

  private OnnxException failed(OrtException e) {
    return new OnnxException(file, "cannot be run: " + reason(e), e);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw failed(e);
    }
  }
}
