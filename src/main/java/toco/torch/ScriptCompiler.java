package toco.torch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// Gives LibTorch's recursive compiler of TorchScript the room it needs, and nothing that is too
/// deep even for that.
final class ScriptCompiler {
  /// Reserved, not used: 60 times what [ScriptNesting] allows. A thread of the JVM has 1 MB, on
  /// which 500 levels end the process.
  private static final long STACK_BYTES = 256L << 20;

  private static final long MAX_ENTRY_BYTES = 256L << 20;

  /// Lists and dicts in a pickle; a million inside each other would still fit on the stack.
  private static final int MAX_CONTAINERS = 500_000;

  private ScriptCompiler() {}

  /// Runs a step of the compiler, or of taking its results apart, on a thread with a large stack.
  static <T> T run(Supplier<T> step) {
    var result = new AtomicReference<@Nullable T>();
    var failure = new AtomicReference<@Nullable Throwable>();
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
    return Objects.requireNonNull(result.get());
  }

  /// Checks the source and the pickles in a TorchScript file. What is no archive is left to
  /// LibTorch to refuse.
  ///
  /// @throws TorchException if they are nested too deeply
  static void check(Path path) {
    try (var zip = new ZipFile(path.toFile())) {
      for (var entry : zip.stream().toList()) {
        if (entry.getName().endsWith(".py")) {
          ScriptNesting.check(new String(content(zip, entry, path), UTF_8));
        } else if (entry.getName().endsWith(".pkl")) {
          checkPickle(content(zip, entry, path), path);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      // LibTorch says what is wrong with the archive
    }
  }

  private static byte[] content(ZipFile zip, ZipEntry entry, Path path) throws IOException {
    if (entry.getSize() < 0 || entry.getSize() > MAX_ENTRY_BYTES) {
      throw tooLarge(
          path,
          String.format(
              Locale.ROOT, "an entry of more than %,d bytes of source or pickle", MAX_ENTRY_BYTES));
    }
    try (var in = zip.getInputStream(entry)) {
      return in.readNBytes((int) entry.getSize());
    }
  }

  /// Counts the opcodes of lists and dicts, and the few other bytes of the same values.
  private static void checkPickle(byte[] pickle, Path path) {
    int containers = 0;
    for (byte b : pickle) {
      if ((b == ']' || b == '}') && ++containers > MAX_CONTAINERS) {
        throw tooLarge(
            path,
            String.format(
                Locale.ROOT, "a pickle of more than %,d lists and dicts", MAX_CONTAINERS));
      }
    }
  }

  private static TorchException tooLarge(Path path, String what) {
    return new TorchException(
        TorchException.Kind.VALUE, "%s has %s, which no network needs".formatted(path, what));
  }
}
