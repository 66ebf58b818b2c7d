package toco.library;

import java.nio.file.Path;
import java.util.Optional;

/// Which LibTorch and which shim a process uses, and where they come from.
///
/// @param source where LibTorch was found
/// @param found its folder or jar; for [Source#NAMED] the setting that names the shim
/// @param shim the path of `libtoco_torch.so`
/// @param prebuilt the jar that the shim was unpacked from; empty if it was compiled or named
public record NativeOrigin(Source source, String found, Path shim, Optional<String> prebuilt) {
  /// The places that are searched, in this order.
  public enum Source {
    NAMED("named by"),
    LIBTORCH("LibTorch by the variable LIBTORCH"),
    PYTHON("LibTorch of Python"),
    CLASS_PATH("LibTorch on the class path"),
    CACHE("LibTorch in the cache"),
    INSTALLATION("LibTorch installed by native/libtorch.sh");

    private final String text;

    Source(String text) {
      this.text = text;
    }
  }

  /// One line, such as `LibTorch on the class path, x.jar; shim /c/libtoco_torch.so, prebuilt in
  /// y.jar`.
  @Override
  public String toString() {
    return source == Source.NAMED
        ? "shim %s, %s %s".formatted(shim, source.text, found)
        : "%s, %s; shim %s, %s"
            .formatted(
                source.text,
                found,
                shim,
                prebuilt.map(jar -> "prebuilt in " + jar).orElse("compiled"));
  }
}
