package toco.library;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A LibTorch and a shim that fit each other, as jars, and an empty home folder.
abstract class FittingJars {
  @TempDir Path folder;
  Path libTorch;
  Path natives;

  /// Without jars.
  SearchFixture empty;

  /// With both.
  SearchFixture both;

  @BeforeEach
  void jarsThatFit() throws IOException {
    folder = folder.toRealPath();
    libTorch = FakeJars.libTorch(folder.resolve("pytorch-native-cpu.jar"), "2.7.1");
    natives = FakeJars.natives(folder.resolve("natives-2.7.jar"), "2.7.1");
    empty = new SearchFixture(Files.createDirectory(folder.resolve("home")));
    both = empty.with(libTorch, natives);
  }
}
