package toco.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Jars that do not fit each other, this version or this machine: one line says which and why.
class UnfitJarsTest extends FittingJars {
  @Test
  void aShimOfAnotherVersionIsRefused() throws Exception {
    var newer = FakeJars.natives(folder.resolve("natives-2.15.jar"), "2.15.0");
    empty.with(libTorch, newer).refused(newer + " is for LibTorch 2.15, expected 2.7");
    var shim = new byte[] {1};
    var header =
        FakeJars.natives(folder.resolve("h.jar"), "2.7.1", "linux-x86_64", "0".repeat(64), shim);
    empty.with(libTorch, header).refused(header + " is of another version of toco-bridge");
    var fitting = empty.with(libTorch, header, natives).locate();
    assertEquals("shim for 2.7.1", Files.readString(fitting.shim()));
    var arm =
        FakeJars.natives(
            folder.resolve("a.jar"), "2.7.1", "linux-aarch64", ShimHeader.hash(), shim);
    empty.with(libTorch, arm).refused(arm + " is for linux-aarch64, expected linux-x86_64");
    assertEquals(Set.of("libtorch-2.7.1-cpu", "shim-prebuilt"), empty.cached());
  }

  @Test
  void severalVersionsOfLibTorchAreRefused() throws Exception {
    var other = FakeJars.libTorch(folder.resolve("other.jar"), "2.8.0");
    both.with(other).refused("2.7.1, cpu", libTorch, "2.8.0, cpu", other, "remove all but one");
    var copy = Files.copy(libTorch, folder.resolve("copy.jar"));
    assertEquals(libTorch.toString(), both.with(copy).locate().found());
  }

  @Test
  void aLibTorchThatIsTooOldOrTooNewIsRefused() throws Exception {
    var old = FakeJars.libTorch(folder.resolve("old.jar"), "2.5.1");
    empty.with(old, natives).refused("2.5.1", old, "too old", "2.7.1 to 2.15 work", "remove it");
    var young = FakeJars.libTorch(folder.resolve("new.jar"), "2.16.0");
    empty.with(young, natives).refused("2.16.0", young, "too new", "2.7.1 to 2.15 work");
    assertEquals(Set.of(), empty.cached());
  }

  @Test
  void aLibTorchForAnotherMachineIsRefused() throws Exception {
    var mac = FakeJars.libTorch(folder.resolve("mac.jar"), "2.7.1", "cpu", "osx-aarch64");
    empty.with(mac, natives).refused("osx-aarch64 (" + mac, "expected cpu for linux-x86_64");
    assertEquals(libTorch.toString(), both.with(mac).locate().found());
    var cuda = FakeJars.libTorch(folder.resolve("cu.jar"), "2.7.1", "cu128", "linux-x86_64");
    empty.with(cuda, natives).refused("cu128 for linux-x86_64 (" + cuda);
    var arm = new Platform("linux-aarch64", false);
    var problem = assertThrows(LibraryException.class, () -> both.locate(arm, Map.of()));
    SearchFixture.said(
        problem, "expected cpu for linux-aarch64", "natives-linux-aarch64-libtorch2.15");
    var windows = new Platform("win-x86_64", false);
    problem = assertThrows(LibraryException.class, () -> both.locate(windows, Map.of()));
    SearchFixture.said(problem, "expected cpu for win-x86_64", "use Linux");
  }

  @Test
  void muslIsRefused() throws Exception {
    var musl = new Platform("linux-x86_64", true);
    var problem = assertThrows(LibraryException.class, () -> both.locate(musl, Map.of()));
    SearchFixture.said(problem, "LibTorch needs glibc", "musl", "Debian");
    var maps = folder.resolve("maps");
    Files.writeString(maps, "7f00-7f01 r-xp 0 0:1 5   /lib/ld-musl-x86_64.so.1\n");
    assertTrue(Platform.usesMusl(maps));
    Files.writeString(maps, "7f00-7f01 r-xp 0 0:1 5   /lib64/ld-linux-x86-64.so.2\n");
    assertFalse(Platform.usesMusl(maps));
  }

  @Test
  void platformsHaveTheNamesOfClassifiers() {
    assertEquals("linux-x86_64", Platform.name("Linux", "amd64"));
    assertEquals("linux-aarch64", Platform.name("Linux", "aarch64"));
    assertEquals("aarch64", new Platform("linux-aarch64", false).processor());
    assertEquals("-aarch64", new Platform("linux-aarch64", false).folderSuffix());
    assertEquals("", new Platform("linux-x86_64", false).folderSuffix());
    assertEquals("osx-aarch64", Platform.name("Mac OS X", "aarch64"));
    assertEquals("win-x86_64", Platform.name("Windows 11", "amd64"));
  }
}
