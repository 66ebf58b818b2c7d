package toco.serve;

import java.time.Duration;

/// What requests may use.
///
/// @param uploadBytes of one body
/// @param pixels of one uploaded image
/// @param workers platform threads that run networks
/// @param queue requests that wait for them; further ones are refused with 429
/// @param openRequests requests that are handled at a time
/// @param reading time in which a request must have arrived
/// @param writing time in which its answer must have been taken
public record ServeLimits(
    long uploadBytes,
    long pixels,
    int workers,
    int queue,
    int openRequests,
    Duration reading,
    Duration writing) {
  /// Those of the command line without options.
  public static final ServeLimits STANDARD =
      new ServeLimits(
          20 << 20, 40_000_000, 1, 16, 256, Duration.ofSeconds(20), Duration.ofSeconds(60));

  public ServeLimits {
    if (uploadBytes < 1 || uploadBytes > 1 << 30 || pixels < 1) {
      throw new IllegalArgumentException(
          "uploads must be of 1 byte to 1 GiB and of at least 1 pixel, got %s and %s"
              .formatted(uploadBytes, pixels));
    }
    if (workers < 1 || queue < 1 || openRequests < 1) {
      throw new IllegalArgumentException(
          "workers, queue and open requests must be at least 1, got %s, %s and %s"
              .formatted(workers, queue, openRequests));
    }
  }
}
