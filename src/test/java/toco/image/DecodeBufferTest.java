package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecodeBufferTest {
  private static final List<Path> PHOTOS =
      Stream.of("astronaut", "chelsea", "coffee")
          .map(name -> Resources.path("data/photos/JPEGImages/" + name + ".jpg"))
          .toList();

  static List<JpegChoice> decoders() {
    return ImageDecoderTest.decoders();
  }

  /// About 1 KB: the objects of opening a file, and views of the memory. The pixels alone are 400
  /// KB.
  @Test
  void decodingAllocatesNoImagesOnTheHeap() {
    assumeTrue(TurboJpeg.problem().isEmpty(), TurboJpeg.INSTALL);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int rounds = 500;
    try (var buffer = new DecodeBuffer(JpegChoice.TURBO)) {
      decodeAll(buffer, rounds); // until the code is compiled
      long before = threads.getCurrentThreadAllocatedBytes();
      decodeAll(buffer, rounds);
      long perImage =
          (threads.getCurrentThreadAllocatedBytes() - before) / (rounds * PHOTOS.size());
      assertTrue(perImage < 2048, () -> perImage + " bytes per image");
    }
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void theMemoryGrowsToTheLargestImageAndThenStays(JpegChoice decoder) {
    try (var buffer = new DecodeBuffer(decoder)) {
      decodeAll(buffer, 1);
      long growths = buffer.growths();
      long capacity = buffer.capacityBytes();
      decodeAll(buffer, 10);
      assertEquals(growths, buffer.growths());
      assertEquals(capacity, buffer.capacityBytes());
    }
  }

  private static void decodeAll(DecodeBuffer buffer, int rounds) {
    for (int i = 0; i < rounds; i++) {
      for (var photo : PHOTOS) {
        buffer.decode(photo);
      }
    }
  }

  @Test
  void memoryOfAHugeImageIsFreed() {
    try (var memory = new GrowableMemory(Arena::ofConfined)) {
      memory.take(GrowableMemory.MAX_KEPT_BYTES + 1);
      memory.take(1000);
      assertTrue(memory.capacityBytes() < 2000, () -> "kept " + memory.capacityBytes());
      memory.take(1000);
      assertEquals(2, memory.growths());
    }
  }

  /// Sizes and kinds alternate: no image affects the next.
  @ParameterizedTest
  @MethodSource("decoders")
  void anImageDoesNotDependOnPreviousOnes(JpegChoice decoder) {
    var names = List.of("ycc440.jpg", "cmyk420.jpg", "pal8trns.png", "grey.jpg", "ycc420-1x1.jpg");
    try (var reused = new DecodeBuffer(decoder)) {
      for (int i = 0; i < 3 * names.size(); i++) {
        reused.decode(PHOTOS.get(i % PHOTOS.size()));
        var file = Resources.path("decode-cases/" + names.get(i % names.size()));
        try (var fresh = new DecodeBuffer(decoder)) {
          assertEquals(-1, reused.decode(file).pixels().mismatch(fresh.decode(file).pixels()));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void aRefusedFileLeavesTheBufferUsable(JpegChoice decoder) {
    try (var buffer = new DecodeBuffer(decoder)) {
      String before = Resources.sha256(buffer.decode(PHOTOS.getFirst()).pixels());
      var broken = Resources.path("decode-cases/lacking-last-scan.jpg");
      assertThrows(ImageException.class, () -> buffer.decode(broken));
      assertThrows(ImageException.class, () -> buffer.decode(Path.of("no/such.jpg")));
      assertEquals(before, Resources.sha256(buffer.decode(PHOTOS.getFirst()).pixels()));
    }
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void pixelsGoToTheCallersMemory(JpegChoice decoder) {
    try (var arena = Arena.ofConfined();
        var buffer = new DecodeBuffer(decoder)) {
      var slot = arena.allocate(1 << 20);
      var image = buffer.decode(PHOTOS.getFirst(), _ -> slot);
      assertEquals(slot.address(), image.pixels().address());
      assertEquals(-1, image.pixels().mismatch(buffer.decode(PHOTOS.getFirst()).pixels()));
      for (var useless : List.of(arena.allocate(1000), MemorySegment.ofArray(new byte[1 << 20]))) {
        assertThrows(
            IllegalArgumentException.class, () -> buffer.decode(PHOTOS.getFirst(), _ -> useless));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void oneBufferPerThreadIsSafe(JpegChoice decoder) throws Exception {
    Callable<List<String>> decodeAll =
        () -> {
          try (var buffer = new DecodeBuffer(decoder)) {
            for (int i = 0; i < 10; i++) {
              PHOTOS.forEach(buffer::decode);
            }
            return PHOTOS.stream().map(f -> Resources.sha256(buffer.decode(f).pixels())).toList();
          }
        };
    var alone = decodeAll.call();
    try (var workers = Executors.newFixedThreadPool(4)) {
      for (var result : workers.invokeAll(List.of(decodeAll, decodeAll, decodeAll, decodeAll))) {
        assertEquals(alone, result.get());
      }
    }
  }

  @Test
  void afterCloseNothingIsReadable() {
    var buffer = new DecodeBuffer();
    var image = buffer.decode(PHOTOS.getFirst());
    buffer.close();
    buffer.close();
    assertEquals(0, buffer.capacityBytes());
    assertThrows(IllegalStateException.class, () -> buffer.decode(PHOTOS.getFirst()));
    assertThrows(IllegalStateException.class, () -> image.pixels().fill((byte) 0));
  }
}
