package toco.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.doctor.HealthCheck.State;
import toco.host.Devices;
import toco.host.Machine;
import toco.image.TurboJpeg;
import toco.torch.LibTorch;
import toco.torch.TcpStore;

class DoctorTest {
  private static final Map<String, String> JAVA =
      Map.of(
          "java.home", System.getProperty("java.home"),
          "user.home", System.getProperty("user.home"));

  @Test
  void withoutLibTorchItSaysSoAndHowToGetIt(@TempDir Path home) {
    var variables = Map.of("HOME", home.toString());
    var report = Doctor.examine(new Surroundings(JAVA, variables));
    assertFalse(report.healthy());
    assertEquals(State.MISSING, check(report, "LibTorch").state());
    assertEquals(State.MISSING, check(report, "shim").state());
    assertTrue(check(report, "LibTorch").remedy().contains("LIBTORCH"));
    assertTrue(report.table().contains("missing"));
  }

  @Test
  void theLaunchersReasonsAreShown(@TempDir Path folder) {
    var properties = new java.util.HashMap<>(JAVA);
    properties.put("toco.libtorch", folder.toString());
    properties.put("toco.library.problem", "older than its sources");
    var report = Doctor.examine(new Surroundings(properties, Map.of()));
    assertEquals(State.OK, check(report, "LibTorch").state());
    assertTrue(check(report, "LibTorch").found().contains(folder.toString()));
    assertEquals("older than its sources", check(report, "shim").found());
  }

  @Test
  void aShimThatWorksIsEnough() {
    var report = Doctor.examine(Surroundings.ofProcess());
    assertEquals(State.OK, check(report, "LibTorch").state(), report.table());
    assertEquals(State.OK, check(report, "shim").state());
    assertEquals(LibTorch.origin().toString(), check(report, "shim").found());
    assertFalse(check(report, "CPU kernels").found().isEmpty());
    assertTrue(report.healthy(), report.table());
    var processes = check(report, "processes");
    boolean several = TcpStore.missing().isEmpty();
    assertEquals(several ? State.OK : State.NOTE, processes.state());
    assertEquals(
        several ? "" : "apt-get install libgloo-dev, then native/build.sh", processes.remedy());
  }

  @Test
  void theJpegDecoderIsNamed() {
    var found = check(Doctor.examine(new Surroundings(JAVA, Map.of())), "JPEG");
    boolean turbo = TurboJpeg.problem().isEmpty();
    assertEquals(turbo ? State.OK : State.NOTE, found.state(), found.toString());
    assertTrue(found.found().contains(turbo ? "/libturbojpeg." : "ImageIO"), found.toString());
    assertTrue(found.remedy().isEmpty() || found.remedy().contains("libturbojpeg0"));
    assertTrue(jpeg("imageio").found().contains("ImageIO"));
    assertEquals(State.OK, jpeg("imageio").state());
    assertEquals(turbo ? State.OK : State.MISSING, jpeg("turbo").state());
    assertEquals(State.MISSING, jpeg("other").state());
    assertTrue(jpeg("other").found().contains("other"));
  }

  private static HealthCheck jpeg(String choice) {
    var properties = new java.util.HashMap<>(JAVA);
    properties.put("toco.jpeg", choice);
    return check(Doctor.examine(new Surroundings(properties, Map.of())), "JPEG");
  }

  @Test
  void bfloat16IsJudgedByTheProcessorsFlags(@TempDir Path folder) throws IOException {
    var machine = Machine.describedIn(folder);
    var file = folder.resolve("cpuinfo");
    Files.writeString(file, "processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 amx_bf16\n");
    assertTrue(ProcessorChecks.bfloat16(machine).found().contains("likely faster"));
    Files.writeString(file, "flags\t\t: fpu avx512f avx512_bf16\n");
    assertTrue(ProcessorChecks.bfloat16(machine).found().contains("may be faster"));
    Files.writeString(file, "flags\t\t: fpu avx2 my_amx_bf16_not\n");
    assertTrue(ProcessorChecks.bfloat16(machine).found().contains("likely slower"));
    Files.writeString(file, "Features\t: fp asimd bf16 i8mm\n");
    assertTrue(ProcessorChecks.bfloat16(machine).found().contains("has bf16: train.precision"));
    Files.writeString(file, "Features\t: fp asimd\n");
    assertTrue(ProcessorChecks.bfloat16(machine).found().contains("has no bf16: train.precision"));
    assertTrue(
        ProcessorChecks.bfloat16(Machine.describedIn(folder.resolve("none")))
            .found()
            .startsWith("unknown"));
    var report = Doctor.examine(new Surroundings(JAVA, Map.of()));
    assertEquals(
        ProcessorChecks.bfloat16(Machine.local()).found(), check(report, "bfloat16").found());
  }

