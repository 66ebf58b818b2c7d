package toco.data;

/// How the samples of a training step are divided: among processes, and within each among the
/// rounds of gradient accumulation.
///
/// A sample keeps its place in the step's batch, 0…total−1, however the batch is divided, and all
/// that is random about a sample depends on that place alone. So the same step sees the same views
/// on one process as on several.
///
/// @param samples that go through the network together, in one process
/// @param rank this process, 0…processes−1
/// @param processes how many there are
/// @param rounds batches of each process whose gradients make up one step
public record StepDivision(int samples, int rank, int processes, int rounds) {

  public StepDivision {
    if (samples < 1) {
      throw new IllegalArgumentException("samples a process must be ≥ 1, got " + samples);
    }
    if (processes < 1 || rank < 0 || rank >= processes) {
      throw new IllegalArgumentException(
          "rank must be in 0…%d of %d processes, got %d".formatted(processes - 1, processes, rank));
    }
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be ≥ 1, got " + rounds);
    }
  }

  /// All samples at once in one process.
  public static StepDivision undivided(int samples) {
    return new StepDivision(samples, 0, 1, 1);
  }

  /// Samples of a step in all processes and rounds.
  public int total() {
    return Math.multiplyExact(Math.multiplyExact(samples, processes), rounds);
  }

  /// The place in the step's batch of the first sample of this process's batch in a round.
  int firstPlace(int round) {
    return (round * processes + rank) * samples;
  }
}
