package toco.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;

/// Locks between processes. Some network file systems have none: Lustre unless mounted with
/// `flock`, NFS without its lock service.
public final class FileLocks {
  /// What came of an attempt.
  public enum Outcome {
    /// It is locked until the channel is closed.
    HELD,
    /// Another process, or another part of this one, holds the lock.
    TAKEN,
    /// The file system has no locks: nothing keeps others away.
    UNSUPPORTED
  }

  private FileLocks() {}

  /// Locks a file if nobody else has.
  public static Outcome tryLock(FileChannel channel) {
    try {
      return channel.tryLock() == null ? Outcome.TAKEN : Outcome.HELD;
    } catch (OverlappingFileLockException e) {
      return Outcome.TAKEN;
    } catch (IOException e) {
      return Outcome.UNSUPPORTED;
    }
  }

  /// Locks a file, and waits for others if necessary.
  public static Outcome lock(FileChannel channel) {
    try {
      channel.lock();
      return Outcome.HELD;
    } catch (IOException e) {
      return Outcome.UNSUPPORTED;
    }
  }
}
