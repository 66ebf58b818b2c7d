package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// native/build.sh on a machine that lacks something: one line says what, and what to do.
class BuildProblemsTest {
  @TempDir Path temporary;
  private TinyCheckout checkout;

  @BeforeEach
  void aCheckoutWithATinyShim() throws IOException {
    temporary = temporary.toRealPath();
    checkout = TinyCheckout.in(temporary);
  }

  private Map<String, String> programs(Map<String, String> scripts) throws IOException {
    return TinyCheckout.programs(temporary.resolve("bin"), scripts);
  }

  private String problem(Map<String, String> environment) throws Exception {
    var result = checkout.build(environment);
    assertEquals(1, result.status(), result::text);
    var lines = result.lines().stream().filter(line -> line.startsWith("build: error: ")).toList();
    assertEquals(1, lines.size(), result::text);
    return lines.getFirst();
  }

  @Test
  void aLibTorchOfAnUnsupportedVersionIsNamed() throws Exception {
    var header = checkout.libTorch().resolve("include/torch/headeronly/version.h");
    var text = Files.readString(header);
    Files.writeString(header, text.replace("MINOR 15", "MINOR 6"));
    var problem = problem(Map.of());
    assertTrue(problem.contains("LibTorch 2.6.0 at " + checkout.libTorch()), problem);
    assertTrue(problem.contains("2.7 to 2.15 are, so set LIBTORCH"), problem);
  }

