import module java.base;

import toco.batch.Augmentation;
import toco.batch.ViewSampler;
import toco.config.Config;
import toco.distributed.World;
import toco.host.Devices;
import toco.loss.LossSchedule;
import toco.loss.LossTerm;
import toco.model.Encoder.Tokens;
import toco.model.Network;
import toco.model.Toco;
import toco.recipe.Objective;
import toco.recipe.Recipe;
import toco.recipe.StepClock;
import toco.recipe.toco.TocoLosses;
import toco.recipe.toco.TocoObjective;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.train.StepReport;
import toco.train.Trainer;
import toco.train.TrainingListener;

/// ToCo and one more term: the CAMs of a mirrored image should be its mirrored CAMs.
record MirrorRecipe(Config config) implements Recipe {
  static final LossTerm MIRROR = new LossTerm("mirror", "Mirrored CAMs");
  static final LossSchedule.Entry WEIGHT = new LossSchedule.Entry(MIRROR, 0.1, 2); // from step 2 on

  public LossSchedule losses() {
    return TocoLosses.of(config).plus(WEIGHT);
  }

  public ViewSampler views() {
    return Augmentation.of(config); // ToCo's
  }

  public Network network(Device device) {
    return new Toco(config.model(), device);
  }

  public Objective objective(Device device, World world, StepClock clock) {
    var model = new Toco(config.model(), device, Devices.autocastDtype(config.train()));
    return TocoObjective.of(model, config, world)
        .timedBy(clock)
        .plus(WEIGHT, (batch, tokens) -> mirror(model, batch.view1(), tokens));
  }

  /// @param tokens of the images, from ToCo's own pass
  static Tensor mirror(Network model, Tensor images, Tokens tokens) {
    var cam = model.cam(tokens.patchMap()); // [B, K, h, w]
    var ofMirrored = model.cam(model.encode(images.flip(3)).patchMap());
    return ofMirrored.flip(3).sub(cam.detach()).abs().mean();
  }
}

/// Trains it: checkpoints, log, pictures and evaluation are those of `toco train`.
void main(String[] arguments) {
  var overrides = List.of(arguments).subList(1, arguments.length);
  var config = Config.load(Path.of(arguments[0]), overrides);
  TrainingListener listener =
      new TrainingListener() {
        public void onMessage(String line) {
          IO.println(line);
        }

        public void onStep(StepReport report) {
          if (report.logged()) {
            IO.println("step %4d  %s".formatted(report.step(), report.losses()));
          }
        }
      };
  try (var trainer = Trainer.start(config, MirrorRecipe::new, listener, World.single())) {
    IO.println("wrote " + trainer.run().checkpoint());
  }
}
