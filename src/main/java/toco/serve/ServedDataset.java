package toco.serve;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.config.ConfigException;
import toco.config.DataConfig;
import toco.config.Layout;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;

/// The images of the configuration's data set, as far as it is on this machine.
final class ServedDataset {
  private static final Pattern ID = Pattern.compile("(train|val)-(\\d{1,8})");

  private final Map<Split, Dataset> splits = new EnumMap<>(Split.class);
  private final Map<String, String> idsByName = new HashMap<>();

  /// @param config null: there is no data set
  /// @param messages receives why a split cannot be shown
  ServedDataset(@Nullable Config config, Consumer<String> messages) {
    var wanted = config == null ? List.<Split>of() : List.of(Split.TRAIN, Split.VAL);
    for (var split : wanted) {
      try {
        if (config != null && exists(config.data(), split)) {
          splits.put(split, Dataset.openUnchecked(config.data(), split));
        }
      } catch (DataException | ConfigException e) {
        messages.accept("no images of split %s: %s".formatted(split, e.getMessage()));
      }
    }
    splits.forEach((split, dataset) -> {
      for (int i = 0; i < dataset.size(); i++) {
        idsByName.putIfAbsent(dataset.name(i), split + "-" + i);
      }
    });
  }

  private static boolean exists(DataConfig data, Split split) {
    return data.hasList(split)
        ? Files.isRegularFile(data.listPath(split))
        : split == Split.TRAIN
            && data.layout() == Layout.FOLDER
            && Files.isDirectory(data.imagePath());
  }

  Map<Split, Dataset> splits() {
    return splits;
  }

  Optional<ServedImage> find(String id) {
    var parts = ID.matcher(id);
    if (!parts.matches()) {
      return Optional.empty();
    }
    var split = parts.group(1).equals("train") ? Split.TRAIN : Split.VAL;
    int index = Integer.parseInt(parts.group(2));
    var dataset = splits.get(split);
    return dataset == null || index >= dataset.size()
        ? Optional.empty()
        : Optional.of(image(split, dataset, index));
  }

  ServedImage image(Split split, Dataset dataset, int index) {
    return new ServedImage.OfDataset(
        split + "-" + index,
        dataset.name(index),
        dataset.imagePath(index),
        dataset.readOptions(),
        labels(dataset, dataset.name(index)));
  }

  /// The id of an image by its name; empty if no split has it.
  Optional<String> idOf(String name) {
    return Optional.ofNullable(idsByName.get(name));
  }

  /// Names of an image's classes; null if it has no label.
  static @Nullable List<String> labels(Dataset dataset, String name) {
    if (!dataset.labels().contains(name)) {
      return null;
    }
    var multiHot = dataset.labels().multiHot(name);
    var names = new ArrayList<String>();
    for (int k = 0; k < multiHot.length; k++) {
      if (multiHot[k] > 0) {
        names.add(dataset.classNames().get(k));
      }
    }
    return names;
  }
}
