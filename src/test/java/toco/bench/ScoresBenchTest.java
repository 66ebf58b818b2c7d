package toco.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// How fast a machine is, is no law; that what is counted does not depend on the threads, is.
class ScoresBenchTest {
  @Test
  void threadsShareTheSameWork() {
    var one = ScoresBench.run(30, 1);
    var three = ScoresBench.run(30, 3);
    assertEquals(one.miou(), three.miou());
    assertTrue(one.miou() > 0.1 && one.miou() < 1, "mIoU " + one.miou());
    assertTrue(one.pixelsMs() > 0 && one.boundariesMs() > 0, one::toString);
  }
}
