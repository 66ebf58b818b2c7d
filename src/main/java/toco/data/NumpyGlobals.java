package toco.data;

import static toco.files.PickleValues.argument;
import static toco.files.PickleValues.expect;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.data.NumpyValue.Callable;
import toco.data.NumpyValue.DType;
import toco.data.NumpyValue.NdArray;
import toco.files.PickleGlobals;
import toco.files.PickleLimits;
import toco.files.PickleReader;

/// What the pickle of a labels file may name: how numpy's arrays, dtypes and scalars are rebuilt.
final class NumpyGlobals implements PickleGlobals {
  private static final int COPIES = 4;

  private final long maxCopiedBytes;
  private long copiedBytes;

  private NumpyGlobals(long pickleBytes) {
    maxCopiedBytes = COPIES * pickleBytes;
  }

  /// An object from a pickle, and the rest of the file's allowance for copies.
  record Pickled(Object object, NumpyGlobals globals) {}

  /// Reads one object.
  ///
  /// @throws IllegalArgumentException with a message that completes "it holds …"
  static Pickled read(ByteBuffer pickle) {
    int byteSize = pickle.remaining();
    var globals = new NumpyGlobals(byteSize);
    return new Pickled(
        PickleReader.read(pickle, globals, PickleLimits.inProportionTo(byteSize)), globals);
  }

  @Override
  public String fileKind() {
    return "a labels file";
  }

  @Override
  public @Nullable Global find(String module, String name) {
    // numpy 2 moved `numpy.core` to `numpy._core`
    return switch (module.replace("numpy._core", "numpy.core") + " " + name) {
      case "numpy.core.multiarray _reconstruct" -> Callable.RECONSTRUCT;
      case "numpy.core.multiarray scalar" -> Callable.SCALAR;
      case "numpy.core.numeric _frombuffer" -> Callable.FROM_BUFFER;
      case "numpy ndarray" -> Callable.NDARRAY;
      case "numpy dtype" -> Callable.DTYPE;
      case "_codecs encode" -> Callable.ENCODE;
      case "builtins bytes", "__builtin__ bytes" -> Callable.BYTES;
      default -> null;
    };
  }

  @Override
  public Object call(Global callable, List<?> arguments) {
    return switch (expect(callable, Callable.class)) {
      case RECONSTRUCT -> new NdArray();
      case DTYPE -> new DType(argument(arguments, 0, String.class));
      case ENCODE -> latin1(argument(arguments, 0, String.class));
      case BYTES -> new byte[0];
      case SCALAR -> {
        var dtype = argument(arguments, 0, DType.class);
        countCopy(dtype.itemBytes);
        yield dtype.element(ByteBuffer.wrap(rawBytes(argument(arguments, 1, Object.class))));
      }
      case FROM_BUFFER -> { // (bytes, dtype, shape, order)
        var array = new NdArray();
        array.set(
            argument(arguments, 2, List.class),
            argument(arguments, 1, DType.class),
            rawBytes(argument(arguments, 0, Object.class)));
        yield array;
      }
      case NDARRAY -> throw new IllegalArgumentException("a call of numpy.ndarray");
    };
  }

  @Override
  public void setState(Object object, Object state) {
    List<?> arguments = expect(state, List.class);
    switch (expect(object, NumpyValue.class)) {
      case DType dtype -> // (version, byte order, …)
          dtype.setOrder(argument(arguments, 1, String.class));
      case NdArray array -> { // (version, shape, dtype, Fortran order, data)
        Object data = argument(arguments, 4, Object.class);
        var dtype = argument(arguments, 2, DType.class);
        array.set(
            argument(arguments, 1, List.class), dtype, dtype.kind == 'O' ? data : rawBytes(data));
      }
      case Callable callable -> throw new IllegalArgumentException("a state for " + callable);
    }
  }

  private byte[] rawBytes(Object data) {
    return data instanceof String text ? latin1(text) : expect(data, byte[].class);
  }

  private byte[] latin1(String text) {
    countCopy(text.length());
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// Counts bytes that are copied from the pickle's values. A pickle can refer to one long value
  /// from many arrays: their copies may not outgrow the file.
  void countCopy(long bytes) {
    copiedBytes += bytes;
    if (copiedBytes > maxCopiedBytes) {
      throw new IllegalArgumentException("arrays with more data than the file has");
    }
  }
}
