package toco.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The texts of dynamic linkers, and the remedies that they lead to.
class LoadFailureTest {
  private static final Path SHIM = Path.of("/co/target/native/libtorch/libtoco_torch.so");

  private static String message(String reason, Map<String, String> environment) {
    return new LoadFailure(SHIM, environment, false).message(SHIM + ": " + reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "SHIM: file too short | damaged; delete /co/target/native/libtorch",
        "/lt/lib/libc10.so: invalid ELF header | /lt/lib/libc10.so is damaged; delete the LibTorch",
        "/lt/lib/libc10.so: ELF load command past end of file | /lt/lib/libc10.so is damaged",
        "SHIM: wrong ELF class: ELFCLASS32 | for this machine's processor",
        "SHIM: cannot open shared object file: No such file or directory (Possible cause: can't"
            + " load AMD 64 .so on a AARCH64 platform) | for this machine's processor",
        "libcudart.so.13: cannot open shared object file: No such file or directory | LibTorch is"
            + " incomplete; set LIBTORCH to one that has libcudart.so.13",
        "libcuda.so.1: cannot open shared object file: No such file or directory | NVIDIA's driver",
        "libgomp.so.1: cannot open shared object file: No such file or directory | install"
            + " libgomp1",
        "libtorch_cpu.so: cannot open shared object file: No such file or directory | is gone",
        "/lt/libc10.so: cannot open shared object file: Permission denied | chmod a+r"
            + " '/lt/libc10.so'",
        "SHIM: failed to map segment from shared object | SHIM is on a file system mounted noexec",
        "/lt/libc10.so: failed to map segment from shared object: Operation not permitted |"
            + " /lt/libc10.so is on a file system mounted noexec",
        "SHIM: failed to map segment from shared object: Cannot allocate memory | ulimit -v",
        "/lib/libc.so.6: version `GLIBC_2.38' not found (required by SHIM) | built on a newer"
            + " system; delete /co",
        "/lib/libc.so.6: version `GLIBC_2.38' not found (required by /lt/libc10.so) | newer Linux",
        "/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by SHIM) |"
            + " apt-get install libstdc++6",
        "/lt/libgomp.so.1: cannot allocate memory in static TLS block | optional_static_tls",
        "/lt/libx.so: cannot enable executable stack as shared object requires | rtld.execstack=2",
        "Error loading shared library ld-linux-x86-64.so.2: No such file or directory | musl",
        "SHIM: undefined symbol: _ZN3c10 | built for another LibTorch",
        "Native Library SHIM already loaded in another classloader | share",
        "something new | run bin/toco doctor",
      })
  void everyKindHasItsRemedy(String reason, String remedy) {
    var message = message(reason.replace("SHIM", SHIM.toString()), Map.of());
    assertTrue(message.startsWith("cannot load " + SHIM + ": "), message);
    assertTrue(message.contains(remedy.replace("SHIM", SHIM.toString())), message);
    assertEquals(1, message.lines().count());
  }

  @Test
  void theVariableThatBringsAnOldLibraryIsNamed() {
    var reason =
        "/conda/lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /c.so)";
    var path = message(reason, Map.of("LD_LIBRARY_PATH", "/x:/conda/lib/"));
    assertTrue(
        path.contains("LD_LIBRARY_PATH brings /conda/lib/libstdc++.so.6, which is too old"), path);
    assertTrue(path.endsWith("put the folder of a newer libstdc++.so.6 first"), path);
    var preload = message(reason, Map.of("LD_PRELOAD", "/conda/lib/libstdc++.so.6"));
    assertTrue(preload.endsWith("unset LD_PRELOAD"), preload);
  }

  @Test
  void librariesThatReplaceTheRightOnesAreNamed(@TempDir Path folder) throws IOException {
    var gomp = Files.createFile(folder.resolve("libgomp.so.1")).toString();
    Files.createFile(folder.resolve("libz.so"));
    var reason = "/lt/libtorch_cpu.so: undefined symbol: GOMP_parallel_reductions";
    var message = message(reason, Map.of("LD_LIBRARY_PATH", folder.toString()));
    assertTrue(message.contains(gomp + " replace the right ones: unset LD_LIBRARY_PATH"), message);
    assertFalse(message.contains("libz"), message);
  }
}
