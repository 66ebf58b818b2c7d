package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import toco.config.DataConfig;
import toco.config.Split;
import toco.image.ReadOptions;

/// COCO 2014 or 2017 as it unpacks, with the list files of the published code:
///
/// ```
/// train2014/COCO_train2014_000000000009.jpg                      images, in data.imageDir
/// SegmentationClass/train2014/COCO_train2014_000000000009.png    masks, in data.maskDir
/// lists/train.txt                                                COCO_train2014_000000000009 …
/// ```
///
/// Images of 2017 are called `000000000009`, in the folder train2017 or val2017; labels of either
/// year fit images of the other.
///
/// A listed name determines its folder, or is written with it (`train2014/NAME`). Labels are looked
/// up by the name without the folder. The published lists hold the images that have at least one
/// annotation, 82,081 of train and 40,137 of val, and `val_part` the first 5,000 of val.
final class CocoDataset extends ListedDataset {
  private static final Pattern NAME_2014 = Pattern.compile("COCO_([a-z]+\\d{4})_\\d+");
  private static final Pattern NAME_2017 = Pattern.compile("\\d{12}");
  private static final List<String> FOLDERS_2017 = List.of("train2017/", "val2017/");

  private final Path imageDir;
  private final MaskFolder masks;

  private CocoDataset(DataConfig data, NameList list, ClassLabels labels, MaskFolder masks) {
    super(list, data.classNames(), labels, masks, ReadOptions.of(data), MaskReader.of(data));
    imageDir = data.imagePath();
    this.masks = masks;
  }

  static CocoDataset of(DataConfig data, Split split, ClassIndex classes) {
    ImageFolder.require(data.imagePath(), "the folder that holds train2014 and val2014");
    var list = NameList.read(data.listPath(split));
    var masks = new MaskFolder(data.maskPath());
    var labels =
        classes.orNone(() ->
            data.labelsFromMasks()
                ? labelsFromMasks(
                    list,
                    name -> masks.find(withFolder(name, data.imagePath())),
                    MaskReader.of(data))
                : LabelSource.read(data.labelsPath(split), classes)
                    .renamed(new ImageReferences(NameList.readable(data))::findOrName));
    return new CocoDataset(data, list, labels, masks);
  }

  @Override
  Path image(String name) {
    return ImageNames.file(imageDir, withFolder(name, imageDir));
  }

  @Override
  Path mask(String name) {
    return masks.find(withFolder(name, imageDir));
  }

  @Override
  String similarMask(String name) {
    return masks.similar(withFolder(name, imageDir));
  }

  /// The names of 2014 say in which folder an image is, those of 2017 do not.
  private static String withFolder(String name, Path imageDir) {
    var parts = NAME_2014.matcher(name);
    if (parts.matches()) {
      return parts.group(1) + "/" + name;
    }
    return NAME_2017.matcher(name).matches()
        ? FOLDERS_2017.stream()
            .map(folder -> folder + name)
            .filter(path -> Files.isRegularFile(ImageNames.file(imageDir, path)))
            .findFirst()
            .orElse(name)
        : name;
  }
}
