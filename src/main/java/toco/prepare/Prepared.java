package toco.prepare;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// What was prepared.
///
/// @param dataset such as `voc2012`
/// @param config the configuration that trains on it
/// @param root the data set's folder, `data.root`
/// @param lists the number of names in each list
/// @param images the number of images in all lists
/// @param masks how many of them have a mask
/// @param settings that the configuration needs besides `data.root`
/// @param notes what is not as published or missing
public record Prepared(
    String dataset,
    String config,
    Path root,
    SequencedMap<String, Integer> lists,
    int images,
    int masks,
    List<String> settings,
    List<String> notes) {
  public Prepared {
    lists = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(lists));
    settings = List.copyOf(settings);
    notes = List.copyOf(notes);
  }

  /// A summary of several lines.
  public String text() {
    var names =
        lists.entrySet().stream()
            .map(list -> String.format(Locale.ROOT, "%s %,d", list.getKey(), list.getValue()))
            .collect(Collectors.joining(", "));
    return String.format(
            Locale.ROOT,
            "%s is prepared in %s\n  lists   %s\n  images  %,d, all with labels\n  masks   %,d\n",
            dataset,
            root,
            names,
            images,
            masks)
        + notes.stream().map(note -> "  note    " + note + "\n").collect(Collectors.joining())
        + "  use     toco train %s --set data.root=%s".formatted(config, root)
        + settings.stream().map(setting -> " --set " + setting).collect(Collectors.joining())
        + "\n";
  }

  /// The counts as a JSON object.
  Map<String, Object> toJson() {
    var json = new LinkedHashMap<String, Object>();
    json.put("dataset", dataset);
    json.put("lists", lists);
    json.put("images", images);
    json.put("masks", masks);
    return json;
  }
}
