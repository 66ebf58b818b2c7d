package toco.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The result of [DataCheck] for a data set.
///
/// @param root the folder of the data set
/// @param layout as in the configuration
/// @param classNames foreground classes in label order
/// @param fast whether only the headers of images were read
/// @param splits one report per split
public record DataReport(
    String root, String layout, List<String> classNames, boolean fast, List<SplitReport> splits) {
  public DataReport {
    classNames = List.copyOf(classNames);
    splits = List.copyOf(splits);
  }

  /// Whether training can use the data set.
  public boolean usable() {
    return splits.stream().allMatch(SplitReport::usable);
  }

  /// The number of kinds of errors, over all splits.
  public long errors() {
    return splits.stream()
        .flatMap(split -> split.findings().stream())
        .filter(Finding::fatal)
        .count();
  }

  /// The report as text.
  public String text() {
    var head =
        "%s, layout %s, %s classes%s\n"
            .formatted(
                root,
                layout,
                classNames.size(),
                fast ? "; only the headers of images were read" : "");
    return splits.stream()
            .map(split -> "\n" + split.text())
            .collect(Collectors.joining("", head, ""))
        + (usable() ? "\nusable\n" : "\nnot usable\n");
  }

  /// The report as a JSON object.
  public Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("usable", usable());
    json.put("root", root);
    json.put("layout", layout);
    json.put("classNames", classNames);
    json.put("fast", fast);
    json.put("splits", splits.stream().map(SplitReport::toJson).toList());
    return json;
  }
}
