package toco.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShardTest {
  @Test
  void shardsDivideTheBatches() {
    var seen = new ArrayList<Integer>();
    for (int i = 1; i <= 3; i++) {
      Arrays.stream(new Shard(i, 3).batches(10)).forEach(seen::add);
    }
    seen.sort(null);
    assertArrayEquals(
        new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, seen.stream().mapToInt(i -> i).toArray());
    assertEquals(new Shard(2, 4), Shard.parse("2/4"));
    for (var wrong : List.of("0/4", "5/4", "1", "1/0", "a/b", "-1/2")) {
      assertThrows(IllegalArgumentException.class, () -> Shard.parse(wrong), wrong);
    }
  }
}
