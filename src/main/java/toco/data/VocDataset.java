package toco.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import toco.config.DataConfig;
import toco.config.Split;
import toco.image.ReadOptions;

/// A data set in Pascal VOC's layout; [VocFiles] has the paths of its parts.
///
/// Opening checks that every listed image exists and has a label of the right length. Pixels are
/// read later.
public final class VocDataset extends ListedDataset {
  private final VocFiles files;
  private final MaskFolder masks;

  private VocDataset(
      VocFiles files,
      NameList list,
      List<String> classNames,
      ClassLabels labels,
      MaskFolder masks,
      ReadOptions readOptions,
      MaskReader maskReader) {
    super(list, classNames, labels, masks, readOptions, maskReader);
    this.files = files;
    this.masks = masks;
  }

  /// Opens a split with the labels of its labels file. Masks are not read.
  ///
  /// @param classNames foreground classes in label order
  /// @throws DataException naming the file or line that is missing or wrong
  public static VocDataset open(VocFiles files, List<String> classNames) {
    var dataset = of(files, classNames, false);
    dataset.requireImagesAndLabels();
    return dataset;
  }

  /// Opens a split and derives the image-level labels from its masks, for data that has masks and
  /// no labels file. Reads pixel-level annotation: not the weakly supervised setting.
  ///
  /// @throws DataException naming the file or line that is missing or wrong
  public static VocDataset openWithLabelsFromMasks(VocFiles files, List<String> classNames) {
    var dataset = of(files, classNames, true);
    dataset.requireImagesAndLabels();
    return dataset;
  }

  private static VocDataset of(VocFiles files, List<String> classNames, boolean labelsFromMasks) {
    return of(
        files,
        new ClassIndex(classNames),
        labelsFromMasks,
        Set.of(),
        ReadOptions.STANDARD,
        MaskReader.of(classNames.size()));
  }

  static VocDataset of(DataConfig data, Split split, ClassIndex classes) {
    var files =
        new VocFiles(
            data.imagePath(), data.maskPath(), data.listPath(split), data.labelsPath(split));
    return of(
        files,
        classes,
        data.labelsFromMasks(),
        NameList.readable(data),
        ReadOptions.of(data),
        MaskReader.of(data));
  }

  /// @param named names in all lists, which labels may refer to
  private static VocDataset of(
      VocFiles files,
      ClassIndex classes,
      boolean labelsFromMasks,
      Set<String> named,
      ReadOptions options,
      MaskReader reader) {
    var masks = new MaskFolder(files.maskDir());
    ImageFolder.require(files.imageDir(), "a folder in VOC layout");
    var list = NameList.read(files.list());
    var references = new ImageReferences(named.isEmpty() ? list.names() : named);
    var labels =
        classes.orNone(() ->
            labelsFromMasks
                ? labelsFromMasks(list, masks::find, reader)
                : LabelSource.read(files.labels(), classes).renamed(references::findOrStem));
    return new VocDataset(files, list, classes.names(), labels, masks, options, reader);
  }

  @Override
  Path image(String name) {
    return files.image(name);
  }

  @Override
  Path mask(String name) {
    return masks.find(name);
  }

  @Override
  String similarMask(String name) {
    return masks.similar(name);
  }
}
