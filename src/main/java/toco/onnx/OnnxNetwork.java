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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import toco.files.OptionalLibrary;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Tensor;

/// An ONNX file of any origin, run by ONNX Runtime on the CPU. Tensors are LibTorch's: inputs are
/// read where they are, outputs are copied.
///
/// ```java
/// try (var network = OnnxNetwork.open(Path.of("net.onnx"))) {
///   var outputs = network.run(images, List.of("seg"));
/// }
/// ```
///
/// Several threads may run one network. Where ONNX Runtime is no dependency, [#missing] says so and
/// nothing else may be called.
public final class OnnxNetwork implements AutoCloseable {
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

  private final Path file;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, Port> inputs;
  private final Map<String, Port> outputs;

  /// An input or output.
  ///
  /// @param type of the elements; empty if it is no tensor, or of a type that LibTorch lacks
  /// @param sizes −1 where any size goes
  /// @param names of the sizes, empty where one has none
  public record Port(Optional<DType> type, List<Long> sizes, List<String> names) {
    /// Such as `float32 [batch, 3, height, width]`.
    @Override
    public String toString() {
      var text = new StringBuilder(type.map(DType::toString).orElse("no tensor of numbers"));
      for (int i = 0; i < sizes.size(); i++) {
        var size = sizes.get(i) >= 0 ? sizes.get(i).toString() : names.get(i);
        text.append(i == 0 ? " [" : ", ").append(size.isEmpty() ? "?" : size);
      }
      return text.append(sizes.isEmpty() ? "" : "]").toString();
    }
  }

  private OnnxNetwork(Path file, OrtEnvironment environment, OrtSession session)
      throws OrtException {
    this.file = file;
    this.environment = environment;
    this.session = session;
    inputs = ports(session.getInputInfo());
    outputs = ports(session.getOutputInfo());
  }

  /// Whether ONNX Runtime is missing: a clause with the remedy, that follows what needs it.
  public static Optional<String> missing() {
    return OptionalLibrary.ONNX_RUNTIME.missing();
  }

  /// Opens a file, to be run on as many threads as LibTorch's operators.
  ///
  /// @throws OnnxException if ONNX Runtime is missing or does not start, or the file is not there,
  ///   damaged, or needs an operator or a version that ONNX Runtime does not have
  public static OnnxNetwork open(Path file) {
    return open(file, LibTorch.numThreads());
  }

  /// The same on this number of threads.
  public static OnnxNetwork open(Path file, int threads) {
    missing()
        .ifPresent(clause -> {
          throw new OnnxException(file, "cannot be run: " + clause);
        });
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new OnnxException(
          file, "is no file that can be read; expected an ONNX network, check the path");
    }
    var environment = environment(file);
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL); // exceptions say it
      options.addConfigEntry("session.intra_op.allow_spinning", "0"); // other threads compute too
      var session = environment.createSession(file.toString(), options);
      return new OnnxNetwork(file, environment, session);
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
      return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "toco");
    } catch (LinkageError | RuntimeException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      throw new OnnxException(
          file,
          ("cannot be run: ONNX Runtime does not start (%s); it needs Linux or macOS on x86-64 or"
                  + " arm64, and space in %s")
              .formatted(cause.getMessage(), System.getProperty("java.io.tmpdir")),
          e);
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

  /// By name, in the file's order.
  public Map<String, Port> inputs() {
    return inputs;
  }

  /// By name, in the file's order.
  public Map<String, Port> outputs() {
    return outputs;
  }

  /// The file's own entries: class names and the like.
  public Map<String, String> metadata() {
    try {
      return Map.copyOf(session.getMetadata().getCustomMetadata());
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  /// Runs a network with one input.
  ///
  /// @param input of any floating-point type if the network takes one, or of the network's type
  /// @param names of the outputs to be computed
  /// @return by name, in the order of `names`; they belong to the innermost scope, or to the caller
  /// @throws OnnxException if the network takes more or another input, or has no such output, or
  ///   refuses the sizes
  public Map<String, Tensor> run(Tensor input, List<String> names) {
    var name = onlyInput();
    names.forEach(this::requireOutput);
    var type = inputs.get(name).type().orElse(DType.FLOAT32);
    if (type != input.dtype() && !(type.isFloatingPoint() && input.dtype().isFloatingPoint())) {
      throw new OnnxException(
          file, "takes %s %s, got %s".formatted(name, inputs.get(name), input.dtype()));
    }
    try (var converted = input.detach().to(type);
        var onCpu = converted.to(Device.CPU);
        var given = onCpu.contiguous();
        var tensor = tensor(given);
        var results = session.run(Map.of(name, tensor), new LinkedHashSet<>(names))) {
      var tensors = new LinkedHashMap<String, Tensor>();
      for (var wanted : names) {
        tensors.put(wanted, copy((OnnxTensor) results.get(wanted).orElseThrow()));
      }
      return tensors;
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  private String onlyInput() {
    if (inputs.size() != 1) {
      throw new OnnxException(
          file, "takes %s inputs, %s, expected one: images".formatted(inputs.size(), inputs));
    }
    return inputs.keySet().iterator().next();
  }

  private void requireOutput(String name) {
    var port = outputs.get(name);
    if (port == null || port.type().isEmpty()) {
      throw new OnnxException(
          file, "has no tensor '%s' among its outputs, which are %s".formatted(name, outputs));
    }
  }

  private OnnxTensor tensor(Tensor given) throws OrtException {
    var memory = given.segment();
    if (memory.byteSize() > Integer.MAX_VALUE) {
      throw new OnnxException(
          file,
          "takes at most 2 GB at once, got %s of shape %s; use smaller batches"
              .formatted(given.dtype(), given.shape()));
    }
    var type =
        DTYPES.entrySet().stream()
            .filter(entry -> entry.getValue() == given.dtype())
            .findFirst()
            .orElseThrow()
            .getKey();
    var bytes = memory.asByteBuffer().order(ByteOrder.nativeOrder());
    return OnnxTensor.createTensor(environment, bytes, given.shape().sizes(), type);
  }

  private static Tensor copy(OnnxTensor result) {
    var type = DTYPES.get(result.getInfo().type);
    return Tensor.copyOf(
        MemorySegment.ofBuffer(result.getByteBuffer()), type, result.getInfo().getShape());
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
