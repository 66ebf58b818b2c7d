package toco.demo;

import java.util.List;
import java.util.function.LongSupplier;
import toco.loss.LossSchedule;
import toco.train.StepReport;
import toco.train.TrainingListener;

/// Says how long the training will take: a few steps after a start, and again a few steps after
/// further losses have begun, because steps take longer then. Until then it speaks of the steps
/// before that alone.
final class TimeEstimate extends ForwardingListener {
  private static final int MEASURED_STEPS = 5;
  private static final double SHORT_S = 60; // too short to be worth a line

  private final List<Long> changes;
  private final LongSupplier nanoTime;
  private long end = -1;
  private long firstStep;
  private long firstNs;

  TimeEstimate(TrainingListener listener, LossSchedule losses) {
    this(listener, losses, System::nanoTime);
  }

  /// @param nanoTime a clock, ns
  TimeEstimate(TrainingListener listener, LossSchedule losses, LongSupplier nanoTime) {
    super(listener);
    changes = losses.changes();
    this.nanoTime = nanoTime;
  }

  @Override
  public void onStep(StepReport report) {
    long step = report.step();
    long stepsEnd = stepsEnd(step, report.maxIters());
    if (stepsEnd != end) {
      end = stepsEnd;
      firstStep = step;
      firstNs = nanoTime.getAsLong();
    } else if (step == firstStep + MEASURED_STEPS) {
      double stepSeconds = (nanoTime.getAsLong() - firstNs) * 1e-9 / MEASURED_STEPS;
      say(step, stepSeconds * (end - step), end == report.maxIters());
    }
    super.onStep(report);
  }

  /// @return the last step with the losses of a step
  private long stepsEnd(long step, long maxIters) {
    return changes.stream().filter(it -> it >= step && it < maxIters).findFirst().orElse(maxIters);
  }

  private void say(long step, double seconds, boolean isLast) {
    if (seconds < SHORT_S) {
      return;
    }
    long minutes = Math.round(seconds / 60);
    onMessage(
        isLast
            ? "about %s min for the remaining %s steps on this machine"
                .formatted(minutes, end - step)
            : "about %s min to step %s on this machine; steps take longer from there on"
                .formatted(minutes, end));
  }
}
