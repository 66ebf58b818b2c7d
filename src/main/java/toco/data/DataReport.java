package toco.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What [DataCheck] saw of a data set.
///
/// @param root its folder
/// @param layout as in the configuration
/// @param classNames foreground classes in label order
/// @param fast whether headers alone were read
/// @param splits a report each
public record DataReport(
    String root, String layout, List<String> classNames, boolean fast, List<SplitReport> splits) {
  public DataReport {
    classNames = List.copyOf(classNames);
    splits = List.copyOf(splits);
  }

  /// Whether training would get by.
  public boolean usable() {
    return splits.stream().allMatch(SplitReport::usable);
  }

  /// How many kinds of errors there are, over the splits.
  public long errors() {
    return splits.stream()
        .flatMap(split -> split.findings().stream())
        .filter(Finding::fatal)
        .count();
  }

  /// The report in lines for people.
  public String text() {
    var head =
        "%s, layout %s, %d classes%s\n"
            .formatted(
                root, layout, classNames.size(), fast ? "; of the images only the headers" : "");
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
