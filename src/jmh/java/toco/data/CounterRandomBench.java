package toco.data;

import org.openjdk.jmh.annotations.Benchmark;
import toco.Bench;

/// Random numbers, of which an augmented sample takes a few dozen and a synthetic image thousands.
public class CounterRandomBench extends Bench {
  private final CounterRandom random = new CounterRandom(0, 1, 2, 3);
  private int sample;

  /// Guards the generator itself, four numbers a block.
  @Benchmark
  public int nextBits() {
    return random.nextBits();
  }

  /// Guards what draws of the augmentation take.
  @Benchmark
  public double nextDouble() {
    return random.nextDouble();
  }

  /// Guards the noise of synthetic images.
  @Benchmark
  public double nextNormal() {
    return random.nextNormal();
  }

  /// A generator of its own for each sample and view, and a first number: guards that it stays
  /// cheap to make.
  @Benchmark
  public double firstNumberOfAPlace() {
    return new CounterRandom(0, 1, sample++, 3).nextDouble();
  }
}
