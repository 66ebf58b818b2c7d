package toco.serve;

import static java.util.Comparator.comparingDouble;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The list of runs and their charts, in Chromium.
class RunsPageTest extends PageFixture {
  @BeforeEach
  void showRuns() {
    server.runs.addAll(StandInRun.examples());
    leave();
    browser.open(server.address().resolve("#runs"), WIDTH, HEIGHT, false);
    browser.await("charts", () -> browser.isShown("#training .line"));
  }

  @SuppressWarnings("unchecked")
  private static List<String> names() {
    return (List<String>)
        browser.script(
            "return [...document.querySelectorAll('tbody th button')].map((e) => e.textContent)");
  }

  @Test
  void columnsSortBothWays() {
    browser.click("[data-focus=sort-cam]");
    var names = names();
    assertEquals("first-try", names.getLast(), "has no scores");
    assertEquals(names.stream().sorted(comparingDouble(name -> -cam(name))).toList(), names);
    browser.click("[data-focus=sort-name]");
    assertEquals(
        List.of("first-try", "more-seed-1", "with-contrasts", "without-contrasts"), names());
    assertEquals(
        "ascending", browser.find("th:has([data-focus=sort-name])").getDomAttribute("aria-sort"));
    browser.click("[data-focus=sort-name]");
    assertEquals("without-contrasts", names().getFirst());
  }

  private static double cam(String run) {
    var text =
        String.valueOf(
            browser.script(
                """
                return [...document.querySelectorAll('tbody tr')]
                  .find((row) => row.querySelector('th button').textContent === arguments[0])
                  .cells[4].textContent;
                """,
                run));
    return text.equals("–") ? -1 : Double.parseDouble("0" + text);
  }

  @Test
  void aRunThatTrainsGrowsInTheCharts() {
    var run = server.runs.get(2);
    browser.awaitText("#runs-table", "420 of 600, 2 min left");
    var before = browser.attribute("#training .line.main", "d");
    assertTrue(label("Total").endsWith("at step 420."), label("Total"));
    run.train(500);
    browser.await("step 500", () -> label("Total").endsWith("at step 500."));
    browser.awaitText(".facts", "500 of 600");
    browser.await(
        "a longer curve", () -> !browser.attribute("#training .line.main", "d").equals(before));
    browser.await(
        "the newest picture",
        () -> browser.attribute(".run-pictures img", "alt").endsWith("after step 500"));
    run.train(600);
    browser.awaitText("#announcer", "600 of 600, finished");
    assertEquals(List.of(), browser.errors());
  }

  /// A chart in words.
  private static String label(String title) {
    return String.valueOf(
        browser.script(
            """
            return [...document.querySelectorAll('#training .chart')]
              .find((chart) => chart.querySelector('b').textContent === arguments[0])
              .querySelector('svg').getAttribute('aria-label');
            """,
            title));
  }

  @Test
  void metricsAreReadOnFromWhereTheLastReadingEnded() {
    int read = server.requests.size();
    browser.await(
        "further polls",
        () ->
            server.requests.stream().skip(read).filter(path -> path.contains("/metrics")).count()
                >= 2);
    assertTrue(
        server.requests.stream().skip(read).noneMatch(path -> path.endsWith("metrics?from=0")),
        server.requests::toString);
  }

  @Test
  void twoRunsLieOverEachOther() {
    browser.click("[data-focus=tick-id-without-contrasts]");
    browser.await("a second curve", () -> browser.isShown("#training .line.other"));
    assertTrue(label("CAM mIoU").contains("without-contrasts"), label("CAM mIoU"));
    browser.await(
        "both in the address",
        () ->
            browser
                .script("return location.hash")
                .equals("#runs/id-more-seed-1/id-without-contrasts"));
    browser.click("[data-focus=tick-id-more-seed-1]");
    browser.await("one curve", () -> !browser.isShown("#training .line.other"));
  }

  @Test
  void anEmptyFolderSaysWhatWillComeAndShowsIt() {
    server.runs.clear();
    leave();
    browser.open(server.address().resolve("#runs"), WIDTH, HEIGHT, false);
    browser.awaitText("#runs-table", "No runs in this folder yet");
    var run = new StandInRun("new", 0.5);
    run.train(150);
    server.runs.add(run);
    browser.await("its chart", () -> browser.isShown("#training .line"));
  }
}
