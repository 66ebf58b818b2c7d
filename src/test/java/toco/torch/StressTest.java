package toco.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Misuse throws an exception, never crashes, and leaks nothing.
class StressTest extends TensorLaws {
  private static final int THREADS = 8;
  private static final int CYCLES = 1_000_000;

  /// Closed, freed with scopes, kept, released: a million tensors from eight threads at once. A
  /// leak of 30 bytes per tensor adds 30 MB in every round; heaps that still grow do not.
  @Test
  void aMillionTensorsFromEightThreadsLeakNothing() throws Exception {
    long before = LibTorch.liveTensors();
    cycles(CYCLES); // lets Java's and the C library's heaps reach their full size
    var grownMb = new ArrayList<Long>();
    do {
      long residentKb = residentKb();
      cycles(CYCLES);
      grownMb.add((residentKb() - residentKb) / 1024);
    } while (grownMb.getLast() >= 30 && grownMb.size() < 5);
    assertEquals(before, LibTorch.liveTensors());
    assertTrue(grownMb.getLast() < 30, "resident memory grew in each round, by MB: " + grownMb);
  }

  private static void cycles(int count) throws Exception {
    try (var pool = Executors.newFixedThreadPool(THREADS)) {
      Callable<Void> work =
          () -> {
            for (int i = 0; i < count / THREADS / 8; i++) {
              cycle();
            }
            return null;
          };
      for (var done : pool.invokeAll(Collections.nCopies(THREADS, work))) {
        done.get();
      }
    }
  }

  /// Eight tensors.
  private static void cycle() {
    Tensor.ones(1).close();
    Tensor kept;
    try (var outer = TensorScope.open()) {
      Tensor.ones(4).add(1);
      try (var inner = TensorScope.open()) {
        kept = inner.keep(Tensor.zeros(2));
        Tensor.ones(2).mul(kept);
      }
      kept = TensorScope.release(outer.keep(kept.neg()));
    }
    kept.close();
    kept.close();
  }

