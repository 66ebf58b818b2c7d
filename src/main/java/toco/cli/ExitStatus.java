package toco.cli;

/// The exit statuses of `toco`.
final class ExitStatus {
  static final int SUCCESS = 0;
  static final int FAILURE = 1;
  static final int USAGE = 2;

  /// Finished, but without some images, which were named.
  static final int SKIPPED = 3;

  /// Stopped by Ctrl-C, with everything saved; shells give 128 + SIGINT.
  static final int STOPPED = 130;

  /// The program that reads the results has ended; shells give 128 + SIGPIPE.
  static final int READER_ENDED = 141;

  private ExitStatus() {}
}
