package toco.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.files.Sha256;
import toco.prepare.PublishedLists.Names;

class ListCheckTest {
  private static final Names PUBLISHED =
      new Names("val.txt", 2, Sha256.ofLines(List.of("2007_000033", "2007_000042")));

  @TempDir Path folder;

  private PreflightCheck check(String text) throws IOException {
    return ListCheck.check(Files.writeString(folder.resolve("val.txt"), text), PUBLISHED, true);
  }

  @Test
  void equalNamesAreAsPublishedWhateverTheirLineEnds() throws IOException {
    for (var text :
        List.of(
            "2007_000033\n2007_000042\n",
            "2007_000033\r\n2007_000042",
            "val2007/2007_000033\n\nval2007/2007_000042\n")) {
      assertEquals(PreflightCheck.Status.OK, check(text).status(), text);
    }
  }

  @Test
  void anotherOrderIsNoted() throws IOException {
    assertEquals(PreflightCheck.Status.NOTE, check("2007_000042\n2007_000033\n").status());
  }

  @Test
  void otherNamesOrNumbersOfThemDiffer() throws IOException {
    var fewer = check("2007_000033\n");
    assertEquals(PreflightCheck.Status.DIFFERS, fewer.status());
    assertTrue(fewer.text().contains("expected 2 names, got 1"), fewer.text());
    var others = check("2007_000033\n2007_000043\n");
    assertEquals(PreflightCheck.Status.DIFFERS, others.status());
    assertTrue(others.text().contains(String.valueOf(PUBLISHED.sha256())), others.text());
  }

  @Test
  void aMissingListIsAnErrorOnlyWhereItIsRead() {
    var nowhere = folder.resolve("nowhere.txt");
    assertEquals(PreflightCheck.Status.ERROR, ListCheck.check(nowhere, PUBLISHED, true).status());
    assertEquals(PreflightCheck.Status.NOTE, ListCheck.check(nowhere, PUBLISHED, false).status());
  }
}