  /// A compiler that fails as it does on this machine's limits, unless only one runs at a time.
  private Map<String, String> failing(String message, String unless) throws IOException {
    var environment =
        programs(
            Map.of(
                "cmake",
                """
                if [[ "$*" == *--build* && "$*" != *"%s"* ]]; then echo '%s'; exit 1; fi
                PATH=${PATH#*:} exec cmake "$@"
                """
                    .formatted(unless, message)));
    environment.put("TOCO_BUILD_JOBS", "3");
    return environment;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "c++: fatal error: Killed signal terminated program cc1plus | memory ran out",
        "g++: internal compiler error: Killed (program cc1plus) | memory ran out",
        "make[2]: *** [x.o] Error 137 | memory ran out",
        "cc1plus: out of memory allocating 65536 bytes after a total of 1 bytes | memory ran out",
        "virtual memory exhausted: Cannot allocate memory | memory ran out",
        "ninja: fatal: posix_spawn: Resource temporarily unavailable | no more processes",
        "sh: fork: retry: Resource temporarily unavailable | no more processes",
      })
  void limitsAreNamedAfterATryWithOneJob(String message, String expected) throws Throwable {
    var result = checkout.build(failing(message, "--parallel 1")).succeeded();
    assertTrue(result.text().contains("trying again with one"), result::text);
    assertEquals(42, TinyCheckout.call(result.path()));
    Files.delete(result.path());
    var problem = problem(failing(message, "never"));
    assertTrue(problem.contains(expected) && problem.contains("TOCO_BUILD_JOBS=1"), problem);
  }

  @Test
  void aFullDiskIsNamed() throws Exception {
    var message = "fatal error: error writing to /tmp/ccX.s: No space left on device";
    var problem = problem(failing(message, "never"));
    assertTrue(problem.contains("the disk is full"), problem);
    assertTrue(problem.contains("TMPDIR"), problem);
  }

  /// An error of the sources is no limit, even if it speaks of one.
  @Test
  void anErrorInTheSourcesIsShownWhereItIs() throws Exception {
    Files.writeString(
        checkout.source("src/shim.c"), "// Killed by bad_alloc\nint shim(void) { return x; }\n");
    var result = checkout.build();
    assertEquals(1, result.status());
    assertTrue(result.text().contains("the shim does not compile"), result::text);
    assertTrue(result.text().contains(checkout.source("src/shim.c") + ":2:"), result::text);
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws Exception {
    Files.writeString(checkout.folder().resolve("target"), "");
    var problem = problem(Map.of());
    assertTrue(problem.contains("cannot write to " + checkout.folder()), problem);
  }

  /// Needs the right to mount.
  @Test
  void aFolderWithoutRightToExecuteIsNamedBeforeTheBuild() throws Exception {
    var target = Files.createDirectory(checkout.folder().resolve("target")).toString();
    var mount = TinyCheckout.run(Map.of(), "mount", "-t", "tmpfs", "-o", "noexec", "tmpfs", target);
    assumeTrue(mount.status() == 0, "only root may mount");
    try {
      var problem = problem(Map.of());
      assertTrue(problem.contains("noexec") && problem.contains("XDG_CACHE_HOME"), problem);
    } finally {
      TinyCheckout.run(Map.of(), "umount", target).succeeded();
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "many", "1.5"})
  void aWrongNumberOfJobsIsNamed(String jobs) throws Exception {
    var problem = problem(Map.of("TOCO_BUILD_JOBS", jobs));
    assertTrue(problem.contains("TOCO_BUILD_JOBS=" + jobs), problem);
  }

  private static final String OLD = "case $1 in --version) echo 'g++ 9' ;; *) echo 9.4.0 ;; esac";

  @Test
  void toolsThatAreTooOldAreNamed() throws Exception {
    var compilers = new HashMap<>(Map.of("g++", OLD));
    for (int version = 11; version <= 15; version++) {
      compilers.put("g++-" + version, "exit 1");
    }
    var problem = problem(programs(compilers));
    assertTrue(problem.contains("g++ 9.4.0 is too old"), problem);
    assertTrue(problem.contains("g++ 11 or newer"), problem);
    compilers.replaceAll((_, _) -> "exit 127");
    problem = problem(programs(compilers));
    assertTrue(problem.contains("install g++ 11 or newer"), problem);
    for (var compiler : compilers.keySet()) {
      Files.delete(temporary.resolve("bin").resolve(compiler));
    }
    problem = problem(programs(Map.of("cmake", "echo cmake version 3.10.2")));
    assertTrue(problem.contains("CMake 3.10.2 is too old"), problem);
    assertTrue(problem.contains("3.18"), problem);
  }

  @Test
  void aNewerCompilerNextToTheOldOneIsTaken() throws Throwable {
    var environment = programs(Map.of("g++", OLD, "g++-14", "PATH=${PATH#*:} exec g++ \"$@\""));
    assertEquals(42, TinyCheckout.call(checkout.build(environment).succeeded().path()));
  }

  @Test
  void aCompilerThatIsSetButMissingIsNamed() throws Exception {
    var problem = problem(Map.of("CXX", "x86_64-conda-linux-gnu-c++"));
    assertTrue(problem.contains("CXX=x86_64-conda-linux-gnu-c++"), problem);
    assertTrue(problem.contains("unset CXX"), problem);
  }

  private static final String OTHER =
      System.getProperty("os.arch").equals("aarch64") ? "x86_64" : "aarch64";

  @Test
  void aMissingCompilerForAnotherProcessorIsNamed() throws Exception {
    var environment = programs(Map.of("g++", "exit 1"));
    environment.putAll(Map.of("TOCO_ARCH", "sparc", "CXX", ""));
    var problem = problem(environment);
    assertTrue(problem.contains("sparc-linux-gnu-g++ not found"), problem);
    assertTrue(problem.contains("apt-get install g++-sparc-linux-gnu"), problem);
    problem = problem(Map.of("TOCO_ARCH", OTHER, "CXX", "g++"));
    assertTrue(problem.contains("CXX=g++ compiles for "), problem);
    assertTrue(problem.contains("TOCO_ARCH=" + OTHER), problem);
  }

  /// As the downloads of LibTorch are, of which there are none for Arm.
  @Test
  void aLibTorchForAnotherProcessorIsNamed() throws Exception {
    var header = new byte[64];
    header[18] = (byte) (OTHER.equals("aarch64") ? 183 : 62);
    Files.write(checkout.libTorch().resolve("lib/libc10.so"), header);
    var problem = problem(Map.of());
    assertTrue(problem.contains(checkout.libTorch() + " is for " + OTHER + ", and g++"), problem);
    assertTrue(problem.contains("set LIBTORCH to one for "), problem);
  }

  /// Runs jobs.sh with other files in place of those in /proc and /sys.
  private String jobs(Map<String, String> files, int processors) throws Exception {
    var root = Files.createTempDirectory(temporary, "root");
    for (var file : files.entrySet()) {
      var path = root.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue() + "\n");
    }
    var script = Files.readString(TinyCheckout.NATIVE.resolve("jobs.sh"));
    var elsewhere = root.resolve("jobs.sh");
    Files.writeString(
        elsewhere, script.replace("/sys/", root + "/sys/").replace("/proc/", root + "/proc/"));
    assertNotEquals(script, Files.readString(elsewhere));
    var environment = programs(Map.of("nproc", "echo ${OMP_NUM_THREADS:-" + processors + "}"));
    environment.put("OMP_NUM_THREADS", "1"); // it limits nproc, but not a build
    return TinyCheckout.run(environment, "bash", elsewhere.toString()).succeeded().text();
  }

  @Test
  void jobsFollowTheLimitsOfTheContainer() throws Exception {
    var machine = Map.of("proc/meminfo", "MemTotal: 99 kB\nMemAvailable: 65536000 kB");
    assertEquals("8 64000", jobs(machine, 8));
    assertEquals("32 64000", jobs(machine, 64));
    var files = new HashMap<>(machine);
    files.put("proc/self/cgroup", "0::/user/session");
    files.put("sys/fs/cgroup/user/memory.max", "6291456000"); // 6000 MiB
    files.put("sys/fs/cgroup/user/memory.current", "2097152000");
    files.put("sys/fs/cgroup/user/memory.stat", "anon 5\ninactive_file 1048576000");
    files.put("sys/fs/cgroup/user/session/memory.max", "max");
    files.put("sys/fs/cgroup/user/session/memory.current", "1");
    assertEquals("2 5000", jobs(files, 8));
    files.put("sys/fs/cgroup/memory.high", "1048576000"); // as in a container: the root's
    files.put("sys/fs/cgroup/memory.current", "0");
    assertEquals("1 1000", jobs(files, 8));
    files = new HashMap<>(machine);
    files.put("proc/self/cgroup", "0::/a");
    files.put("sys/fs/cgroup/a/cpu.max", "250000 100000");
    assertEquals("3 64000", jobs(files, 8));
    files.put("sys/fs/cgroup/a/cpu.max", "max 100000");
    assertEquals("8 64000", jobs(files, 8));
  }

  @Test
  void jobsFollowControlGroupsOfVersion1() throws Exception {
    var files = new HashMap<>(Map.of("proc/meminfo", "MemTotal: 99 kB\nMemAvailable: 65536000 kB"));
    files.put("proc/self/cgroup", "4:memory:/docker/0123\n3:cpu,cpuacct:/docker/0123");
    files.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "5242880000");
    files.put("sys/fs/cgroup/memory/memory.usage_in_bytes", "1048576000");
    files.put("sys/fs/cgroup/cpu,cpuacct/docker/0123/cpu.cfs_quota_us", "-1");
    files.put("sys/fs/cgroup/cpu,cpuacct/docker/0123/cpu.cfs_period_us", "100000");
    assertEquals("2 4000", jobs(files, 8));
    files.put("sys/fs/cgroup/cpu,cpuacct/docker/0123/cpu.cfs_quota_us", "50000");
    assertEquals("1 4000", jobs(files, 8));
    assertFalse(jobs(Map.of("proc/meminfo", ""), 4).startsWith("0"));
  }
}
