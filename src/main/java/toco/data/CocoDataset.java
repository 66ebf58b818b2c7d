package toco.data;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Pattern;
import toco.config.DataConfig;
import toco.config.Split;

/// COCO 2014 as it unpacks, with the list files of the published code:
///
/// ```
/// train2014/COCO_train2014_000000000009.jpg                      images, in data.imageDir
/// SegmentationClass/train2014/COCO_train2014_000000000009.png    masks, in data.maskDir
/// lists/train.txt                                                COCO_train2014_000000000009 …
/// ```
///
/// A listed name determines its folder, or is written with it (`train2014/NAME`). Labels are looked
/// up by the name without the folder. The published lists hold the images that have at least one
/// annotation, 82,081 of train and 40,137 of val, and `val_part` the first 5,000 of val.
final class CocoDataset extends ListedDataset {
  private static final Pattern NAME = Pattern.compile("COCO_([a-z]+\\d{4})_\\d+");

  private final Path imageDir;
  private final MaskFolder masks;

  private CocoDataset(DataConfig data, NameList list, ClassLabels labels, MaskFolder masks) {
    super(list, data.classNames(), labels, masks, MaskReader.of(data));
    imageDir = data.imagePath();
    this.masks = masks;
  }

  static CocoDataset of(DataConfig data, Split split, ClassIndex classes) {
    requireFolder(data.imagePath(), "the folder that holds train2014 and val2014");
    var list = NameList.read(data.listPath(split));
    var masks = new MaskFolder(data.maskPath());
    var labels =
        classes.orNone(() ->
            data.labelsFromMasks()
                ? labelsFromMasks(list, name -> masks.find(withFolder(name)), MaskReader.of(data))
                : asListed(LabelSource.read(data.labelsPath(split), classes), list.names()));
    return new CocoDataset(data, list, labels, masks);
  }

  /// The labels under the names of the list, which may have a folder where the labels have none.
  private static ClassLabels asListed(ClassLabels labels, List<String> names) {
    var listed = new HashMap<String, String>();
    names.forEach(name -> listed.put(ImageNames.last(name), name));
    return labels.renamed(name -> {
      var alone = ImageNames.last(ImageNames.withoutExtension(name));
      return listed.getOrDefault(alone, alone);
    });
  }

  @Override
  Path image(String name) {
    return ImageNames.file(imageDir, withFolder(name));
  }

  @Override
  Path mask(String name) {
    return masks.find(withFolder(name));
  }

  @Override
  String similarMask(String name) {
    return masks.similar(withFolder(name));
  }

  private static String withFolder(String name) {
    var parts = NAME.matcher(name);
    return parts.matches() ? parts.group(1) + "/" + name : name;
  }
}
