package toco.reproduce;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import toco.config.Split;
import toco.prepare.PublishedLists.Names;

/// Compares the image lists with the published ones: number of names, and names.
final class ListCheck {
  private static final String REMEDY =
      "take it from datasets/ of the published repository, or name another one with --set"
          + " data.…List";

  private ListCheck() {}

  static List<PreflightCheck> run(Plan plan) {
    var lists = plan.lists();
    var data = plan.training().data();
    var train = data.listPath(Split.TRAIN);
    var watched = data.listPath(plan.training().eval().split());
    var scored = plan.scoring().data().listPath(plan.scoring().eval().split());
    var checks = new ArrayList<PreflightCheck>();
    checks.add(check(train, lists.train(), true));
    checks.add(check(watched, lists.watched(), true));
    if (!scored.toAbsolutePath().equals(watched.toAbsolutePath())) {
      checks.add(check(scored, lists.scored(), true));
    }
    if (lists.train1464() != null) {
      checks.add(check(train.resolveSibling(lists.train1464().file()), lists.train1464(), false));
    }
    if (lists.test() != null) {
      checks.add(check(train.resolveSibling(lists.test().file()), lists.test(), false));
    }
    return checks;
  }

  /// @param needed whether training or evaluation reads the list
  static PreflightCheck check(Path file, Names published, boolean needed) {
    List<String> names;
    try {
      names =
          Files.readAllLines(file).stream()
              .map(String::strip)
              .filter(name -> !name.isEmpty())
              .map(name ->
                  name.substring(name.lastIndexOf('/') + 1)) // names of COCO may have folders
              .toList();
    } catch (NoSuchFileException e) {
      return needed
          ? PreflightCheck.error("%s: no such list; %s".formatted(file, REMEDY))
          : PreflightCheck.note("%s: no such list; it is not needed here".formatted(file));
    } catch (IOException e) {
      return new PreflightCheck(
          needed ? PreflightCheck.Status.ERROR : PreflightCheck.Status.NOTE,
          "%s cannot be read: %s; %s".formatted(file, e, REMEDY));
    }
    return compare(file, names, published, needed);
  }

  private static PreflightCheck compare(
      Path file, List<String> names, Names published, boolean needed) {
    var wrong = needed ? PreflightCheck.Status.DIFFERS : PreflightCheck.Status.NOTE;
    var difference = published.difference(names);
    if (difference.isPresent()) {
      return new PreflightCheck(wrong, "%s: %s; %s".formatted(file, difference.get(), REMEDY));
    }
    if (published.sha256() == null) {
      return PreflightCheck.ok(String.format(Locale.ROOT, "%s: %,d names", file, names.size()));
    }
    return names.equals(names.stream().sorted().toList())
        ? PreflightCheck.ok(
            String.format(
                Locale.ROOT,
                "%s: %,d names, as published, SHA-256 %s",
                file,
                names.size(),
                published.sha256()))
        : PreflightCheck.note(
            String.format(
                Locale.ROOT,
                "%s: %,d names, as published, but in another order",
                file,
                names.size()));
  }
}
