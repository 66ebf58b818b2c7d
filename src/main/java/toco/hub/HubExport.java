package toco.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.LoadedWeights;
import toco.checkpoint.SafeTensors;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.NetworkFolder;
import toco.files.AtomicFolder;
import toco.files.IoReason;
import toco.files.Json;
import toco.weights.WeightsCache;
import toco.weights.WeightsCatalogue;

/// Writes a trained network as a folder in Hugging Face's layout, which this program loads again:
///
/// ```
/// model.safetensors         all weights, float32, by their published names
/// config.json               classes, sizes, and the configuration as the object toco
/// preprocessor_config.json  how images become its input
/// README.md                 the model card: front matter, classes, scores, settings
/// overlay.png               the run's picture, if it has one
/// ```
///
/// The folder is complete or not there; it must be new or empty, so nothing is replaced. Absolute
/// paths of the run's machine are left out.
public final class HubExport {
  /// The licence of weights whose owner has not said it.
  public static final String UNKNOWN_LICENCE = "unknown";

  private static final String PICTURE = "overlay.png";

  private HubExport() {}

  /// What was written.
  ///
  /// @param tensors number of weights
  /// @param scores number of evaluations in the card
  /// @param hasPicture whether the run had a picture
  public record Result(int tensors, int scores, boolean hasPicture) {}

  /// Checks that a folder can be written, before a network is loaded for it.
  ///
  /// @throws CheckpointException saying what is there
  public static void requireNew(Path out) {
    try {
      AtomicFolder.requireNew(out);
    } catch (IOException e) {
      throw notWritten(out, e);
    }
  }

  /// Writes the folder.
  ///
  /// @param network loaded from a file, whose run gives scores and picture
  /// @param licence Hugging Face's identifier, such as `apache-2.0`
  /// @throws CheckpointException if the folder is not new or cannot be written, or the network's
  ///   encoder is a program of its own
  public static Result write(Path out, TrainedNetwork network, String licence) {
    var loaded = Objects.requireNonNull(network.loaded(), "a network from a file");
    requireOwnEncoder(out, network.config());
    try {
      var run = SourceRun.of(loaded.file());
      var config = PortableConfig.of(network.config(), loaded.file());
      var results =
          run.isEmpty()
              ? List.<CardResults>of()
              : CardResults.of(run.get(), loaded, network.config());
      Optional<Path> picture = run.isEmpty() ? Optional.empty() : run.get().picture();
      var card =
          new ModelCard(
              name(out),
              licence,
              config,
              start(network.config()),
              run.map(SourceRun::step).orElse(null),
              results,
              picture.isEmpty() ? null : PICTURE);
      AtomicFolder.write(out, folder -> writeInto(folder, loaded, config, card, picture));
      return new Result(loaded.tensors().size(), results.size(), picture.isPresent());
    } catch (IOException e) {
      throw notWritten(out, e);
    } catch (UncheckedIOException e) {
      throw notWritten(out, Objects.requireNonNull(e.getCause()));
    }
  }

  private static void requireOwnEncoder(Path out, Config config) {
    config
        .model()
        .script()
        .ifPresent(script -> {
          throw new CheckpointException(
              out,
              "is not written: the encoder is a TorchScript module, %s, which it cannot hold"
                  .formatted(script));
        });
  }

  private static void writeInto(
      Path folder, LoadedWeights loaded, Config config, ModelCard card, Optional<Path> picture)
      throws IOException {
    try {
      SafeTensors.write(
          folder.resolve(NetworkFolder.WEIGHTS), loaded.tensors(), Map.of("format", "pt"));
    } catch (CheckpointException e) {
      if (e.getCause() instanceof IOException cause) { // the message names the temporary folder
        throw cause;
      }
      throw e;
    }
    writeJson(folder.resolve(NetworkFolder.CONFIG), NetworkFolder.json(config));
    writeJson(folder.resolve("preprocessor_config.json"), preprocessor(config));
    Files.writeString(folder.resolve("README.md"), card.text());
    if (picture.isPresent()) {
      Files.copy(picture.get(), folder.resolve(PICTURE));
    }
  }

  private static void writeJson(Path file, Map<String, Object> value) throws IOException {
    var text = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, Object> preprocessor(Config config) {
    var statistics = config.model().statistics();
    int side = config.eval().sizePx();
    var json = new LinkedHashMap<String, Object>();
    json.put("image_processor_type", "ViTImageProcessor");
    json.put("do_convert_rgb", true);
    json.put("do_resize", side > 0);
    if (side > 0) {
      var size = new LinkedHashMap<String, Integer>();
      size.put("height", side);
      size.put("width", side);
      json.put("size", size);
    }
    json.put("resample", 2); // bilinear
    json.put("do_rescale", true);
    json.put("rescale_factor", 1 / 255.0);
    json.put("do_normalize", true);
    json.put("image_mean", statistics.mean());
    json.put("image_std", statistics.std());
    return json;
  }

  private static String name(Path out) {
    var name = out.toAbsolutePath().normalize().getFileName();
    return name == null ? "model" : name.toString();
  }

  /// What training started from, for people. A path says something only to its owner: of it the
  /// name is kept.
  private static String start(Config config) {
    var init = config.model().init();
    var pretrained = config.model().pretrained();
    if (init != null) {
      return "It started from the network `%s`.".formatted(code(init));
    }
    if (pretrained == null) {
      return "It started from random weights.";
    }
    return WeightsCache.isName(pretrained)
        ? "It started from the weights `%s` (%s)."
            .formatted(code(pretrained), WeightsCatalogue.find(nameOf(pretrained)).licenceLine())
        : "It started from the weights `%s`.".formatted(code(pretrained));
  }

  private static String nameOf(Path named) {
    var text = named.toString();
    return text.substring(text.indexOf(':') + 1);
  }

  private static String code(Path path) {
    return String.valueOf(path.getFileName()).replace("`", "'");
  }

  private static CheckpointException notWritten(Path out, IOException e) {
    return new CheckpointException(
        out,
        "is not written: %s; name a new or empty folder on a disk with free space"
            .formatted(IoReason.of(e)),
        e);
  }
}
