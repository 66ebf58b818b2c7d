package toco.prepare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import toco.config.DataConfig.OtherClasses;
import toco.data.LabelConversion;

/// Prepares PASCAL VOC 2012, as the published code lays it out:
///
/// ```
/// JPEGImages/NAME.jpg            the images of all lists
/// Annotations/NAME.xml           VOC's annotations of them
/// SegmentationClassAug/NAME.png  VOC's masks, and SBD's for the other images
/// lists/                         train, val, train_aug, cls_labels_onehot.npy
/// prepared.json                  written last
/// ```
///
/// train_aug has the images of VOC's training list and of both lists of SBD, without those of VOC's
/// validation list.
final class VocPreparation {
  private static final String TRAIN = "ImageSets/Segmentation/train.txt";
  private static final String VAL = "ImageSets/Segmentation/val.txt";
  private static final String SBD_TRAIN = "dataset/train.txt";
  private static final List<String> UNPACKED_VOC =
      List.of("", "VOC2012", "VOCdevkit/VOC2012", "TrainVal/VOCdevkit/VOC2012");
  private static final List<String> UNPACKED_SBD = List.of("", "benchmark_RELEASE", "SBD");

  private final VocRelease release;
  private final Workplace place;
  private final Lists lists;
  private final Path home;

  private VocPreparation(VocRelease release, Workplace place) {
    this.release = release;
    this.place = place;
    home = place.home();
    lists = new Lists(place);
  }

  static Prepared run(VocRelease release, Workplace place) {
    return place.alone(() -> new VocPreparation(release, place).run());
  }

  /// The data set's folder: VOC's own in the root, if it was unpacked there.
  static Path home(Path root) {
    return Workplace.find(List.of(root), UNPACKED_VOC, VocPreparation::isVoc).orElse(root);
  }

  private static boolean isVoc(Path folder) {
    return Files.isDirectory(folder.resolve("JPEGImages"))
        && Files.isDirectory(folder.resolve("Annotations"))
        && Files.isRegularFile(folder.resolve(TRAIN))
        && Files.isRegularFile(folder.resolve(VAL));
  }

  private static boolean isSbd(Path folder) {
    return Files.isDirectory(folder.resolve("dataset/cls"))
        && Files.isRegularFile(folder.resolve(SBD_TRAIN));
  }

  /// The names in the lists.
  ///
  /// @param aug train_aug; empty: there is none
  private record Names(List<String> train, List<String> val, List<String> aug) {
    List<String> all() {
      return Stream.of(train, val, aug).flatMap(List::stream).sorted().distinct().toList();
    }
  }

  private Prepared run() {
    var before = finished();
    if (before.isPresent()) {
      place.listener().onMessage("%s was prepared before".formatted(home));
      place.finishArchives(release.voc(), release.sbd());
      return before.get();
    }
    boolean hasSbd = hasSbd();
    var voc = ReleaseIndex.of(voc(), TRAIN, "VOC2012");
    var sbd = hasSbd ? ReleaseIndex.of(sbd(), SBD_TRAIN, "benchmark_RELEASE") : null;
    var names = names(voc, sbd);
    unpack(voc, sbd, names);
    lists.write(release.train(), names.train);
    lists.write(release.val(), names.val);
    lists.write(release.aug(), names.aug);
    var labels =
        LabelConversion.of(
            LabelConversion.Kind.VOC_XML, home.resolve("Annotations"), null, OtherClasses.ERROR);
    lists.writeLabels(labels.read(lists.files()), labels.classNames());
    var prepared = summary(names);
    Marker.write(home, prepared.toJson());
    place.finishArchives(release.voc(), release.sbd());
    return prepared;
  }

  /// What an earlier run prepared, if nothing of it is missing.
  private Optional<Prepared> finished() {
    if (!Marker.isIn(home) || (hasSbd() && !lists.has(release.aug()))) {
      return Optional.empty();
    }
    var names =
        new Names(
            lists.read(release.train()), lists.read(release.val()), lists.read(release.aug()));
    boolean isComplete =
        lists.hasLabels()
            && !names.train.isEmpty()
            && !names.val.isEmpty()
            && names.all().stream().map(this::image).allMatch(Files::isRegularFile)
            && names.val.stream().map(this::mask).allMatch(PngEnds::isWhole);
    return isComplete ? Optional.of(summary(names)) : Optional.empty();
  }

