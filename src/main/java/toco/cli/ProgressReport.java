package toco.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import toco.demo.ComparisonListener;
import toco.download.ByteCount;
import toco.eval.Scores;
import toco.prepare.PrepareListener;
import toco.train.StepReport;

/// Progress on stderr. On a terminal one line is rewritten after each step; elsewhere, such as in a
/// log file, there is one line per logged step.
final class ProgressReport implements ComparisonListener, PrepareListener {
  private static final long REWRITE_NANOS = 200_000_000;
  // Without the terminal's line wrap, a line that is too long is cut and can still be rewritten.
  private static final String START_LIVE = "\r\033[K\033[?7l";
  private static final String END_LIVE = "\033[?7h";
  private static final String CLEAR = "\r\033[K";

  private final PrintWriter err;
  private final boolean live;
  private boolean lineShown;
  private String run = ""; // of several
  private String download = ""; // the file of the last one
  private long downloadStartNanos;
  private long downloadStartBytes;
  private long lastNanos = System.nanoTime() - REWRITE_NANOS;

  ProgressReport(PrintWriter err, boolean live) {
    this.err = err;
    this.live = live;
  }

  @Override
  public synchronized void onMessage(String line) {
    clear();
    err.println(line.replaceAll("\\p{Cntrl}", "?")); // names of files can hold any character
    err.flush();
  }

  @Override
  public synchronized void onRun(int number, int runs, String name) {
    run = "run %s/%s  ".formatted(number, runs);
    onMessage("run %s of %s: %s".formatted(number, runs, name));
  }

  @Override
  public synchronized void onStep(StepReport report) {
    if (!live) {
      if (report.logged()) {
        onMessage(run + describe(report));
      }
    } else if (isDue() || report.step() == report.maxIters()) {
      show(run + describe(report));
    }
  }

  @Override
  public synchronized void onEvaluation(long iter, Scores scores) {
    onMessage(
        String.format(
            Locale.ROOT,
            "step %d evaluated: CAM %.3f, aux CAM %.3f, seg %.3f mIoU, class F1 %.3f",
            iter,
            scores.camMiou(),
            scores.camAuxMiou(),
            scores.segMiou(),
            scores.classF1()));
  }

  @Override
  public void onEvaluationProgress(int done, int total) {
    onProgress("evaluating", done, total);
  }

  @Override
  public synchronized void onBytes(String name, long done, long total) {
    if (!name.equals(download)) {
      download = name;
      downloadStartNanos = System.nanoTime();
      downloadStartBytes = done; // of an earlier attempt
    }
    if (live && (isDue() || done == total)) {
      show(describe(name, done, total));
    }
  }

  /// `net.pth 12.3 MB of 88.3 MB 14 % 5.1 MB/s ETA 0:15`.
  private String describe(String name, long done, long total) {
    double seconds = (System.nanoTime() - downloadStartNanos) * 1e-9;
    double perSecond = (done - downloadStartBytes) / Math.max(1e-3, seconds);
    var speed = ByteCount.of(Math.round(perSecond));
    return total <= 0
        ? "%s %s  %s/s".formatted(name, ByteCount.of(done), speed)
        : "%s %s of %s  %s %%  %s/s  ETA %s"
            .formatted(
                name,
                ByteCount.of(done),
                ByteCount.of(total),
                100 * done / total,
                speed,
                duration((total - done) / perSecond));
  }

  /// Rewrites the live line during other work, such as reading images.
  @Override
  public synchronized void onProgress(String what, int done, int total) {
    if (live && (isDue() || done == total)) {
      show("%s %s/%s".formatted(what, done, total));
    }
  }

  /// Removes the live line before results or an error are printed.
  synchronized void clear() {
    if (lineShown) {
      err.print(CLEAR);
      err.flush();
      lineShown = false;
    }
  }

  static String describe(StepReport report) {
    return String.format(
        Locale.ROOT,
        "step %d/%d  %s  %.1f images/s  waiting for data %.1f %%  ETA %s",
        report.step(),
        report.maxIters(),
        losses(report.losses()),
        report.imagesPerSecond(),
        100 * report.dataWaitShare(),
        duration(report.etaSeconds()));
  }

  private static String losses(Map<String, Double> losses) {
    return losses.entrySet().stream()
        .filter(loss -> !loss.getKey().equals("emptySegParts")) // a count for the log file
        .map(loss -> String.format(Locale.ROOT, "%s %.3f", loss.getKey(), loss.getValue()))
        .collect(Collectors.joining(" "));
  }

  /// `1:23`, or `2:01:23` for hours.
  private static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "unknown";
    }
    long s = Math.max(0, Math.round(seconds));
    return s < 3600
        ? String.format(Locale.ROOT, "%s:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%s:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }

  private boolean isDue() {
    return System.nanoTime() - lastNanos >= REWRITE_NANOS;
  }

  private void show(String line) {
    err.print(START_LIVE + line + END_LIVE);
    err.flush();
    lineShown = true;
    lastNanos = System.nanoTime();
  }
}
