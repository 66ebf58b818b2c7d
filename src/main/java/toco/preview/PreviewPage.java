package toco.preview;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.ArrayList;
import java.util.List;
import toco.batch.BatchSource;
import toco.config.Config;
import toco.config.DataConfig.OnBadSample;
import toco.config.Split;
import toco.html.Html;
import toco.html.Html.Element;
import toco.html.WebPage;
import toco.preview.PreviewSample.Unreadable;

/// The page: summary, legend, notes and samples.
///
/// @param samples at least one
record PreviewPage(
    Config config, BatchSource source, DataPreview.Options options, List<PreviewSample> samples) {
  private static final String TITLE = "Training samples";

  String html() {
    var main = new ArrayList<Html>();
    main.add(element("h1", text(TITLE)));
    main.add(element("p", text(summary())).with("class", "lead"));
    main.addAll(warning());
    var guide = new PreviewGuide(config, source.augmentation(), options.checkpoint());
    main.add(guide.legend());
    main.addAll(guide.notes());
    var section = section();
    samples.forEach(sample -> main.add(section.of(sample)));
    main.add(origin());
    return new WebPage(TITLE + " – ToCo", PageStyle.CSS, main).html();
  }

  private String summary() {
    int first = samples.getFirst().place().step();
    int last = samples.getLast().place().step();
    var sampler = source.sampler();
    return ("%s of the %s samples of epoch %s, in training order and exactly as training sees"
            + " them: %s.")
        .formatted(
            samples.size(),
            sampler.batchesPerEpoch() * sampler.batchSize(),
            options.epoch(),
            first == last ? "step " + first : "steps %s to %s".formatted(first, last));
  }

  /// Links to the samples that cannot be read; empty if all can.
  private List<Element> warning() {
    var unreadable = samples.stream().filter(Unreadable.class::isInstance).toList();
    if (unreadable.isEmpty()) {
      return List.of();
    }
    var line = new ArrayList<Html>();
    line.add(text("%s of them cannot be read: ".formatted(unreadable.size())));
    for (var sample : unreadable) {
      var target = "#" + SampleSection.id(sample.place());
      line.add(text(line.size() == 1 ? "" : ", "));
      line.add(element("a", text(sample.name())).with("href", target));
    }
    return List.of(element("p", line).with("class", "warning"));
  }

  private SampleSection section() {
    return new SampleSection(
        source.augmentation(),
        config.augment().cropSizePx(),
        config.train().localCropSizePx(),
        options.checkpoint() != null,
        !source.weak().isEmpty(),
        config.data().onBadSample() == OnBadSample.FAIL
            ? "Training would fail here (data.onBadSample: fail)."
            : "Training would use another image instead (data.onBadSample: skip).");
  }

  /// The data set and settings of the page.
  private Element origin() {
    var data = config.data();
    var origin =
        "%s, %s images; run.seed %s; recipe %s; %s samples per step"
            .formatted(
                data.hasList(Split.TRAIN) ? data.listPath(Split.TRAIN) : data.imagePath(),
                source.dataset().size(),
                config.run().seed(),
                config.recipe(),
                source.sampler().batchSize());
    return element("footer", element("p", text(origin)));
  }
}
