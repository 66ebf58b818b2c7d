package toco.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import toco.config.DataConfig;
import toco.config.Split;
import toco.image.ReadOptions;

/// Your own images: files anywhere under a folder, with the names of [ImageFolder].
///
/// Lists and labels refer to an image by its path relative to the folder or by the end of that
/// path, with or without extension. Without a training list, all labelled images that are in no
/// other list are for training. [MaskFolder] finds the masks; where `beach/IMG_1.jpg` and
/// `beach/IMG_1.png` are both images, the mask of the first is `beach/IMG_1.jpg.png`.
final class FolderDataset extends ListedDataset {
  private final ImageFolder images;
  private final Path imageDir;
  private final MaskFolder masks;

  private FolderDataset(
      DataConfig data, ImageFolder images, NameList list, ClassLabels labels, MaskFolder masks) {
    super(list, data.classNames(), labels, masks, ReadOptions.of(data), MaskReader.of(data));
    this.images = images;
    imageDir = data.imagePath();
    this.masks = masks;
  }

  static FolderDataset of(DataConfig data, Split split, ClassIndex classes) {
    var images = ImageFolder.scan(data.imagePath(), withoutImages(data));
    var masks = new MaskFolder(data.maskPath());
    boolean listed = data.hasList(split) || split != Split.TRAIN;
    if (data.labelsFromMasks()) {
      var list =
          listed
              ? list(data.listPath(split), images)
              : without(otherLists(data, images), masked(data, images, masks));
      var labels =
          classes.orNone(
              () -> labelsFromMasks(list, name -> mask(masks, images, name), MaskReader.of(data)));
      return new FolderDataset(data, images, list, labels, masks);
    }
    var labels = classes.orNone(() -> labels(data, split, images, classes));
    var list =
        listed
            ? list(data.listPath(split), images)
            : without(otherLists(data, images), labelled(data.labelsPath(split), labels));
    return new FolderDataset(data, images, list, labels, masks);
  }

  /// Folders whose PNG files are no images.
  private static List<Path> withoutImages(DataConfig data) {
    var hints = data.hintsPath();
    return hints == null ? List.of(data.maskPath()) : List.of(data.maskPath(), hints);
  }

  private static ClassLabels labels(
      DataConfig data, Split split, ImageFolder images, ClassIndex classes) {
    return LabelSource.read(data.labelsPath(split), classes, withoutImages(data))
        .renamed(name -> images.find(name).orElseGet(() -> ImageReferences.stemOf(name)));
  }

  /// A list file, with its entries resolved to the names of images.
  private static NameList list(Path file, ImageFolder images) {
    var list = NameList.readFiles(file);
    return new NameList(
        file,
        list.entries().stream()
            .map(entry ->
                new NameList.Entry(
                    resolved(entry.name(), images, file + ":" + entry.line()), entry.line()))
            .toList());
  }

  /// The name of the image that an entry refers to, or the entry itself if that image is missing.
  private static String resolved(String name, ImageFolder images, String origin) {
    try {
      return images.find(name).orElseGet(() -> ImageReferences.stemOf(name));
    } catch (DataException e) {
      throw new DataException(origin + ": " + e.getMessage(), e);
    }
  }

  private static NameList labelled(Path file, ClassLabels labels) {
    return new NameList(
        file,
        labels.names().stream()
            .sorted()
            .map(name -> new NameList.Entry(name, labels.line(name)))
            .toList());
  }

  private static NameList masked(DataConfig data, ImageFolder images, MaskFolder masks) {
    return new NameList(
        data.maskPath(),
        images.byName().keySet().stream()
            .filter(name -> Files.isRegularFile(mask(masks, images, name)))
            .map(name -> new NameList.Entry(name, 0))
            .toList());
  }

  private static Set<String> otherLists(DataConfig data, ImageFolder images) {
    var names = new HashSet<String>();
    for (var split : List.of(Split.VAL, Split.TEST)) {
      if (data.hasList(split)) {
        names.addAll(list(data.listPath(split), images).names());
      }
    }
    return names;
  }

  private static NameList without(Set<String> others, NameList list) {
    var entries = new ArrayList<>(list.entries());
    entries.removeIf(entry -> others.contains(entry.name()));
    if (entries.isEmpty()) {
      throw new DataException(
          "%s leaves no image to train on: all %s are in the validation or test list"
              .formatted(list.file(), list.entries().size()));
    }
    return new NameList(list.file(), List.copyOf(entries));
  }

  @Override
  AnnotatedImages.Finder finder(DataConfig data) {
    return images::find;
  }

  @Override
  Path image(String name) {
    var path = images.byName().get(name);
    return path != null ? path : imageDir.resolve(name + ".jpg");
  }

  @Override
  Path mask(String name) {
    return mask(masks, images, name);
  }

  private static Path mask(MaskFolder masks, ImageFolder images, String name) {
    var stem = images.stem(name);
    if (!name.equals(stem)) { // images share the stem
      var own = masks.expected(name);
      if (Files.exists(own) || !isOnlyImage(images, name, masks.expected(stem))) {
        return own;
      }
    }
    return masks.find(stem, images.isUnique(stem), images.byName().get(name));
  }

  /// Whether the mask of a stem is no other image's: the images that share the stem are the mask
  /// itself, in a folder with both images and masks.
  private static boolean isOnlyImage(ImageFolder images, String name, Path mask) {
    try {
      for (var twin : images.twins(name)) {
        if (!Files.exists(mask) || !Files.isSameFile(twin, mask)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false; // reading the mask reports it
    }
  }

  @Override
  String similarMask(String name) {
    var stem = images.stem(name);
    return masks.similar(stem, images.isUnique(stem), images.byName().get(name));
  }

  @Override
  List<String> unreadFormats() {
    return images.unread().lines();
  }

  @Override
  public Optional<String> unreadImages() {
    return images.unreadImages();
  }

  @Override
  List<String> skipped() {
    return images.skipped();
  }

  @Override
  List<String> unlabelledImages() {
    return images.byName().keySet().stream().filter(name -> !labels().contains(name)).toList();
  }
}
