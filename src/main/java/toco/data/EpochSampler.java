package toco.data;

import java.util.Arrays;

/// Which samples make up each batch of a process, as a pure function of (seed, batch number,
/// division of the steps).
///
/// Every epoch visits the data in a new order and deals it out to steps, the processes and rounds
/// of each side by side: no sample comes twice in an epoch, and a last step that would be
/// incomplete is left out. Since a batch's number alone determines it, a resumed run goes on
/// exactly where it stopped, on as many processes as it likes.
///
/// Safe for use by several threads.
public final class EpochSampler {
  /// The place of the epoch's order among the streams of [CounterRandom]; samples are counted from
  /// 0, so no sample's own draws lie here.
  private static final int ORDER_STREAM = -1;

  private final long seed;
  private final int size;
  private final StepDivision division;
  private volatile Order latest = new Order(-1, new int[0]);

  /// One process's sampler.
  ///
  /// @param seed the run's seed, the same in all processes
  /// @param size number of samples in the data set
  /// @throws DataException if they are too few for one step
  public EpochSampler(long seed, int size, StepDivision division) {
    if (size < division.total()) {
      throw new DataException(
          ("%d samples are too few for one step of %d (%d × %d processes × %d rounds);"
                  + " lower train.samplesPerProcess or add images")
              .formatted(
                  size,
                  division.total(),
                  division.samples(),
                  division.processes(),
                  division.rounds()));
    }
    this.seed = seed;
    this.size = size;
    this.division = division;
  }

  /// A batch of this process.
  ///
  /// @param number batches of this process since the start of the run, from 0
  public Batch batchAt(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("batch number must be ≥ 0, got " + number);
    }
    int epoch = Math.toIntExact(number / batchesPerEpoch());
    int position = (int) (number % batchesPerEpoch());
    int rounds = division.rounds();
    int firstPlace = division.firstPlace(position % rounds);
    int first = position / rounds * division.total() + firstPlace;
    var indices = Arrays.copyOfRange(order(epoch), first, first + division.samples());
    return new Batch(epoch, position, number / rounds, firstPlace, indices);
  }

  /// Samples in each of this process's batches.
  public int batchSize() {
    return division.samples();
  }

  /// Batches that each process takes in an epoch, all rounds of its steps counted.
  public int batchesPerEpoch() {
    return size / division.total() * division.rounds();
  }

  /// A batch.
  ///
  /// @param epoch passes over the data completed before it
  /// @param position which of this process's batches of the epoch, from 0
  /// @param step the training step that it belongs to, from 0
  /// @param firstPlace the place of its first sample in the step's whole batch
  /// @param indices of its samples in the data set, in order
  @SuppressWarnings("ArrayRecordComponent") // handed on to the loader, never compared
  public record Batch(int epoch, int position, long step, int firstPlace, int[] indices) {}

  private int[] order(int epoch) {
    var known = latest;
    if (known.epoch() == epoch) {
      return known.indices();
    }
    int[] order = new CounterRandom(seed, epoch, ORDER_STREAM, 0).permutation(size);
    latest = new Order(epoch, order);
    return order;
  }

  @SuppressWarnings("ArrayRecordComponent") // a memo, never compared
  private record Order(int epoch, int[] indices) {}
}
