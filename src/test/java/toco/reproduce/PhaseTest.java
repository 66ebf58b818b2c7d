package toco.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.config.Config;

class PhaseTest {
  private static List<Phase> phases(String file, long done) {
    return Phase.of(Config.load(Path.of("configs", file), List.of()), done);
  }

  @Test
  void phasesFollowTheStartsOfTheLosses() {
    assertEquals(
        List.of(
            new Phase(0, 8001, List.of("cls", "clsAux")),
            new Phase(8001, 12001, List.of("cls", "clsAux", "seg", "reg")),
            new Phase(12001, 80000, List.of("cls", "clsAux", "ptc", "ctc", "seg", "reg"))),
        phases("coco_deit_b.yaml", 0));
  }

  @Test
  void aResumedRunHasWhatIsLeft() {
    assertEquals(
        List.of(new Phase(4000, 20000, List.of("cls", "clsAux", "ptc", "ctc", "seg", "reg"))),
        phases("voc_deit_b.yaml", 4000));
    assertEquals(List.of(), phases("voc_deit_b.yaml", 20000));
  }
}