  /// Whether SBD is wanted, and is there or can be downloaded.
  private boolean hasSbd() {
    return place.options().sbd()
        && (unpackedSbd().isPresent() || place.archives().has(release.sbd()));
  }

  private Contents voc() {
    if (isVoc(home)) {
      return new FolderContents(home);
    }
    var unpacked = Workplace.find(place.archives().folders(), UNPACKED_VOC, VocPreparation::isVoc);
    if (unpacked.isEmpty()) {
      return new TarContents(place.archives().get(release.voc()));
    }
    place.link(unpacked.get(), "JPEGImages");
    place.link(unpacked.get(), "Annotations");
    return new FolderContents(unpacked.get());
  }

  private Contents sbd() {
    var unpacked = unpackedSbd();
    return unpacked.isPresent()
        ? new FolderContents(unpacked.get())
        : new TarContents(place.archives().get(release.sbd()));
  }

  private Optional<Path> unpackedSbd() {
    var folders = new ArrayList<>(place.archives().folders());
    folders.add(place.options().root());
    return Workplace.find(folders, UNPACKED_SBD, VocPreparation::isSbd);
  }

  /// The lists, checked. Without SBD, train_aug is the list that is there already, if any.
  private Names names(ReleaseIndex voc, @Nullable ReleaseIndex sbd) {
    var train = voc.list(TRAIN).stream().sorted().toList();
    var val = voc.list(VAL).stream().sorted().toList();
    lists.check(release.train(), train, voc.contents().name());
    lists.check(release.val(), val, voc.contents().name());
    if (sbd == null) {
      return new Names(train, val, lists.read(release.aug()));
    }
    var aug = new TreeSet<>(train);
    aug.addAll(sbd.list(SBD_TRAIN));
    aug.addAll(sbd.list("dataset/val.txt"));
    val.forEach(aug::remove);
    lists.check(release.aug(), aug, sbd.contents().name());
    return new Names(train, val, List.copyOf(aug));
  }

  private void unpack(ReleaseIndex voc, @Nullable ReleaseIndex sbd, Names names) {
    var fromVoc = new Unpacking(voc);
    for (var name : names.all()) {
      fromVoc.copy("JPEGImages/" + name + ".jpg", image(name));
      fromVoc.copy("Annotations/" + name + ".xml", home.resolve("Annotations/" + name + ".xml"));
    }
    var ownMasks = new TreeSet<>(names.train);
    ownMasks.addAll(names.val);
    ownMasks.forEach(name -> fromVoc.copyMask("SegmentationClass/" + name + ".png", mask(name)));
    var all = new ArrayList<>(List.of(fromVoc));
    if (sbd != null) {
      var fromSbd = new Unpacking(sbd);
      names.aug.stream()
          .filter(name -> !ownMasks.contains(name) && !PngEnds.isWhole(mask(name)))
          .forEach(name -> fromSbd.add("dataset/cls/" + name + ".mat", mask(name), SbdMask::write));
      all.add(fromSbd);
    }
    place.requireSpace(all.stream().mapToLong(Unpacking::bytes).sum(), "unpacking");
    all.forEach(unpacking -> unpacking.run(place.listener()));
  }

  private Path image(String name) {
    return home.resolve("JPEGImages/" + name + ".jpg");
  }

  private Path mask(String name) {
    return home.resolve("SegmentationClassAug/" + name + ".png");
  }

  private Prepared summary(Names names) {
    var counts = new LinkedHashMap<String, Integer>();
    counts.put("train", names.train.size());
    counts.put("val", names.val.size());
    var settings = new ArrayList<String>();
    var notes = new ArrayList<String>();
    if (names.aug.isEmpty()) {
      settings.add("data.trainList=lists/train.txt");
      notes.add(
          "without SBD's %s there is no train_aug, the published training list"
              .formatted(release.sbd().name()));
    } else {
      counts.put("train_aug", names.aug.size());
    }
    var all = names.all();
    int masks = (int) all.stream().map(this::mask).filter(Files::isRegularFile).count();
    return new Prepared(
        "voc2012", "configs/voc_deit_b.yaml", home, counts, all.size(), masks, settings, notes);
  }
}
