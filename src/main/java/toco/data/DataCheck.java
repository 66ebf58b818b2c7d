package toco.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import toco.config.Config;
import toco.config.ConfigException;
import toco.config.DataConfig;
import toco.config.Split;
import toco.image.ImageException;

/// Checks a whole data set before training: lists, labels, every image, and the masks that
/// evaluation reads. Opening a data set stops at the first problem; this reports all of them.
public final class DataCheck {
  private final Config config;
  private final DataConfig data;
  private final boolean fast;
  private final Progress progress;
  private final Map<Split, ListedDataset> opened = new EnumMap<>(Split.class);
  private final Map<Split, Findings> findings = new EnumMap<>(Split.class);

  private DataCheck(Config config, boolean fast, Progress progress) {
    this.config = config;
    this.data = config.data();
    this.fast = fast;
    this.progress = progress;
  }

  /// Receives how many images have been read.
  @FunctionalInterface
  public interface Progress {
    void onProgress(Split split, int done, int total);
  }

  /// Checks the data set of a configuration: the training split, and the others that have a list.
  ///
  /// @param fast whether to read only the images' headers: sizes are checked, but not whether
  ///   pixels are readable and masks hold only known classes
  public static DataReport run(Config config, boolean fast, Progress progress) {
    return new DataCheck(config, fast, progress).report();
  }

  private DataReport report() {
    var splits = new ArrayList<Split>(List.of(Split.TRAIN));
    List.of(Split.VAL, Split.TEST).stream().filter(data::hasList).forEach(splits::add);
    splits.forEach(this::open);
    var reports = splits.stream().map(this::report).toList();
    return new DataReport(
        data.root().toString(), data.layout().toString(), data.classNames(), fast, reports);
  }

  private void open(Split split) {
    var found = new Findings();
    findings.put(split, found);
    var classes = ClassIndex.of(data, e -> found.add(Finding.Kind.BAD_LABELS, isNeeded(split), e));
    try {
      opened.put(split, ListedDataset.of(data, split, classes));
    } catch (DataException | ConfigException | ImageException e) {
      boolean followsFromLabels = found.has(Finding.Kind.BAD_LABELS) && !data.hasList(split);
      if (!followsFromLabels) {
        found.add(Finding.Kind.NOT_OPENED, isNeeded(split) && hasListFile(split), e);
      }
    }
  }

  /// Whether training reads the split.
  private boolean isNeeded(Split split) {
    return split == Split.TRAIN || split == config.eval().split();
  }

  /// Without its list, training runs without evaluation.
  private boolean hasListFile(Split split) {
    return split == Split.TRAIN || data.listPath(split).toFile().exists();
  }

  private SplitReport report(Split split) {
    var dataset = opened.get(split);
    var found = findings.get(split);
    if (dataset == null || found == null) {
      var source = data.hasList(split) ? data.listPath(split) : data.labelsPath(split);
      var nothing = new ClassBalance(0, new LinkedHashMap<>(), 0);
      var problems = found == null ? List.<Finding>of() : found.all();
      return new SplitReport(
          split,
          source.toString(),
          0,
          -1,
          new TreeMap<>(),
          nothing,
          null,
          WeakLabelReport.NONE,
          problems);
    }
    return new SplitCheck(config, split, dataset, found).report(fast, progress, others(split));
  }

  /// The names in the lists of the other splits.
  private Set<String> others(Split split) {
    var names = new HashSet<String>();
    opened.forEach((other, dataset) -> {
      if (other != split) {
        names.addAll(dataset.names());
      }
    });
    return names;
  }

  /// The findings so far.
  static final class Findings {
    private final Map<Finding.Kind, List<String>> items = new EnumMap<>(Finding.Kind.class);
    private final Set<Finding.Kind> fatal = new HashSet<>();

    void add(Finding.Kind kind, boolean isFatal, Exception e) {
      add(kind, isFatal, String.valueOf(e.getMessage()));
    }

    void add(Finding.Kind kind, boolean isFatal, String item) {
      items.computeIfAbsent(kind, _ -> new ArrayList<>()).add(item);
      if (isFatal) {
        fatal.add(kind);
      }
    }

    boolean has(Finding.Kind kind) {
      return items.containsKey(kind);
    }

    List<Finding> all() {
      return items.entrySet().stream()
          .map(entry ->
              new Finding(entry.getKey(), fatal.contains(entry.getKey()), entry.getValue()))
          .toList();
    }
  }
}
