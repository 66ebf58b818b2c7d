package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.train.StepReport;

class ProgressReportTest {
  private final StringWriter text = new StringWriter();

  @Test
  void inALogFileEveryLoggedStepIsALine() {
    var progress = new ProgressReport(new PrintWriter(text), false);
    progress.onStep(step(1, false));
    progress.onStep(step(2, true));
    assertEquals(
        "step 2/4  cls 0.500  12.3 images/s  waiting for data 0.4 %  ETA 1:01:05\n",
        text.toString());
  }

  @Test
  void onATerminalOneLineIsRewrittenAndMessagesStay() {
    var progress = new ProgressReport(new PrintWriter(text), true);
    progress.onStep(step(1, false));
    progress.onStep(step(2, true)); // too soon after the first
    progress.onMessage("saved");
    progress.onStep(step(4, true));
    progress.clear();
    var plain = text.toString().replaceAll("\\033\\[[?0-9]*[a-zA-Z]", "").replaceAll(" +", " ");
    assertTrue(plain.matches("\\rstep 1/4 .*\\rsaved\\n\\rstep 4/4 .*\\r"), plain);
  }

  /// A file's name can hold line feeds and a terminal's commands.
  @Test
  void aMessageIsOneLineOfText() {
    new ProgressReport(new PrintWriter(text), false).onMessage("two\nlines\u001b[2J.jpg");
    assertEquals("two?lines?[2J.jpg\n", text.toString());
  }

  private static StepReport step(long step, boolean logged) {
    return new StepReport(step, 4, Map.of("cls", 0.5), 12.34, 3665, 0.004, logged);
  }
}
