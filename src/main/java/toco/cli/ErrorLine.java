package toco.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.CheckpointException;
import toco.data.DataException;
import toco.distributed.DistributedException;
import toco.download.DownloadException;
import toco.eval.EvaluationException;
import toco.files.NativeNames;
import toco.foreign.ForeignException;
import toco.image.ImageException;
import toco.onnx.OnnxException;
import toco.run.RunException;
import toco.torch.TorchException;
import toco.track.TrackerException;
import toco.train.TrainingException;

/// Describes an exception on one line for the user.
final class ErrorLine {
  private static final String MEMORY_REMEDY =
      "lower train.samplesPerProcess, augment.cropSizePx or eval.sizePx, or use a machine with more"
          + " memory";

  private static final String THREADS =
      "the system allows no more threads or processes (%s); raise the limit (ulimit -u, the"
          + " container's pids limit, systemd's TasksMax), or lower data.workers and train.threads";
  private static final String OPEN_FILES =
      "the system allows no more open files (%s); raise the limit (ulimit -n) or lower"
          + " data.workers";

  private ErrorLine() {}

  static String of(Throwable thrown) {
    var what = what(thrown);
    if (isDiskFull(thrown)) {
      return oneLine("the disk is full: %s; free some space and run again".formatted(what));
    }
    return oneLine(limit(thrown).map(limit -> limit.formatted(what)).orElse(what));
  }

  /// How to say that a limit of the system on threads, processes or files was reached.
  private static Optional<String> limit(Throwable thrown) {
    if (says(thrown, "unable to create native thread")
        || says(thrown, "error=11, Resource temporarily unavailable")) {
      return Optional.of(THREADS);
    }
    return says(thrown, "Too many open files") ? Optional.of(OPEN_FILES) : Optional.empty();
  }

  private static String what(Throwable thrown) {
    return switch (thrown) {
      case OutOfMemoryError e when says(e, "unable to create native thread") -> text(e);
      case OutOfMemoryError e ->
          ("the Java heap of %s MB is full (%s);"
                  + " raise it with TOCO_JAVA_OPTS=-Xmx4g, or lower data.workers")
              .formatted(Runtime.getRuntime().maxMemory() >> 20, text(e));
      case TorchException e when e.kind() == TorchException.Kind.OUT_OF_MEMORY ->
          "LibTorch ran out of memory: %s; %s".formatted(text(e), MEMORY_REMEDY);
      case DataException e -> text(e);
      case DistributedException e -> text(e);
      case DownloadException e -> text(e);
      case ImageException e -> text(e);
      case CheckpointException e -> text(e);
      case EvaluationException e -> text(e);
      case OnnxException e -> text(e);
      case ForeignException e -> text(e);
      case TorchException e -> text(e);
      case ResultsLostException e -> text(e);
      case RunException e -> text(e);
      case TrackerException e -> text(e);
      case TrainingException e -> text(e);
      case InvalidPathException e -> "%s: %s".formatted(e.getInput(), NativeNames.problem());
      case IllegalArgumentException e -> text(e); // ConfigException among them
      case IllegalStateException e -> text(e);
      case UncheckedIOException e -> file(e.getCause());
      case IOException e -> file(e);
      case Throwable e when isDiskFull(e) -> text(e);
      default ->
          ("unexpected %s: %s; this is a bug in the program, run again with --stacktrace to see"
                  + " where")
              .formatted(thrown.getClass().getSimpleName(), text(thrown));
    };
  }

  /// The message of a file's exception is often only the file's name.
  private static String file(@Nullable IOException thrown) {
    return switch (thrown) {
      case null -> "reading or writing failed";
      case NoSuchFileException e -> "no such file: %s; check the path".formatted(e.getFile());
      case AccessDeniedException e ->
          "permission denied: %s; check its owner and mode".formatted(e.getFile());
      case FileAlreadyExistsException e ->
          "%s already exists; choose another one".formatted(e.getFile());
      case FileSystemException e when e.getReason() != null ->
          "%s: %s".formatted(e.getFile(), e.getReason());
      case FileNotFoundException e -> text(e);
      default -> "reading or writing failed: " + text(thrown);
    };
  }

  private static boolean isDiskFull(Throwable thrown) {
    return says(thrown, "No space left on device") || says(thrown, "Disk quota exceeded");
  }

  /// Whether the system's words are in the message of an exception or of one of its causes.
  private static boolean says(Throwable thrown, String words) {
    for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains(words)) {
        return true;
      }
    }
    return false;
  }

  private static String text(Throwable thrown) {
    var message = thrown.getMessage();
    return message == null || message.isBlank()
        ? thrown.getClass().getSimpleName().toLowerCase(Locale.ROOT)
        : message;
  }

  /// LibTorch's messages contain a native stack trace.
  private static String oneLine(String message) {
    return message
        .lines()
        .takeWhile(line -> !line.startsWith("Exception raised from"))
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
