package toco.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.OptimConfig.Kind;
import toco.model.Toco;
import toco.optim.ParamGroup;
import toco.torch.Device;

class PublishedOptimizerTest {
  @Test
  void polyDropsAtTheEndOfWarmupBecauseItCountsFromZero() {
    var schedule = new PublishedSchedule(Kind.POLY_WARMUP_ADAMW, 1500, 20000, 1e-6, 0.9);
    assertEquals(6e-5 * 1e-6, schedule.lrAt(0, 6e-5), 1e-18);
    assertEquals(6e-5 * Math.pow(1 - 1500 / 20000.0, 0.9), schedule.lrAt(1500, 6e-5), 1e-12);
    assertTrue(schedule.lrAt(1499, 6e-5) > schedule.lrAt(1500, 6e-5));
    assertEquals(
        schedule.lrAt(19999, 6e-5),
        schedule.lrAt(20000, 6e-5)); // past the last step the rate stays
  }

  @Test
  void everyTrainableWeightIsInOneGroup() {
    var config = Config.load(Path.of("configs/demo.yaml"), List.of());
    try (var model = new Toco(config.model(), Device.CPU)) {
      var groups = ParamGroups.of(model.params(), config.optim());
      var grouped = groups.stream().flatMap(group -> group.names().stream()).toList();
      var trainable = model.params().trainable();
      assertEquals(
          trainable.keySet().stream().sorted().toList(), grouped.stream().sorted().toList());
      model
          .params()
          .all()
          .forEach((name, weight) ->
              assertEquals(trainable.containsKey(name), weight.requiresGrad(), name));
      assertTrue(grouped.contains("proj_head.mlp.0.weight"));
      assertFalse(grouped.contains("proj_head_t.mlp.0.weight"));
      assertEquals(1e-3, groups.get(0).lr());
      assertEquals(5e-3, groups.get(2).lr(), 1e-12);
      assertEquals(3e-3, groups.get(3).lr(), 1e-12);
      groups.forEach(ParamGroup::close);
    }
  }
}
