package toco.checkpoint;

import static toco.checkpoint.TestFiles.assertRefused;
import static toco.checkpoint.TestFiles.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A safetensors file that violates the format in any way is refused with one line.
final class HostileSafeTensorsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // data bytes | header | word of the message
        "8  | "
            + "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}"
            + " | overlap",
        "16 | {'a':{'dtype':'F32','shape':[2],'data_offsets':[8,16]}} | gap",
        "16 | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | too many",
        "4  | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | truncated",
        "8  | {'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | needs 12 bytes",
        "8  | {'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | whole numbers",
        "8  | {'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}} | whole numbers",
        "8  | {'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | needs 8 bytes",
        "8  | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,99999999999999999999]}} | whole"
            + " numbers",
        "8  | {'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,8]}} | larger"
            + " than any memory",
        "8  | {'a':{'dtype':'F32','shape':[2305843009213693953],'data_offsets':[0,8]}} | larger"
            + " than any memory",
        "8  | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}} | exactly 2",
        "8  | {'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}} | no list shape",
        "8  | {'a':{'dtype':'F32','data_offsets':[0,8]}} | no list shape",
        "8  | {'a':{'shape':[2],'data_offsets':[0,8]}} | no dtype",
        "8  | {'a':{'dtype':'F128','shape':[1],'data_offsets':[0,8]}} | convert it to one of",
        "8  | {'a':7} | no dtype",
        "8  | "
            + "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
            + "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}"
            + " | JSON",
        "0  | {'__metadata__':{'k':1}} | not a string",
        "0  | {'__metadata__':[]} | not a JSON object",
        "0  | {} trailing | JSON",
        "0  | {'a' | JSON",
        "0  | []        | not a JSON object",
      })
  void wrongHeadersAreRefused(int dataBytes, String header, String word) throws IOException {
    var file = safetensors(folder.resolve("x.safetensors"), header.replace('\'', '"'), dataBytes);
    assertRefused(file, () -> SafeTensors.read(file), word);
  }

  @Test
  void deeplyNestedJsonIsRefused() throws IOException {
    var file = safetensors(folder.resolve("deep"), "{\"a\":".repeat(100_000), 0);
    assertRefused(file, () -> SafeTensors.read(file), "JSON");
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "100000001", "9223372036854775807", "-1", "-9223372036854775808"})
  void absurdHeaderLengthsAreRefused(long length) throws IOException {
    var file = folder.resolve("x");
    Files.write(
        file,
        ByteBuffer.allocate(64)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(length)
            .put((byte) '{')
            .array());
    assertRefused(file, () -> SafeTensors.read(file), "header");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    var whole = Files.readAllBytes(TestFiles.golden("class_loss.safetensors"));
    var file = folder.resolve("cut");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(file, () -> SafeTensors.read(file));
    }
  }

  @Test
  void invalidUtf8IsRefused() throws IOException {
    var file = safetensors(folder.resolve("x"), "{\"~\":{}}", 0);
    var bytes = Files.readAllBytes(file);
    bytes[10] = (byte) 0xFF;
    Files.write(file, bytes);
    assertRefused(file, () -> SafeTensors.read(file), "UTF-8");
  }

  @Test
  void otherKindsOfFileAreNamed() throws IOException {
    assertRefused(folder, () -> SafeTensors.read(folder), "is a folder");
    var absent = folder.resolve("absent");
    assertRefused(absent, () -> SafeTensors.read(absent), "no such file");
    var pth = TestFiles.golden("micro.pth");
    assertRefused(pth, () -> SafeTensors.read(pth), "ZIP");
    var page = Files.writeString(folder.resolve("page"), "<!DOCTYPE html><html>not found</html>");
    assertRefused(page, () -> SafeTensors.read(page), "web page");
    var pointer =
        Files.writeString(
            folder.resolve("pointer"),
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\n");
    assertRefused(pointer, () -> SafeTensors.read(pointer), "git lfs pull");
  }
}
