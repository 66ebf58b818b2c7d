package toco.track;

import java.time.Duration;

/// How a run ended, by MLflow's names.
public enum RunEnd {
  /// It trained to its last step.
  FINISHED(15),
  /// It was stopped, and can be resumed.
  KILLED(5),
  FAILED(5);

  private final int seconds;

  RunEnd(int seconds) {
    this.seconds = seconds;
  }

  /// How long the program waits for what is not sent yet: whoever stopped it waits for that, too.
  Duration patience() {
    return Duration.ofSeconds(seconds);
  }
}
