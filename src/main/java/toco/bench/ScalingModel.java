package toco.bench;

import java.util.ArrayList;
import java.util.List;

/// Simulates a data-parallel training step: the forward pass, the backward pass in which gradients
/// come to be one after the other, their buckets on their way through one channel, the optimizer.
/// All times in milliseconds.
///
/// @param forwardMs of one process
/// @param backwardMs of one process
/// @param bucketingMs of one process that has others: copying gradients into buckets, dividing
///   them, copying means back
/// @param optimizerMs of one process
/// @param gradients in the order in which they come to be
/// @param bucketBytes gradients that travel together
public record ScalingModel(
    double forwardMs,
    double backwardMs,
    double bucketingMs,
    double optimizerMs,
    List<Gradient> gradients,
    long bucketBytes) {

  public ScalingModel {
    gradients = List.copyOf(gradients);
    if (bucketBytes < 1) {
      throw new IllegalArgumentException("a bucket must have room for a byte, got " + bucketBytes);
    }
  }

  /// A gradient.
  ///
  /// @param readyAt the share of the backward pass that is over when it is complete, 0…1
  public record Gradient(long bytes, double readyAt) {}

  /// How processes are connected.
  ///
  /// @param perHost processes on each host
  /// @param withinGBs bytes that a process can send and receive at once to one of its host, 10⁹ a
  ///   second
  /// @param betweenGBs the same from host to host, for all processes of a host together
  /// @param withinUs time for a first byte within a host
  /// @param betweenUs the same between hosts
  public record Links(
      int perHost, double withinGBs, double betweenGBs, double withinUs, double betweenUs) {

    /// The time of an all-reduce: a ring within each host, and rings between the hosts, each over
    /// its process's share of the bytes.
    double allReduceMs(double bytes, int processes) {
      int local = Math.min(perHost, processes);
      int hosts = Math.ceilDiv(processes, perHost);
      return ringMs(bytes, local, withinGBs, withinUs)
          + ringMs(bytes, hosts, betweenGBs, betweenUs);
    }

    private static double ringMs(double bytes, int members, double gbs, double us) {
      int turns = 2 * (members - 1);
      return turns * (bytes / members / (gbs * 1e6) + us * 1e-3);
    }
  }

  /// A step on so many processes.
  ///
  /// @param stepMs in all
  /// @param exposedMs of it, waiting for gradients when the backward pass is over
  /// @param communicationMs of all buckets, hidden or not
  public record Step(int processes, double stepMs, double exposedMs, double communicationMs) {}

  /// Simulates a step.
  public Step on(int processes, Links links) {
    double over = forwardMs + backwardMs;
    double free = 0; // when the channel is
    double busy = 0;
    if (processes > 1) {
      for (var bucket : buckets()) {
        double ready = forwardMs + backwardMs * bucket.readyAt();
        double ms = links.allReduceMs((double) bucket.bytes(), processes);
        free = Math.max(free, ready) + ms;
        busy += ms;
      }
    }
    double exposed = Math.max(0, free - over);
    double bucketing = processes > 1 ? bucketingMs : 0;
    return new Step(processes, over + exposed + bucketing + optimizerMs, exposed, busy);
  }

  /// Gradients that travel together, ready when the last of them is.
  private List<Gradient> buckets() {
    var buckets = new ArrayList<Gradient>();
    long bytes = 0;
    double readyAt = 0;
    for (var gradient : gradients) {
      if (bytes > 0 && bytes + gradient.bytes() > bucketBytes) {
        buckets.add(new Gradient(bytes, readyAt));
        bytes = 0;
      }
      bytes += gradient.bytes();
      readyAt = Math.max(readyAt, gradient.readyAt());
    }
    if (bytes > 0) {
      buckets.add(new Gradient(bytes, readyAt));
    }
    return buckets;
  }

  /// Bytes of all gradients.
  public long bytes() {
    return gradients.stream().mapToLong(Gradient::bytes).sum();
  }
}
