package toco.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The lines are those that JUnit's console 1.14 prints.
class TestFeedTest {
  @Test
  void everyTestIsNamedWithItsResult() {
    var feed = new TestFeed();
    """
    JUnit Jupiter > CudaTest > copies() :: STARTED
    JUnit Jupiter > CudaTest > copies() :: SUCCESSFUL
    JUnit Jupiter > ParTest > sizes(int) > [1] 3 > 4 :: STARTED
    JUnit Jupiter > ParTest > sizes(int) > [1] 3 > 4 :: FAILED
    \torg.opentest4j.AssertionFailedError: expected: <1> but was: <2>
    \t\tat toco.refine.ParTest.sizes(ParTest.java:3)
    JUnit Jupiter > CudaTest > two() :: STARTED
    JUnit Jupiter > CudaTest > two() :: ABORTED
    \torg.opentest4j.TestAbortedException: Assumption failed: 1 CUDA devices
    \t\tat toco.bridge.CudaTest.two(CudaTest.java:28)
    JUnit Jupiter > GpuWorldTest :: SKIPPED
    \tReason: built without libgloo-dev
    JUnit Jupiter > CudaTest > hangs() :: STARTED
    warning: something else
    """
        .lines()
        .forEach(feed::accept);
    var result = feed.result();
    assertEquals(List.of("CudaTest > copies()"), result.passed());
    assertEquals(
        Map.of(
            "ParTest > sizes(int) > [1] 3 > 4",
            "org.opentest4j.AssertionFailedError: expected: <1> but was: <2>"),
        result.failed());
    assertEquals(
        Map.of(
            "CudaTest > two()",
            "org.opentest4j.TestAbortedException: Assumption failed: 1 CUDA devices",
            "GpuWorldTest",
            "Reason: built without libgloo-dev"),
        result.skipped());
    assertEquals(List.of("CudaTest > hangs()"), result.unfinished());
  }
}