  private static long residentKb() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    }
  }

  @Test
  void exceptionsInsideScopesLeakNothing() {
    long before = LibTorch.liveTensors();
    for (int i = 0; i < 1000; i++) {
      assertThrows(
          TorchException.class,
          () -> {
            try (var _ = TensorScope.open()) {
              var x = Tensor.ones(2, 3);
              try (var inner = TensorScope.open()) {
                inner.keep(x.add(1));
                x.add(2).matmul(x); // shapes that do not fit
              }
            }
          });
      assertThrows(
          IllegalArgumentException.class,
          () ->
              TensorScope.scoped(() -> {
                Tensor.ones(3).mul(2);
                throw new IllegalArgumentException("thrown by the caller");
              }));
    }
    assertEquals(before, LibTorch.liveTensors());
  }

  /// LibTorch finds the changed value only in the backward pass.
  @Test
  void exceptionsInBackwardLeakNothingAndGradientsStillWork() {
    long before = LibTorch.liveTensors();
    for (int i = 0; i < 200; i++) {
      try (var _ = TensorScope.open()) {
        var x = floats(1, 2, 3).requiresGrad_(true);
        var hidden = x.mul(2).exp();
        var loss = hidden.mul(hidden).sum();
        hidden.mul_(3);
        var thrown = assertThrows(TorchException.class, loss::backward);
        assertMessage(thrown, "modified by an inplace operation");
        x.square().sum().backward();
        assertElements(x.grad(), 2, 4, 6);
        assertThrows(TorchException.class, () -> floats(1).sum().backward()); // no graph
      }
    }
    assertEquals(before, LibTorch.liveTensors());
  }

  @Test
  void gradModeIsRestoredByExceptions() {
    assertThrows(
        TorchException.class,
        () -> {
          try (var _ = GradMode.noGrad();
              var _ = InferenceMode.enter()) {
            floats(1, 2).matmul(floats(1, 2, 3));
          }
        });
    assertTrue(floats(1).requiresGrad_(true).mul(2).requiresGrad());
  }

  /// Only one of them may free the handle: a second free would crash.
  @Test
  void twoThreadsThatCloseOneTensorFreeItOnce() throws InterruptedException {
    int rounds = 300_000; // with a plain field the JVM crashed in each of three runs of a million
    long before = LibTorch.liveTensors();
    var started = new AtomicInteger();
    var finished = new AtomicInteger();
    var shared = new AtomicReference<Tensor>();
    var other =
        Thread.ofPlatform()
            .start(() -> {
              for (int round = 1; round <= rounds; round++) {
                awaitRound(started, round);
                shared.get().close();
                finished.set(round);
              }
            });
    for (int round = 1; round <= rounds; round++) {
      shared.set(TensorScope.release(Tensor.ones(1)));
      started.set(round);
      shared.get().close();
      awaitRound(finished, round);
      assertEquals(before, LibTorch.liveTensors());
    }
    other.join();
  }

  private static void awaitRound(AtomicInteger counter, int round) {
    while (counter.get() < round) {
      Thread.onSpinWait();
    }
  }

  @Test
  void modesOfAnyKindCloseInTheReverseOrderOnTheirThread() throws InterruptedException {
    var x = TensorScope.release(floats(1).requiresGrad_(true));
    var noGrad = GradMode.noGrad();
    var inference = InferenceMode.enter();
    var autocast = Autocast.on(Device.CPU, DType.BFLOAT16);
    assertMessage(assertThrows(IllegalStateException.class, noGrad::close), "inner Autocast");
    assertMessage(assertThrows(IllegalStateException.class, inference::close), "inner Autocast");
    assertMessage(onAnotherThread(autocast::close), "Autocast of thread");
    autocast.close();
    assertMessage(assertThrows(IllegalStateException.class, noGrad::close), "inner InferenceMode");
    inference.close();
    assertMessage(onAnotherThread(noGrad::close), "on thread 'other'");
    assertFalse(x.mul(2).requiresGrad());
    noGrad.close();
    noGrad.close(); // does nothing
    assertTrue(x.mul(2).requiresGrad());
    x.close();
  }

  @Test
  void usingClosedObjectsThrows() {
    var tensor = Tensor.ones(2);
    tensor.close();
    var other = floats(1, 2);
    List<Runnable> uses =
        List.of(
            tensor::shape,
            () -> tensor.add(1),
            () -> other.add(tensor),
            () -> Tensor.cat(List.of(other, tensor), 0),
            tensor::segment,
            tensor::toFloatArray,
            () -> new TensorList(List.of(tensor)).zeroGrad(),
            () -> Ops.call("aten::relu", tensor),
            () -> other.index(Index.of(tensor)),
            tensor::backward);
    for (var use : uses) {
      assertThrows(IllegalStateException.class, use::run);
    }
    var scope = TensorScope.open();
    var inside = Tensor.ones(1);
    scope.close();
    scope.close();
    assertTrue(inside.isClosed());
    assertThrows(IllegalStateException.class, () -> scope.keep(other));
    var generator = Generator.seeded(Device.CPU, 1);
    generator.close();
    assertThrows(IllegalStateException.class, () -> generator.rand(1));
  }

  @Test
  void scopesOfOtherThreadsAndOutOfOrderThrow() throws InterruptedException {
    var outer = TensorScope.open();
    var tensor = Tensor.ones(1);
    var inner = TensorScope.open();
    assertThrows(IllegalStateException.class, outer::close);
    assertThrows(IllegalArgumentException.class, () -> inner.keep(tensor));
    assertTrue(onAnotherThread(inner::close) instanceof IllegalStateException);
    assertTrue(onAnotherThread(tensor::close) instanceof IllegalStateException);
    assertTrue(onAnotherThread(() -> tensor.add(1)) instanceof IllegalStateException);
    inner.close();
    outer.close();
  }

  /// The scope of a dead thread cannot be closed: its tensors stay until the process ends, and
  /// other threads cannot use them. Released tensors can be used.
  @Test
  void aThreadThatDiesWithAnOpenScopeAffectsNoOther() throws InterruptedException {
    var left = new AtomicReference<Tensor>();
    var released = new AtomicReference<Tensor>();
    var thread =
        Thread.ofPlatform()
            .start(() -> {
              TensorScope.open(); // never closed
              left.set(Tensor.ones(1));
              released.set(TensorScope.release(Tensor.ones(1)));
            });
    thread.join();
    assertThrows(IllegalStateException.class, () -> left.get().add(1));
    assertEquals(2, released.get().add(1).item());
    released.get().close();
    assertFalse(left.get().isClosed());
    left.get().scope = null; // only for this test's leak count; no method does this
    left.get().close();
  }
}
