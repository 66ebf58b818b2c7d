package toco.infer;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Names of results that no two images share, also where case or the spelling of accents does not
/// count in file names.
final class ResultNames {
  private ResultNames() {}

  /// An image and the name it would have by itself.
  ///
  /// @param source name of the folder that the user named, or that of the image the user named
  record Candidate(Path path, String name, String source) {
    Candidate withSource() {
      return new Candidate(path, source + "/" + name, source);
    }

    /// `IMG_1.jpg`, where the name lacks the extension.
    Candidate withExtension() {
      var file = String.valueOf(path.getFileName());
      int dot = file.lastIndexOf('.');
      var extension = dot < 0 ? "" : file.substring(dot);
      return name.endsWith(extension) ? this : new Candidate(path, name + extension, source);
    }

    Candidate numbered(int i) {
      return new Candidate(path, name + "~" + i, source);
    }
  }

  /// Equal names get the source's name before them if the sources differ, then the extension, then
  /// a number.
  static List<InputImage> unique(List<Candidate> images) {
    boolean oneSource = images.stream().map(Candidate::source).distinct().count() <= 1;
    var named = oneSource ? images : renamed(images, Candidate::withSource);
    named = renamed(named, Candidate::withExtension);
    var taken = new HashSet<String>();
    var unique = new ArrayList<InputImage>();
    for (var image : named) {
      var free = image;
      for (int i = 2; !taken.add(folded(free.name)); i++) {
        free = image.numbered(i);
      }
      unique.add(new InputImage(free.name, free.path));
    }
    return List.copyOf(unique);
  }

  private static List<Candidate> renamed(List<Candidate> images, UnaryOperator<Candidate> other) {
    var counts = new HashMap<String, Integer>();
    images.forEach(image -> counts.merge(folded(image.name), 1, Integer::sum));
    return images.stream()
        .map(image -> counts.getOrDefault(folded(image.name), 0) == 1 ? image : other.apply(image))
        .toList();
  }

  /// A name of which no folded form is taken: the name itself, or with underscores.
  static String free(String name, Set<String> taken) {
    var free = name;
    while (!taken.add(folded(free))) {
      free += "_";
    }
    return free;
  }

  /// Equal for names that are one file on some systems.
  static String folded(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
  }
}
