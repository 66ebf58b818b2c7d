package toco.torch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.zip.ZipFile;

/// Gives LibTorch's recursive compiler of TorchScript the room it needs, and nothing that is too
/// deep even for that.
final class ScriptCompiler {
  /// Reserved, not used: 60 times what [ScriptNesting] allows. A thread of the JVM has 1 MB, on
  /// which 500 levels end the process.
  private static final long STACK_BYTES = 256L << 20;

  private static final long MAX_SOURCE_BYTES = 256L << 20;

  private ScriptCompiler() {}

  /// Runs a step of the compiler, or of taking its results apart, on a thread with a large stack.
  static <T> T run(Supplier<T> step) {
    var result = new AtomicReference<T>();
    var failure = new AtomicReference<Throwable>();
    Runnable task =
        () -> {
          try {
            result.set(step.get());
          } catch (RuntimeException | Error e) {
            failure.set(e);
          }
        };
    var thread = new Thread(null, task, "toco-script", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // LibTorch cannot be interrupted
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (failure.get()) {
      case null -> {}
      case TorchException e ->
          throw new TorchException(e.kind(), String.valueOf(e.getMessage()), e);
      case RuntimeException e -> throw e;
      case Throwable e -> throw (Error) e;
    }
    return result.get();
  }

  /// Checks the source in a TorchScript file. What is no archive is left to LibTorch to refuse.
  ///
  /// @throws TorchException if it is nested too deeply
  static void check(Path path) {
    long total = 0;
    try (var zip = new ZipFile(path.toFile())) {
      for (var entry : zip.stream().toList()) {
        if (entry.getName().endsWith(".py")) {
          total += entry.getSize();
          if (entry.getSize() < 0 || total > MAX_SOURCE_BYTES) {
            throw new TorchException(
                TorchException.Kind.VALUE,
                "%s has more than %,d bytes of source".formatted(path, MAX_SOURCE_BYTES));
          }
          try (var in = zip.getInputStream(entry)) {
            ScriptNesting.check(new String(in.readNBytes((int) entry.getSize()), UTF_8));
          }
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      // LibTorch says what is wrong with the archive
    }
  }
}
