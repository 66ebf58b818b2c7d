package toco.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The complete, checked configuration of a run.
///
/// ```java
/// var config = Config.load(Path.of("configs/voc_deit_b.yaml"), List.of("train.maxIters=100"));
/// int crop = config.augment().cropSizePx();
/// ```
///
/// A file names only what differs from the defaults, which are the published VOC recipe with DeiT-B
/// (except that the encoder's pretrained weights must be given). As on a command line, `data.root`,
/// `model.pretrained` and `run.dir` are relative to the **working directory** (not to the file);
/// the list, label and folder names of `data` are relative to `data.root`. `~/` is the home folder.
///
/// Crops, evaluation sizes and their products with image scales are multiples of the encoder's
/// patch: others are refused, and a size that is not given is the multiple nearest to its default.
///
/// @param recipe what is trained: `toco`, `more` or `cosa`
/// @param model the network
/// @param data images, labels, lists
/// @param augment random training views
/// @param train length and intervals of training, device, precision
/// @param optim optimizer and learning rates
/// @param loss weights and schedules of the loss terms
/// @param more MoRe's own settings
/// @param cosa CoSA's own settings
/// @param cam class activation maps and pseudo-labels
/// @param eval evaluation
/// @param distributed training on several processes
/// @param run folder and seed of the run
/// @param track reporting the run to an experiment tracker
public record Config(
    @Default("toco") RecipeName recipe,
    ModelConfig model,
    DataConfig data,
    AugmentConfig augment,
    TrainConfig train,
    OptimConfig optim,
    LossConfig loss,
    @OnlyFor(RecipeName.MORE) MoreConfig more,
    @OnlyFor(RecipeName.COSA) CosaConfig cosa,
    CamConfig cam,
    EvalConfig eval,
    DistributedConfig distributed,
    RunConfig run,
    TrackConfig track) {

  /// Checks what involves several sections.
  public Config {
    int named = data.classNames().size();
    if (named != model.foregroundClasses()) {
      throw new ConfigException(
          "model.numClasses",
          ("model.numClasses is %s (background included) but data.classNames has %s foreground"
                  + " names; set model.numClasses=%s or list %s names")
              .formatted(model.numClasses(), named, named + 1, model.foregroundClasses()));
    }
    if (optim.layerDecay() != 1 && model.script().isPresent()) {
      throw new ConfigException(
          "optim.layerDecay",
          "optim.layerDecay %s needs to know the encoder's blocks, which a TorchScript module does"
                  .formatted(optim.layerDecay())
              + " not give; set it to 1");
    }
    var patches = new PatchSizes(model.encoderShape().patchSizePx());
    patches.require("augment.cropSizePx", augment.cropSizePx());
    patches.require("eval.sizePx", eval.sizePx());
    recipe.section(train, more, cosa).requireFit(model, augment);
    patches.requireScales("cam.scales", cam.scales(), "augment.cropSizePx", augment.cropSizePx());
    if (eval.sizePx() != 0) {
      patches.requireScales("eval.scales", eval.scales(), "eval.sizePx", eval.sizePx());
      patches.requireScales("eval.camScales", eval.camScales(), "eval.sizePx", eval.sizePx());
    }
    if (eval.maps() == ClassMap.LAM && !recipe.hasLocalisationMaps()) {
      throw new ConfigException(
          "eval.maps",
          ("eval.maps=lam needs localisation maps, which networks of recipe more have, but this run"
                  + " has recipe %s; set eval.maps=cam")
              .formatted(recipe));
    }
    if (eval.split() == Split.TEST) {
      data.listPath(Split.TEST);
    }
  }

  /// The published VOC recipe with DeiT-B.
  public static Config defaults() {
    return parse("", "defaults", Overrides.NONE);
  }

  /// The defaults of a recipe: as published for VOC.
  public static Config defaults(RecipeName recipe) {
    return parse(RecipeKeys.RECIPE + ": " + recipe, "defaults", Overrides.NONE);
  }

  /// Reads a YAML file; keys that it does not have keep their defaults.
  ///
  /// @param file the configuration file, UTF-8
  /// @param overrides texts of the form `KEY=VALUE` (`train.maxIters=100`, `cam.scales=[1, .5]`)
  ///   that take precedence over the file, the last of a key over those before it. The value is
  ///   YAML, but paths and other text are taken literally; whitespace around key and value is
  ///   ignored
  /// @throws ConfigException with one line that names file, line, key and remedy
  public static Config load(Path file, List<String> overrides) {
    return load(file, Overrides.parse(overrides));
  }

  /// The same with parsed overrides.
  public static Config load(Path file, Overrides overrides) {
    return parse(text(file), file.toString(), overrides);
  }

  /// The same for a network from elsewhere, of which only classes and normalisation are known: of
  /// the file count `data`, `cam`, `eval`, `run`, `train.device` and `train.threads`.
  ///
  /// @param statistics by which its images are normalised
  /// @throws ConfigException also if an override sets another key
  public static Config loadForOther(Path file, Overrides overrides, PixelStatistics statistics) {
    return ConfigReader.read(text(file), file.toString(), overrides, statistics);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ConfigException(null, file + ": no such configuration file");
    } catch (CharacterCodingException e) {
      throw new ConfigException(null, file + ": not UTF-8 text; is it a configuration file?");
    } catch (IOException e) {
      throw new ConfigException(null, file + ": cannot be read: " + e);
    }
  }

  /// Reads YAML or JSON text; keys that it does not have keep their defaults. A checkpoint, for
  /// example, holds the effective configuration of its run.
  ///
  /// @param origin the text's name in error messages
  /// @param overrides as in [#load(Path, List)]
  public static Config parse(String text, String origin, List<String> overrides) {
    return parse(text, origin, Overrides.parse(overrides));
  }

  /// The same with parsed overrides.
  public static Config parse(String text, String origin, Overrides overrides) {
    return ConfigReader.read(text, origin, overrides);
  }

  /// This configuration with some keys changed.
  ///
  /// @param overrides as in [#load(Path, List)]
  public Config with(String... overrides) {
    return with(Overrides.parse(List.of(overrides)));
  }

  /// The same with parsed overrides.
  public Config with(Overrides overrides) {
    return parse(toJson(), "configuration", overrides);
  }

  /// Checks that another configuration has the recipe and network of this one, which a file was
  /// trained with.
  ///
  /// @throws ConfigException naming the first difference
  public void requireSameNetwork(Config other, Path file) {
    ModelConfig.requireSame("recipe", recipe, other.recipe, file);
    model.requireSameNetwork(other.model, file);
  }

  /// The effective configuration: every key of its recipe, in a readable order. [#parse] returns an
  /// equal configuration.
  public String toYaml() {
    return ConfigWriter.yaml(this);
  }

  /// The same on one line of JSON.
  public String toJson() {
    return ConfigWriter.json(this);
  }

  /// The same as one map: the values, as YAML, by their dotted keys.
  public Map<String, String> toMap() {
    return ConfigWriter.map(this);
  }

  /// A key in which two configurations differ.
  ///
  /// @param key dotted
  /// @param value as YAML
  /// @param other what the other configuration has
  public record Difference(String key, String value, String other) {}

  /// The keys in which this configuration differs from another.
  public List<Difference> differencesFrom(Config other) {
    return ConfigWriter.differences(this, other);
  }

  /// A listing of all keys, one per line, with the default and the type of the value.
  public static String describe() {
    return ConfigWriter.listing();
  }
}
