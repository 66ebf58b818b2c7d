package toco.bench;

import java.util.ArrayList;
import java.util.List;

/// Simulates a data-parallel training step: the forward pass, the backward pass in which gradients
/// become ready one after the other, the all-reduce of their buckets through one channel, the
/// optimizer. All times are in milliseconds.
///
/// @param forwardMs forward pass of one process
/// @param backwardMs backward pass of one process
/// @param bucketingMs copying gradients into buckets, dividing them and copying means back; only
///   with several processes
/// @param optimizerMs optimizer step of one process
/// @param gradients in the order in which they become ready
/// @param bucketBytes bytes of gradients that are all-reduced together
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
      throw new IllegalArgumentException("a bucket must have at least 1 byte, got " + bucketBytes);
    }
  }

  /// A gradient.
  ///
  /// @param readyAt the share of the backward pass that is done when the gradient is complete, 0…1
  public record Gradient(long bytes, double readyAt) {}

  /// How processes are connected.
  ///
  /// @param perHost processes on each host
  /// @param withinGBs bandwidth between two processes of a host, in each direction, 10⁹ bytes per
  ///   second
  /// @param betweenGBs the same between hosts, for all processes of a host together
  /// @param withinUs latency within a host, microseconds
  /// @param betweenUs latency between hosts, microseconds
  public record Links(
      int perHost, double withinGBs, double betweenGBs, double withinUs, double betweenUs) {

    /// The time of an all-reduce: a ring within each host and rings between the hosts, each ring
    /// over its process's share of the bytes.
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

  /// A step on a number of processes.
  ///
  /// @param stepMs total time
  /// @param exposedMs part of it: waiting for gradients after the backward pass
  /// @param communicationMs all-reduce of all buckets, overlapped or not
  public record Step(int processes, double stepMs, double exposedMs, double communicationMs) {}

  /// Simulates a step.
  public Step on(int processes, Links links) {
    double over = forwardMs + backwardMs;
    double free = 0; // when the channel becomes free
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

  /// Gradients that are all-reduced together; ready when the last of them is.
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
