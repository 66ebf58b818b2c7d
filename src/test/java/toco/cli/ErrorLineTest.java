package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import toco.data.DataException;

class ErrorLineTest {
  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new DataException("no image a.jpg"), "no image a.jpg"),
        Arguments.of(new NoSuchFileException("a.txt"), "no such file: a.txt"),
        Arguments.of(
            new UncheckedIOException(new AccessDeniedException("a.txt")),
            "permission denied: a.txt"),
        Arguments.of(
            new IllegalStateException("w", new IOException("No space left on device")),
            "the disk is full"),
        Arguments.of(new OutOfMemoryError("Java heap space"), "TOCO_JAVA_OPTS"),
        Arguments.of(
            new OutOfMemoryError(
                "unable to create native thread: possibly out of memory or process/resource limits"
                    + " reached"),
            "ulimit -u"),
        Arguments.of(
            new UncheckedIOException(
                new IOException(
                    "Cannot run program \"java\": error=11, Resource temporarily unavailable")),
            "pids limit"),
        Arguments.of(
            new DataException(
                "cannot read a.jpg", new FileSystemException("a.jpg", null, "Too many open files")),
            "ulimit -n"),
        Arguments.of(new NullPointerException("x is null"), "--stacktrace"),
        Arguments.of(new IllegalArgumentException(), "illegalargumentexception"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void saysWhatAndWhatToDo(Throwable thrown, String part) {
    assertTrue(ErrorLine.of(thrown).contains(part), ErrorLine.of(thrown));
  }

  @Test
  void aFullDiskNamesTheFileAndNoClassOfJava() {
    var full = new FileSystemException("r.html", null, "No space left on device");
    assertEquals(
        "the disk is full: r.html: No space left on device; free some space and run again",
        ErrorLine.of(new UncheckedIOException(full)));
  }

  @Test
  void isOneLineWithoutLibTorchsStackTrace() {
    var thrown =
        new IllegalStateException(
            "sizes differ\n  [1] and [2]\nException raised from add at a.cpp:1\nframe #0: f");
    assertEquals("sizes differ [1] and [2]", ErrorLine.of(thrown));
  }
}