  @Test
  void armsKernelsAreNamed() {
    assertEquals("NEON", BridgeChecks.kernels("DEFAULT", "aarch64"));
    assertEquals("SVE256", BridgeChecks.kernels("SVE256", "aarch64"));
    assertEquals("DEFAULT", BridgeChecks.kernels("DEFAULT", "amd64"));
  }

  /// What it says a run takes is what a run takes.
  @Test
  void theThreadsAreThoseOfARun() {
    var train = Config.defaults().train();
    int before = LibTorch.numThreads();
    try {
      var _ = Devices.prepare(train);
      var found = check(Doctor.examine(Surroundings.ofProcess()), "threads").found();
      assertTrue(found.startsWith(LibTorch.numThreads() + " within an operator"), found);
      assertTrue(found.contains(Config.defaults().data().workers() + " to load images"), found);
    } finally {
      LibTorch.setNumThreads(before);
    }
  }

  @Test
  void openMpsVariablesAreShown() {
    var chosen =
        Doctor.examine(
            new Surroundings(JAVA, Map.of("OMP_NUM_THREADS", "7", "GOMP_SPINCOUNT", "5")));
    assertTrue(check(chosen, "threads").found().startsWith("7 within"), chosen.table());
    assertTrue(check(chosen, "threads").found().contains("OMP_NUM_THREADS"), chosen.table());
    assertTrue(check(chosen, "waiting").found().contains("GOMP_SPINCOUNT=5"), chosen.table());
    var none = check(Doctor.examine(new Surroundings(JAVA, Map.of())), "waiting");
    assertEquals(State.NOTE, none.state());
    assertTrue(none.remedy().contains("GOMP_SPINCOUNT"));
  }

  @Test
  void theCacheIsWhereTheEnvironmentSaysOrNowhere() {
    var nowhere = new Surroundings(Map.of("user.home", "?"), Map.of());
    assertEquals(Optional.empty(), nowhere.cache());
    var disk = MachineChecks.disk(nowhere, false);
    assertTrue(disk.found().contains("HOME") && disk.remedy().contains("XDG_CACHE_HOME"));
    assertEquals(
        Optional.of(Path.of("/home/ada/.cache/toco")),
        new Surroundings(Map.of("user.home", "?"), Map.of("HOME", "/home/ada")).cache());
    assertEquals(
        Optional.of(Path.of("/big/toco")),
        new Surroundings(Map.of(), Map.of("XDG_CACHE_HOME", "/big")).cache());
  }

  /// Also if it is a child of it that hangs.
  @ParameterizedTest
  @ValueSource(strings = {"exec sleep 60", "sleep 60; echo 1.0", "echo 1.0; exec sleep 60"})
  @Timeout(30)
  void aProgramThatHangsIsGivenUp(String script) {
    var answer = Command.run(1, "sh", "-c", script);
    assertTrue(answer.hung());
    assertEquals(Optional.empty(), answer.firstLine());
  }

  @Test
  void aProgramsFirstLineIsItsAnswer() {
    assertEquals(
        new Command(Optional.of("1.0"), false), Command.run("sh", "-c", "echo 1.0; echo 2"));
    assertEquals(new Command(Optional.empty(), false), Command.run("sh", "-c", "echo 1; exit 3"));
    assertEquals(new Command(Optional.empty(), false), Command.run("no-such-program"));
  }

  @Test
  void whatIsMissingHasARemedy() {
    for (var check : Doctor.examine(new Surroundings(JAVA, Map.of())).checks()) {
      assertTrue(check.state() != State.MISSING || !check.remedy().isBlank(), check.toString());
    }
  }

  private static HealthCheck check(Doctor.Report report, String name) {
    return report.checks().stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
