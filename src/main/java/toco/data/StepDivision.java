package toco.data;

/// How the samples of a training step are divided among processes, and within each process among
/// the micro-batches of gradient accumulation.
///
/// A sample keeps its position in the step's global batch, 0…total−1, however the batch is divided,
/// and everything random about a sample depends only on that position. So a step sees the same
/// views on one process as on several.
///
/// @param samples samples of one micro-batch in one process
/// @param rank rank of this process, 0…processes−1
/// @param processes number of processes (the world size)
/// @param microBatches micro-batches of each process whose gradients are accumulated in one step
public record StepDivision(int samples, int rank, int processes, int microBatches) {

  public StepDivision {
    if (samples < 1) {
      throw new IllegalArgumentException("samples per process must be ≥ 1, got " + samples);
    }
    if (processes < 1 || rank < 0 || rank >= processes) {
      throw new IllegalArgumentException(
          "rank must be in 0…%s of %s processes, got %s".formatted(processes - 1, processes, rank));
    }
    if (microBatches < 1) {
      throw new IllegalArgumentException("micro-batches must be ≥ 1, got " + microBatches);
    }
  }

  /// All samples in one micro-batch of one process.
  public static StepDivision undivided(int samples) {
    return new StepDivision(samples, 0, 1, 1);
  }

  /// Samples of a step in all processes and micro-batches (the global batch size).
  public int total() {
    return Math.multiplyExact(Math.multiplyExact(samples, processes), microBatches);
  }

  /// The position in the global batch of the first sample of one of this process's micro-batches.
  int firstPosition(int microBatch) {
    return (microBatch * processes + rank) * samples;
  }
}
