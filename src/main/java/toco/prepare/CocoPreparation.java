package toco.prepare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import toco.config.DataConfig.OtherClasses;
import toco.config.Layout;
import toco.data.ClassLabels;
import toco.data.LabelConversion;
import toco.download.Source;
import toco.image.ImageWriter;

/// Prepares MS COCO 2014:
///
/// ```
/// annotations/instances_{train,val}2014.json
/// {train,val}2014/NAME.jpg           the images with at least one annotation
/// SegmentationClass/val2014/NAME.png masks made from the annotations' regions
/// lists/                             train, val, val_part, cls_labels_onehot.npy
/// prepared.json                      written last
/// ```
///
/// Training reads no masks, so train2014 gets none.
final class CocoPreparation {
  private final CocoRelease release;
  private final Workplace place;
  private final Lists lists;
  private final Path home;

  private CocoPreparation(CocoRelease release, Workplace place) {
    this.release = release;
    this.place = place;
    home = place.home();
    lists = new Lists(place);
  }

  static Prepared run(CocoRelease release, Workplace place) {
    return place.alone(() -> new CocoPreparation(release, place).run());
  }

  private Prepared run() {
    var before = finished();
    if (before.isPresent()) {
      place.listener().onMessage("%s was prepared before".formatted(home));
      finishArchives();
      return before.get();
    }
    for (var folder : place.archives().folders()) {
      Stream.of("annotations", "train2014", "val2014").forEach(name -> place.link(folder, name));
    }
    requireSpaceForAll();
    unpackAnnotations();
    var train = labels("train2014");
    var val = labels("val2014");
    var names = new Names(shown(train), shown(val));
    lists.check(release.trained(), names.train, release.annotations().name());
    lists.check(release.scored(), names.val, release.annotations().name());
    unpack(release.train(), "train2014", names.train);
    unpack(release.val(), "val2014", names.val);
    writeMasks(names.val);
    lists.write(release.trained(), names.train);
    lists.write(release.scored(), names.val);
    lists.write(release.watched(), names.watched(release));
    lists.writeLabels(train.with(val), Layout.COCO.classNames());
    var prepared = summary(names);
    Marker.write(home, prepared.toJson());
    finishArchives();
    return prepared;
  }

  /// The names in the lists.
  private record Names(List<String> train, List<String> val) {
    List<String> watched(CocoRelease release) {
      return val.subList(0, Math.min(release.watched().count(), val.size()));
    }
  }

  /// What an earlier run prepared, if nothing of it is missing.
  private Optional<Prepared> finished() {
    var names = new Names(lists.read(release.trained()), lists.read(release.scored()));
    boolean isComplete =
        Marker.isIn(home)
            && lists.hasLabels()
            && !names.train.isEmpty()
            && !names.val.isEmpty()
            && missing("train2014", names.train).isEmpty()
            && missing("val2014", names.val).isEmpty()
            && names.val.stream().map(this::mask).allMatch(Files::isRegularFile);
    return isComplete ? Optional.of(summary(names)) : Optional.empty();
  }

  /// The folder that is in an archive.
  private static String unpacked(String archive) {
    return archive.substring(0, archive.indexOf('.'));
  }

  /// Before hours of downloads. Photographs need as much space as the archive of them.
  private void requireSpaceForAll() {
    var archives =
        Stream.of(release.train(), release.val())
            .filter(archive -> !Files.isDirectory(home.resolve(unpacked(archive.name()))))
            .mapToLong(place.archives()::bytesToDownload)
            .sum();
    if (!Files.isDirectory(place.archives().own())) {
      place.requireSpace(2 * archives, "the data set with its archives");
    }
  }

  private void unpackAnnotations() {
    var files = List.of(annotations("train2014"), annotations("val2014"));
    if (files.stream().allMatch(Files::isRegularFile)) {
      return;
    }
    var file = place.archives().get(release.annotations());
    var index =
        ReleaseIndex.of(new ZipContents(file), "annotations/" + files.get(0).getFileName(), "");
    var unpacking = new Unpacking(index);
    files.forEach(each -> unpacking.copy("annotations/" + each.getFileName(), each));
    run(unpacking, file);
  }

  private Path annotations(String part) {
    return home.resolve("annotations/instances_%s.json".formatted(part));
  }

  private ClassLabels labels(String part) {
    place.listener().onMessage("reading " + annotations(part));
    return LabelConversion.of(
            LabelConversion.Kind.COCO_JSON,
            annotations(part),
            Layout.COCO.toString(),
            OtherClasses.ERROR)
        .read(List.of());
  }

  /// The images with at least one annotation, sorted.
  private static List<String> shown(ClassLabels labels) {
    return labels.names().stream().filter(name -> !labels.showsNoClass(name)).sorted().toList();
  }

  private List<String> missing(String part, List<String> names) {
    return names.stream().filter(name -> !Files.isRegularFile(image(part, name))).toList();
  }

  /// Unpacks images, if any is missing; those that are there are then compared, too.
  private void unpack(Source archive, String part, List<String> names) {
    if (missing(part, names).isEmpty()) {
      return;
    }
    var file = place.archives().get(archive);
    var index = ReleaseIndex.of(new ZipContents(file), part + "/" + names.getFirst() + ".jpg", "");
    var unpacking = new Unpacking(index);
    names.forEach(name -> unpacking.copy(part + "/" + name + ".jpg", image(part, name)));
    run(unpacking, file);
  }

  private void run(Unpacking unpacking, Path archive) {
    place.requireSpace(unpacking.bytes(), "unpacking " + archive.getFileName());
    unpacking.run(place.listener());
  }

  private void writeMasks(List<String> names) {
    var missing = names.stream().filter(name -> !PngEnds.isWhole(mask(name))).toList();
    @Nullable CocoMasks masks = null;
    for (int i = 0; i < missing.size(); i++) {
      masks = masks == null ? CocoMasks.read(annotations("val2014"), classNames()) : masks;
      ImageWriter.writePng(masks.mask(missing.get(i) + ".jpg"), mask(missing.get(i)));
      place.listener().onProgress("masks of val2014", i + 1, missing.size());
    }
  }

  private static List<String> classNames() {
    return Layout.COCO.classNames();
  }

  private Path image(String part, String name) {
    return home.resolve(part + "/" + name + ".jpg");
  }

  private Path mask(String name) {
    return home.resolve("SegmentationClass/val2014/" + name + ".png");
  }

  private void finishArchives() {
    place.finishArchives(release.train(), release.val(), release.annotations());
  }

  private Prepared summary(Names names) {
    var counts = new LinkedHashMap<String, Integer>();
    counts.put("train", names.train.size());
    counts.put("val", names.val.size());
    counts.put("val_part", names.watched(release).size());
    int images = names.train.size() + names.val.size();
    return new Prepared(
        "coco2014",
        "configs/coco_deit_b.yaml",
        home,
        counts,
        images,
        names.val.size(),
        List.of(),
        List.of());
  }
}
