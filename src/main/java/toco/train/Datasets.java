package toco.train;

import toco.config.Config;
import toco.config.Layout;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.data.SyntheticShapes;
import toco.data.VocDataset;
import toco.data.VocFiles;

/// Opens the data set that a configuration names.
public final class Datasets {
  private Datasets() {}

  /// Opens a split; a synthetic set is generated first where it does not exist yet.
  ///
  /// @throws DataException naming the file or list line that is missing or wrong
  public static Dataset open(Config config, Split split) {
    var data = config.data();
    if (data.layout() == Layout.COCO) {
      throw new DataException(
          "data.layout coco cannot be read yet; lay the images out as VOC does and set"
              + " data.layout=voc");
    }
    if (data.layout() == Layout.SYNTHETIC) {
      generate(config);
    }
    var files =
        new VocFiles(data.imagePath(), data.maskPath(), data.listPath(split), data.labelsPath());
    return data.labelsFromMasks()
        ? VocDataset.openWithLabelsFromMasks(files, data.classNames())
        : VocDataset.open(files, data.classNames());
  }

  private static void generate(Config config) {
    var wanted = config.data().synthetic();
    var variant =
        switch (wanted.variant()) {
          case PLAIN -> SyntheticShapes.Variant.PLAIN;
          case LIVELY -> SyntheticShapes.Variant.LIVELY;
        };
    var options =
        new SyntheticShapes.Options(
            wanted.seed(), variant, wanted.trainImages(), wanted.valImages(), wanted.testImages());
    SyntheticShapes.write(config.data().root(), options);
  }
}
