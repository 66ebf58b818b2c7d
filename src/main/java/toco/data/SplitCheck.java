package toco.data;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import toco.config.Config;
import toco.config.DataConfig.OnBadSample;
import toco.config.Split;
import toco.data.Finding.Kind;
import toco.data.ImageCheck.Reading;

/// Checks one split of a data set.
final class SplitCheck {
  private final Config config;
  private final Split split;
  private final ListedDataset dataset;
  private final DataCheck.Findings findings;
  private final boolean isTrained;
  private final boolean isEvaluated;

  SplitCheck(Config config, Split split, ListedDataset dataset, DataCheck.Findings findings) {
    this.config = config;
    this.split = split;
    this.dataset = dataset;
    this.findings = findings;
    isTrained = split == Split.TRAIN;
    isEvaluated = split == config.eval().split();
  }

  /// @param others names in the lists of the other splits
  SplitReport report(boolean fast, DataCheck.Progress progress, Set<String> others) {
    var names = new LinkedHashSet<String>();
    var present = new ArrayList<Integer>();
    checkList(names, present, others);
    checkLabels(names, others);
    if (isTrained) {
      dataset.skipped().forEach(item -> findings.add(Kind.SKIPPED, false, item));
    }
    boolean readsMasks = !isTrained || config.data().labelsFromMasks();
    var depth = fast ? Reading.HEADER : Reading.PIXELS;
    var images = new ImageCheck(dataset, present, depth, readsMasks ? depth : Reading.NOTHING);
    images.run(config.data().workers(), (done, all) -> progress.onProgress(split, done, all));
    addProblems(images);
    int masks = readsMasks ? checkMasks(present, images) : -1;
    var balance = ClassBalance.of(dataset.labels(), dataset.classNames(), names);
    checkClasses(balance);
    var weak =
        isTrained
            ? new WeakLabelCheck(config, dataset, findings, fast).report()
            : WeakLabelReport.NONE;
    return new SplitReport(
        split,
        dataset.list().file().toString(),
        dataset.size(),
        masks,
        images.maskCounts().masksWith(),
        balance,
        images.sizes(config.augment().cropSizePx()),
        weak,
        findings.all());
  }

  /// @param names receives the listed names
  /// @param present receives the list positions of the images that exist, each image once
  private void checkList(Set<String> names, List<Integer> present, Set<String> others) {
    boolean fatal = isTrained || isEvaluated;
    int missing = 0;
    for (int i = 0; i < dataset.size(); i++) {
      var name = dataset.name(i);
      if (!names.add(name)) {
        findings.add(Kind.LISTED_TWICE, false, name);
      } else if (Files.isRegularFile(dataset.imagePath(i))) {
        present.add(i);
      } else {
        var entry = dataset.list().entries().get(i);
        findings.add(
            Kind.MISSING_IMAGE,
            fatal,
            "%s (%s)%s"
                .formatted(
                    name,
                    dataset.list().origin(entry),
                    missing++ < Finding.SHOWN
                        ? ImageNames.similar(name, dataset.imagePath(i))
                        : ""));
      }
      if (!isTrained && others.contains(name)) {
        findings.add(Kind.TRAINED_ON, false, name);
      }
    }
    if (isTrained) {
      dataset.unreadFormats().forEach(line -> findings.add(Kind.OTHER_FORMAT, false, line));
    }
    int step = config.train().samplesPerProcess() * config.train().gradientAccumulation();
    if (isTrained && dataset.size() < step) {
      findings.add(
          Kind.TOO_FEW_IMAGES,
          true,
          "%s images, but one step needs %s; lower train.samplesPerProcess or add images"
              .formatted(dataset.size(), step));
    }
  }

  private void checkLabels(Set<String> names, Set<String> others) {
    var labels = dataset.labels();
    if (labels.names().isEmpty()) {
      return; // the labels could not be read
    }
    for (var name : names) {
      if (!labels.contains(name)) {
        findings.add(Kind.UNLABELLED, isTrained || isEvaluated, name);
      }
    }
    if (!isTrained && config.data().valLabels() == null) {
      return; // the labels are those of training
    }
    labels.notes().forEach(note -> findings.add(Kind.LABEL_NOTE, false, note));
    for (var name : labels.names()) {
      if (!names.contains(name) && !others.contains(name) && !Files.exists(dataset.image(name))) {
        findings.add(Kind.LABEL_WITHOUT_IMAGE, false, name);
      }
    }
    for (var name : dataset.unlabelledImages()) {
      if (isTrained && !names.contains(name) && !others.contains(name)) {
        findings.add(Kind.NOT_TRAINED_ON, false, name);
      }
    }
  }

  /// Training can skip an image that cannot be read, evaluation cannot.
  private void addProblems(ImageCheck images) {
    boolean skips = config.data().onBadSample() == OnBadSample.SKIP;
    for (var problem : images.problems()) {
      boolean isSkipped = skips && problem.kind() == Kind.UNREADABLE_IMAGE;
      boolean fatal = !problem.kind().isReadable() && (isEvaluated || (isTrained && !isSkipped));
      findings.add(problem.kind(), fatal, problem.message());
    }
  }

  /// Evaluation needs all masks or none.
  private int checkMasks(List<Integer> present, ImageCheck images) {
    int masks = images.masks();
    if (masks == 0 && !isTrained) {
      var hint = present.isEmpty() ? "" : firstMask(present.getFirst());
      findings.add(Kind.MISSING_MASK, false, "all: the split cannot be evaluated" + hint);
      return 0;
    }
    for (int i : present) {
      if (dataset.maskPath(i).isEmpty()) {
        var similar = dataset.similarMask(dataset.name(i));
        findings.add(
            Kind.MISSING_MASK,
            isTrained || isEvaluated,
            dataset.name(i) + (similar.isEmpty() ? "" : ": " + similar));
      }
    }
    checkMaskLabels(images.maskCounts());
    return masks;
  }

  private String firstMask(int i) {
    return "; expected %s for %s, but %s"
        .formatted(dataset.expectedMaskPath(i), dataset.name(i), dataset.maskHint(i));
  }

  private void checkMaskLabels(MaskCounts masks) {
    if (masks.masksWith().isEmpty()) {
      return; // not read
    }
    var problem = masks.problem();
    if (problem != null) {
      findings.add(Kind.NO_CLASS_IN_MASKS, isTrained || isEvaluated, problem);
    } else if (!masks.showsClass()) {
      findings.add(
          Kind.NO_CLASS_IN_MASKS, false, "all are background: only background would be scored");
    } else {
      masks.unseenClasses().forEach(name -> findings.add(Kind.CLASS_IN_NO_MASK, false, name));
    }
    masks.ignored().forEach(name -> findings.add(Kind.IGNORED_MASK, false, name));
    masks.otherClasses().forEach(line -> findings.add(Kind.MASK_AND_LABEL, false, line));
  }

  private void checkClasses(ClassBalance balance) {
    if (!isTrained || dataset.labels().names().isEmpty()) {
      return;
    }
    balance
        .perClass()
        .forEach((name, count) -> {
          if (count == 0) {
            findings.add(Kind.EMPTY_CLASS, false, name);
          }
        });
  }
}
