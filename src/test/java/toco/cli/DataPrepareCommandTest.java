package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.prepare.MiniVoc;

/// `toco data prepare`.
class DataPrepareCommandTest {
  @TempDir Path folder;

  private Path archives() throws IOException {
    var from = folder.resolve("from");
    MiniVoc.writeArchives(from);
    Files.move(from.resolve("voc.tar"), from.resolve("VOCtrainval_11-May-2012.tar"));
    return from;
  }

  @Test
  void whatIsPreparedPassesTheCheck() throws IOException {
    var root = folder.resolve("VOC2012");
    var made =
        Cli.run(
            "data",
            "prepare",
            "voc2012",
            "--root",
            root,
            "--from",
            archives(),
            "--allow-differences");
    assertEquals(0, made.status(), made.err());
    assertEquals(
        """
        voc2012 is prepared in ROOT
          lists   train 2, val 1, train_aug 4
          images  5, all with labels
          masks   5
          use     toco train configs/voc_deit_b.yaml --set data.root=ROOT
        """
            .replace("ROOT", root.toString()),
        made.out());
    assertTrue(made.err().contains("is not the published archive: it has "), made.err());
    assertTrue(made.err().contains(" bytes, expected 1999639040"), made.err());

    var checked = Cli.run("data", "check", "configs/voc_deit_b.yaml", "--set", "data.root=" + root);
    assertEquals(0, checked.status(), checked.out() + checked.err());
  }

  @Test
  void withoutSbdTheLineSaysWhichListTrains() throws IOException {
    var made =
        Cli.run(
            "data",
            "prepare",
            "voc2012",
            "--no-sbd",
            "--root",
            folder.resolve("VOC2012"),
            "--from",
            archives(),
            "--allow-differences");
    assertEquals(0, made.status(), made.err());
    assertTrue(made.out().endsWith(" --set data.trainList=lists/train.txt\n"), made.out());
    assertTrue(made.out().contains("note    without SBD's benchmark.tgz"), made.out());
  }

  @Test
  void anArchiveThatIsNotThePublishedOneIsOneLine() throws IOException {
    var made =
        Cli.run(
            "data",
            "prepare",
            "voc2012",
            "--root",
            folder.resolve("VOC2012"),
            "--from",
            archives());
    assertEquals(1, made.status());
    assertTrue(
        made.err().contains("VOCtrainval_11-May-2012.tar is not the published archive: it has"),
        made.err());
    assertEquals("", made.out());
  }
}
