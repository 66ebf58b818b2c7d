package toco.torch;

import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.library.LibTorchVersion;
import toco.library.NativeOrigin;
import toco.library.ShimHeader;
import toco.torch.ffi.TocoTorch;

/// Whether a loaded shim fits these bindings and the LibTorch that was loaded with it. Its
/// functions may be called only then: one with other parameters would crash the JVM.
final class ShimMatch {
  private ShimMatch() {}

  /// The message of a shim that does not fit, or null.
  static @Nullable String problem(NativeOrigin origin) {
    var symbols = SymbolLookup.loaderLookup();
    for (var name : List.of("tt_header_hash", "tt_libtorch_runtime_version")) {
      if (symbols.find(name).isEmpty()) {
        return "the shim %s is of an older version of the bridge: it has no %s; %s"
            .formatted(origin.shim(), name, remedy(origin));
      }
    }
    try {
      var expected = ShimHeader.hash();
      var header = TocoTorch.tt_header_hash().getString(0);
      if (!header.equals(expected)) {
        return ("the shim %s is of another version of the bridge: its C header has the SHA-256 %s,"
                + " expected %s; %s")
            .formatted(origin.shim(), header, expected, remedy(origin));
      }
    } catch (IOException e) {
      return "cannot check the shim %s: %s".formatted(origin.shim(), e.getMessage());
    }
    var built = TocoTorch.tt_libtorch_version().getString(0);
    var loaded = TocoTorch.tt_libtorch_runtime_version().getString(0);
    return loaded.isEmpty() || release(built).equals(release(loaded))
        ? null
        : "the shim %s was built for LibTorch %s, but LibTorch %s was loaded with it; %s"
            .formatted(origin.shim(), built, loaded, remedy(origin));
  }

  private static Optional<String> release(String version) {
    return LibTorchVersion.in(version).map(LibTorchVersion::release);
  }

  private static String remedy(NativeOrigin origin) {
    if (origin.source() == NativeOrigin.Source.NAMED) {
      return "build it again with native/build.sh, or unset the setting that names it, %s"
          .formatted(origin.found());
    }
    return origin
        .prebuilt()
        .map(jar -> "replace %s by the natives of this version of toco-bridge".formatted(jar))
        .orElse("delete its folder and run again");
  }
}
