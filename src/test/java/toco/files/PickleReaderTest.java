package toco.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The reader reads what the writer writes, within the limits and names that its user allows.
class PickleReaderTest {
  private static final PickleLimits LIMITS = new PickleLimits(100, 100, 1000);

  /// Allows one function, which returns the number of its arguments.
  private record OneFunction(boolean skipsForeign) implements PickleGlobals {
    enum Count implements PickleGlobals.Global {
      COUNT
    }

    @Override
    public String fileKind() {
      return "a test";
    }

    @Override
    public Global find(String module, String name) {
      return module.equals("m") && name.equals("count") ? Count.COUNT : null;
    }

    @Override
    public Object call(Global callable, List<?> arguments) {
      return (long) arguments.size();
    }

    @Override
    @SuppressWarnings("unchecked") // the test sets the state of lists of objects
    public void setState(Object object, Object state) {
      PickleValues.expect(object, List.class).add(state);
    }
  }

  private static Object read(PickleWriter pickle, boolean skipsForeign, PickleLimits limits) {
    var bytes = ByteBuffer.wrap(pickle.finish());
    return PickleReader.read(bytes, new OneFunction(skipsForeign), limits);
  }

  private static Object read(PickleWriter pickle) {
    return read(pickle, true, LIMITS);
  }

  private static void assertRefused(String word, PickleWriter pickle, PickleLimits limits) {
    var e = assertThrows(IllegalArgumentException.class, () -> read(pickle, false, limits));
    assertTrue(e.getMessage().contains(word), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      longs = {0, 255, 256, 65_535, 65_536, Integer.MAX_VALUE, 1L << 31, 1L << 47, Long.MAX_VALUE})
  void integersOfAllSizes(long value) {
    assertEquals(value, read(new PickleWriter().protocol(2).integer(value)));
  }

  @Test
  void everyKindOfValue() {
    var pickle = new PickleWriter().protocol(4).emptyList().mark();
    pickle.int32(-7).bool(true).bool(false).none().text("é").text("");
    pickle.tuple(0).text("x").tuple(1).integer(1).integer(2).integer(3).tuple(3);
    pickle.mark().text("a").text("b").text("c").text("d").tupleFromMark();
    pickle.tupleFromMark().append();
    pickle.emptyDict().text("k").integer(1).setItem().append();
    pickle.emptyDict().mark().text("k").integer(1).text("l").integer(2).setItems().append();
    assertEquals(
        List.of(
            List.of(
                -7L,
                true,
                false,
                PickleReader.NONE,
                "é",
                "",
                List.of(),
                List.of("x"),
                List.of(1L, 2L, 3L),
                List.of("a", "b", "c", "d")),
            Map.of("k", 1L),
            Map.of("k", 1L, "l", 2L)),
        read(pickle));
  }

  @Test
  void bytesAndObjectsOfOtherProgramsWhereTheyAreAllowed() {
    var value = new byte[] {0, 1, -1};
    assertArrayEquals(value, (byte[]) read(new PickleWriter().bytes(value)));
    assertArrayEquals(value, (byte[]) read(new PickleWriter().shortBytes(value)));
    var set = ByteBuffer.wrap(new byte[] {(byte) 0x8F, '.'});
    assertEquals(List.of(), PickleReader.read(set.duplicate(), new OneFunction(true), LIMITS));
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> PickleReader.read(set, new OneFunction(false), LIMITS));
    assertTrue(e.getMessage().contains("opcode 0x8f, which a test does not need"), e.getMessage());
  }

  @Test
  void allowedNamesAreCalledAndOthersRefused() {
    var call = new PickleWriter().global("m", "count").integer(1).integer(2).tuple(2).reduce();
    assertEquals(2L, read(call));
    var built = new PickleWriter().emptyList().text("state").build();
    assertEquals(List.of("state"), read(built));
    assertRefused("'os.system'", new PickleWriter().global("os", "system"), LIMITS);
    assertRefused("outside the pickle", new PickleWriter().text("0").persistentId(), LIMITS);
    assertRefused(
        "unexpected string (expected Global)",
        new PickleWriter().text("count").tuple(0).reduce(),
        LIMITS);
  }

  @Test
  void rememberedObjectsAreTheSameObject() {
    var pickle = new PickleWriter().emptyList().put(0).put(300).get(0).get(300).tuple(3);
    var tuple = assertInstanceOf(List.class, read(pickle, true, new PickleLimits(9, 301, 99)));
    assertSame(tuple.get(0), tuple.get(1));
    assertSame(tuple.get(0), tuple.get(2));
  }

  /// Each limit admits exactly its number.
  @Test
  void limits() {
    var four = new PickleWriter().none().none().none().none();
    assertEquals(PickleReader.NONE, read(four, false, new PickleLimits(4, 0, 4)));
    assertRefused("more than 3 unfinished", four, new PickleLimits(3, 0, 4));
    assertRefused("more than 3 objects", four, new PickleLimits(4, 0, 3));
    var two = new PickleWriter().none().put(0).put(1);
    assertEquals(PickleReader.NONE, read(two, false, new PickleLimits(1, 2, 1)));
    assertRefused("more than 1 remembered", two, new PickleLimits(1, 1, 1));
    assertRefused("more than 3 objects", new PickleWriter().emptyList(), new PickleLimits(1, 0, 3));
  }

  @Test
  void thePositionIsAfterTheObject() {
    var both = ByteBuffer.allocate(6).put(new PickleWriter().integer(1).finish());
    both.put(new PickleWriter().integer(2).finish()).flip();
    assertEquals(1L, PickleReader.read(both, new OneFunction(false), LIMITS));
    assertEquals(2L, PickleReader.read(both, new OneFunction(false), LIMITS));
  }
}
