package toco.reproduce;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import toco.config.Config;
import toco.config.Config.Difference;
import toco.config.Overrides;
import toco.config.SyntheticConfig;
import toco.prepare.PublishedLists;

/// The settings of a reproduction.
///
/// @param dryRun whether it is a dry run
/// @param recipeConfig the recipe without the user's settings
/// @param training the configuration of training
/// @param scoring the same with the list of the evaluation after training as `data.valList`
/// @param lists the expected lists
record Plan(
    PublishedRecipe recipe,
    boolean dryRun,
    Config recipeConfig,
    Config training,
    Config scoring,
    PublishedLists lists) {
  /// Keys of paths and devices, which do not change what is computed.
  private static final Set<String> LOCAL_KEYS =
      Set.of(
          "run.dir",
          "data.root",
          "data.workers",
          "model.pretrained",
          "train.threads",
          "train.device");

  /// @throws toco.config.ConfigException if one of the user's keys is wrong
  static Plan of(ReproduceOptions options) {
    var recipe = options.recipe();
    var ownDir = "runs/reproduce-" + recipe + (options.dryRun() ? "-dry-run" : "");
    var recipeKeys =
        Overrides.of("run.dir", ownDir)
            .plus(options.dryRun() ? recipe.dryKeys() : samplesOf(recipe));
    var file =
        options.configs().resolve(options.dryRun() ? recipe.dryConfigFile() : recipe.configFile());
    var training = Config.load(file, recipeKeys.plus(options.asOverrides()));
    var lists = options.dryRun() ? ofSynthetic(training.data().synthetic()) : recipe.lists();
    return new Plan(
        recipe,
        options.dryRun(),
        Config.load(file, recipeKeys),
        training,
        scoring(training, recipe),
        lists);
  }

  /// One process takes all images of a published step.
  private static Overrides samplesOf(PublishedRecipe recipe) {
    return Overrides.of("train.samplesPerProcess", recipe.published().samplesPerStep());
  }

  /// COCO's run evaluates on a part of the list during training and on the whole list afterwards; a
  /// dry run has one list for both.
  private static Config scoring(Config training, PublishedRecipe recipe) {
    var watched = training.data().listPath(training.eval().split());
    boolean isPart = watched.endsWith(recipe.lists().watched().file());
    var scored = watched.resolveSibling(recipe.lists().scored().file());
    var overrides = isPart ? Overrides.of("data.valList", scored.toAbsolutePath()) : Overrides.NONE;
    return training.with(
        recipe.published().labelsKnown() ? overrides.plus("eval.labelsKnown", true) : overrides);
  }

  private static PublishedLists ofSynthetic(SyntheticConfig data) {
    var val = new PublishedLists.Names("val.txt", data.valImages(), null);
    return new PublishedLists(
        new PublishedLists.Names("train.txt", data.trainImages(), null),
        val,
        val,
        null,
        new PublishedLists.Names("test.txt", data.testImages(), null));
  }

  Path runDir() {
    return training.run().dir();
  }

  /// The folder of the results after training.
  Path results() {
    return runDir().resolve("reproduce");
  }

  /// The lines of the published log that ours are compared with: in a dry run the first and the
  /// last one, as it has no others.
  List<PublishedRun.Losses> lossLines() {
    var lines = recipe.published().losses();
    return dryRun ? List.of(lines.getFirst(), lines.getLast()) : lines;
  }

  /// The step of our run whose losses correspond to a line of the published log: the same
  /// iteration; in a dry run its first or last logged step.
  int stepFor(PublishedRun.Losses published) {
    if (!dryRun) {
      return published.iteration();
    }
    boolean first = published.equals(lossLines().getFirst());
    return first ? training.train().logEvery() : training.train().maxIters();
  }

  /// Differences between the user's settings and the recipe.
  List<Difference> departures() {
    return ofSubstance(training, recipeConfig);
  }

  /// Differences that change what is computed.
  static List<Difference> ofSubstance(Config one, Config other) {
    return one.differencesFrom(other).stream()
        .filter(difference -> !LOCAL_KEYS.contains(difference.key()))
        .toList();
  }

  /// Paths and devices, for a run that is resumed.
  Overrides localKeys() {
    var data = training.data();
    var train = training.train();
    return Overrides.of("data.root", data.root())
        .plus("data.workers", data.workers())
        .plus("train.threads", train.threads())
        .plus("train.device", train.device());
  }
}
