package toco.library;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Small jars that look like those with LibTorch and with shims. Their libraries are texts, stored
/// without compression, so that a test can alter a byte of one.
public final class FakeJars {
  static final String PLATFORM = "linux-x86_64";

  private FakeJars() {}

  /// The artifact `pytorch-native-cpu`.
  static Path libTorch(Path jar, String version) throws IOException {
    return libTorch(jar, version, "cpu", PLATFORM);
  }

  static Path libTorch(Path jar, String version, String flavor, String platform)
      throws IOException {
    var cpu = ("libtorch_cpu of " + version).repeat(1000);
    return libTorch(jar, version, flavor, platform, cpu.getBytes(StandardCharsets.UTF_8));
  }

  static Path libTorch(Path jar, String version, String flavor, String platform, byte[] cpu)
      throws IOException {
    var list =
        """
        version=%s-20250812
        flavor=%s
        classifier=%s
        libraries=libc10.so,libgomp-98b21ff3.so.1,libtorch_cpu.so
        """
            .formatted(version, flavor, platform);
    var folder = "pytorch/%s/%s/".formatted(flavor, platform);
    var files = new LinkedHashMap<String, byte[]>();
    files.put("native/lib/pytorch.properties", list.getBytes(StandardCharsets.UTF_8));
    files.put(folder + "libc10.so", "libc10".getBytes(StandardCharsets.UTF_8));
    files.put(folder + "libgomp-98b21ff3.so.1", "libgomp".getBytes(StandardCharsets.UTF_8));
    files.put(folder + "libtorch_cpu.so", cpu);
    return write(jar, files);
  }

  /// A jar with a shim for one version of LibTorch and this version of the bridge.
  static Path natives(Path jar, String version) throws IOException {
    var shim = ("shim for " + version).getBytes(StandardCharsets.UTF_8);
    return natives(jar, version, PLATFORM, ShimHeader.hash(), shim);
  }

  public static Path natives(Path jar, String version, String platform, String header, byte[] shim)
      throws IOException {
    return natives(jar, version, platform, header, shim, ContentHash.of(shim));
  }

  static Path natives(
      Path jar, String version, String platform, String header, byte[] shim, String sha256)
      throws IOException {
    var release = version.substring(0, version.lastIndexOf('.'));
    var folder = "toco/natives/%s/libtorch-%s/".formatted(platform, release);
    var properties =
        "libtorch=%s\nheader=%s\nlibrary=%s\nsize=%s\n"
            .formatted(version, header, sha256, shim.length);
    return write(
        jar,
        Map.of(
            folder + "shim.properties",
            properties.getBytes(StandardCharsets.UTF_8),
            folder + "libtoco_torch.so",
            shim));
  }

  static Path write(Path jar, Map<String, byte[]> files) throws IOException {
    try (var zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.setMethod(ZipOutputStream.STORED);
      for (var file : files.entrySet()) {
        var entry = new ZipEntry(file.getKey());
        var crc = new CRC32();
        crc.update(file.getValue());
        entry.setSize(file.getValue().length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(file.getValue());
      }
    }
    return jar;
  }

  /// Replaces the first occurrence of a text by one of the same length, as a damaged disk might.
  static void alter(Path file, String text, String other) throws IOException {
    var content = Files.readString(file, StandardCharsets.ISO_8859_1);
    int at = content.indexOf(text);
    if (at < 0 || text.length() != other.length()) {
      throw new IllegalArgumentException(text + " is not in " + file);
    }
    Files.writeString(
        file,
        content.substring(0, at) + other + content.substring(at + text.length()),
        StandardCharsets.ISO_8859_1);
  }
}
