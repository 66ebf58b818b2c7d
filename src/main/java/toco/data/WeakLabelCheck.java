package toco.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.data.Finding.Kind;
import toco.data.WeakLabelReport.Counts;
import toco.data.WeakLabels.Source;

/// Checks the hints and boxes of the training images: whether they fit, and whether they contradict
/// the image-level labels or each other. Contradictions are warnings, because training can use all
/// of them: a hint counts where it is, whatever the image's label says.
final class WeakLabelCheck {
  private final ListedDataset dataset;
  private final DataCheck.Findings findings;
  private final WeakLabels weak;

  WeakLabelCheck(Config config, ListedDataset dataset, DataCheck.Findings findings, boolean fast) {
    this.dataset = dataset;
    this.findings = findings;
    weak =
        WeakLabels.read(
            config.data(),
            dataset,
            e -> findings.add(Kind.BAD_HINTS, true, e),
            e -> findings.add(Kind.BAD_BOXES, true, e),
            fast);
  }

  WeakLabelReport report() {
    var hints = weak.hints();
    var boxes = weak.boxes();
    if (hints != null) {
      note("hints", hints.others());
      hints.byName().forEach(this::compareHints);
    }
    if (boxes != null) {
      note("boxes", boxes.others());
      boxes.byName().forEach(this::compareBoxes);
    }
    return new WeakLabelReport(
        hints == null ? null : counts(hints), boxes == null ? null : boxCounts(boxes));
  }

  private void note(String what, Set<String> others) {
    if (!others.isEmpty()) {
      findings.add(
          Kind.LABEL_NOTE,
          false,
          "%s of %s images that are not trained on, such as %s, are not used"
              .formatted(what, others.size(), others.iterator().next()));
    }
  }

  private void compareHints(String name, ImageHints hints) {
    var labels = multiHot(name);
    var boxes = weak.boxesOf(name);
    var lacking = new ArrayList<String>();
    for (int label : hints.counts().keySet()) {
      if (label > 0 && labels != null && labels[label - 1] == 0) {
        lacking.add(className(label));
      }
    }
    if (!lacking.isEmpty()) {
      findings.add(Kind.HINT_AND_LABEL, false, name + ": " + String.join(", ", lacking));
    }
    if (hints instanceof ImageHints.Points(var points)) {
      for (var point : points) {
        var its = boxes.stream().filter(box -> box.label() == point.label()).toList();
        if (!its.isEmpty() && its.stream().noneMatch(box -> isIn(box, point))) {
          findings.add(
              Kind.HINT_AND_BOX,
              false,
              "%s: %s at x %s, y %s (line %s)"
                  .formatted(
                      name, className(point.label()), point.column(), point.row(), point.line()));
        }
      }
    }
  }

  private static boolean isIn(ClassBox box, HintPoint point) {
    double x = point.column() + 0.5;
    double y = point.row() + 0.5;
    return x > box.left() && x < box.right() && y > box.top() && y < box.bottom();
  }

  private void compareBoxes(String name, List<ClassBox> boxes) {
    var labels = multiHot(name);
    if (labels == null) {
      return;
    }
    var differences = new ArrayList<String>();
    for (int k = 0; k < labels.length; k++) {
      int label = k + 1;
      boolean hasBox = boxes.stream().anyMatch(box -> box.label() == label);
      if (hasBox != labels[k] > 0) {
        differences.add(
            "%s is %s".formatted(className(label), hasBox ? "in a box only" : "in no box"));
      }
    }
    if (!differences.isEmpty()) {
      findings.add(Kind.BOX_AND_LABEL, false, name + ": " + String.join(", ", differences));
    }
  }

  private float @Nullable [] multiHot(String name) {
    return dataset.labels().contains(name) ? dataset.labels().multiHot(name) : null;
  }

  private String className(int label) {
    return label == 0 ? "background" : dataset.classNames().get(label - 1);
  }

  private Counts counts(Source<ImageHints> hints) {
    var perLabel = new TreeMap<Integer, Long>();
    boolean arePoints = false;
    for (var its : hints.byName().values()) {
      its.counts().forEach((label, count) -> perLabel.merge(label, count, Long::sum));
      arePoints |= its instanceof ImageHints.Points;
    }
    perLabel.putIfAbsent(0, 0L);
    return counts(hints.byName().size(), arePoints ? "points" : "pixels", perLabel);
  }

  private Counts boxCounts(Source<List<ClassBox>> boxes) {
    var perLabel = new TreeMap<Integer, Long>();
    boxes
        .byName()
        .values()
        .forEach(its -> its.forEach(box -> perLabel.merge(box.label(), 1L, Long::sum)));
    return counts(boxes.byName().size(), "boxes", perLabel);
  }

  private Counts counts(int images, String unit, SortedMap<Integer, Long> perLabel) {
    for (int label = 1; label <= dataset.numClasses(); label++) {
      perLabel.putIfAbsent(label, 0L);
    }
    var perClass = new LinkedHashMap<String, Long>();
    perLabel.forEach((label, count) -> perClass.put(className(label), count));
    return new Counts(images, unit, perClass);
  }
}
