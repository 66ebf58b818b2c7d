package toco.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static toco.loss.LossTerm.CLS;
import static toco.loss.LossTerm.CLS_AUX;
import static toco.loss.LossTerm.CTC;
import static toco.loss.LossTerm.PTC;
import static toco.loss.LossTerm.REG;
import static toco.loss.LossTerm.SEG;

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
            new Phase(0, 8001, List.of(CLS, CLS_AUX)),
            new Phase(8001, 12001, List.of(CLS, CLS_AUX, SEG, REG)),
            new Phase(12001, 80000, List.of(CLS, CLS_AUX, PTC, CTC, SEG, REG))),
        phases("coco_deit_b.yaml", 0));
  }

  @Test
  void aResumedRunHasWhatIsLeft() {
    assertEquals(
        List.of(new Phase(4000, 20000, List.of(CLS, CLS_AUX, PTC, CTC, SEG, REG))),
        phases("voc_deit_b.yaml", 4000));
    assertEquals(List.of(), phases("voc_deit_b.yaml", 20000));
  }
}
