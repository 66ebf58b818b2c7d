package toco.hub;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.config.NetworkFolder;
import toco.host.Program;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/// The model card: front matter that Hugging Face reads, and a text for people.
///
/// @param name of the model
/// @param licence Hugging Face's identifier
/// @param config without what only the machine of the run has
/// @param start what training started from, as a sentence
/// @param steps training steps done; null if they are not known
/// @param results scores
/// @param picture the file of the picture in the folder; null: none
record ModelCard(
    String name,
    String licence,
    Config config,
    String start,
    @Nullable Long steps,
    List<CardResults> results,
    @Nullable String picture) {
  static final String TASK = "image-segmentation";
  private static final String LIBRARY = "toco";

  private static final YAMLMapper YAML =
      YAMLMapper.builder().disable(YAMLWriteFeature.WRITE_DOC_START_MARKER).build();

  ModelCard {
    results = List.copyOf(results);
  }

  String text() {
    var text = new StringBuilder("---\n").append(YAML.writeValueAsString(frontMatter()));
    text.append("---\n\n# ").append(markdown(name)).append("\n\n").append(introduction());
    if (picture != null) {
      text.append("\n![Images, class activation maps and segmentations](%s)\n".formatted(picture));
    }
    text.append(classes()).append(resultsTable()).append(use()).append(training());
    return text.toString();
  }

  private Map<String, Object> frontMatter() {
    var matter = new LinkedHashMap<String, Object>();
    matter.put("library_name", LIBRARY);
    matter.put("pipeline_tag", TASK);
    matter.put("license", licence);
    matter.put(
        "tags",
        List.of(
            TASK,
            "semantic-segmentation",
            "weakly-supervised",
            "class-activation-maps",
            "vision-transformer",
            LIBRARY,
            config.recipe() + "-recipe"));
    if (!results.isEmpty()) {
      var dataset = config.data().layout().toString();
      var model = new LinkedHashMap<String, Object>();
      model.put("name", name);
      model.put("results", results.stream().map(result -> result.toIndex(dataset)).toList());
      matter.put("model-index", List.of(model));
    }
    return matter;
  }

  private String introduction() {
    var shape = config.model().encoderShape();
    return """
    A network for semantic segmentation of %s classes and the background, trained from labels of \
    whole images with recipe `%s` of ToCo for the JVM%s.
    Its encoder is a vision transformer, `%s`: %s blocks of width %s, patches of %s px. %s
    """
        .formatted(
            config.data().classNames().size(),
            config.recipe(),
            Program.version().map(" "::concat).orElse(""),
            config.model().backbone(),
            shape.depth(),
            shape.embedDim(),
            shape.patchSizePx(),
            start);
  }

  private String classes() {
    var text =
        new StringBuilder("\n## Classes\n\n| label | class |\n|---|---|\n| 0 | background |\n");
    int label = 1;
    for (var name : config.data().classNames()) {
      text.append("| %s | %s |\n".formatted(label++, markdown(name)));
    }
    return text.toString();
  }

  private String resultsTable() {
    if (results.isEmpty()) {
      return "\n## Results\n\nNo evaluation of these weights was found when they were exported.\n";
    }
    var text =
        new StringBuilder(
            """

            ## Results

            | protocol | split | images | score | value |
            |---|---|---|---|---|
            """);
    for (var result : results) {
      for (var metric : result.metrics()) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %s | %s | %d | %s | %.2f %% |\n",
                result.protocol(),
                result.split(),
                result.images(),
                metric.name(),
                100 * metric.value()));
      }
    }
    return text.toString();
  }

  private String use() {
    var statistics = config.model().statistics();
    return """

    ## Use

    ```bash
    toco infer seg --checkpoint DIR --images photos --out labels --overlay
    toco eval CONFIG --checkpoint DIR
    toco train CONFIG --set model.init=DIR          # fine-tune the whole network
    toco train CONFIG --set model.pretrained=DIR    # its encoder alone
    ```

    DIR is the folder of this file. `%s` has the whole configuration as the object `toco`.
    From Python, `safetensors.torch.load_file("model.safetensors")` reads the weights. Images are
    RGB in 0…1, normalised with mean %s and deviation %s.
    """
        .formatted(NetworkFolder.CONFIG, statistics.mean(), statistics.std());
  }

  private String training() {
    var changes = new ArrayList<String>();
    for (var change : config.differencesFrom(Config.defaults())) {
      changes.add("%s: %s".formatted(change.key(), change.value()));
    }
    return "\n## Training\n\n%sSettings other than the defaults:\n\n```text\n%s\n```\n"
        .formatted(
            steps == null ? "" : "Trained for %s steps. ".formatted(steps),
            String.join("\n", changes));
  }

  /// A name on one line of Markdown, in a cell of a table too.
  private static String markdown(String text) {
    return text.replaceAll("\\s+", " ").replaceAll("([\\\\|<>`*_\\[\\]#])", "\\\\$1");
  }
}
