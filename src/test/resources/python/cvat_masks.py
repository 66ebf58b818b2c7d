"""Imports CVAT's archive with datumaro and compares its masks with label maps.

DIR/cvat.zip is the export, DIR/truth/NAME.png the label maps. Prints how many masks there were."""

import sys
import zipfile
from pathlib import Path

import numpy
from datumaro.components.dataset import Dataset
from PIL import Image

folder = Path(sys.argv[1])
unpacked = folder / "unpacked"
with zipfile.ZipFile(folder / "cvat.zip") as archive:
    assert archive.testzip() is None
    archive.extractall(unpacked)
data = Dataset.import_from(str(unpacked), "voc_segmentation")
categories = [label.name for label in data.categories()[next(iter(data.categories()))].items]
count = 0
for item in data:
    truth = numpy.array(Image.open(folder / "truth" / (item.id + ".png")))
    labelled = numpy.zeros(truth.shape, "uint8")
    for mask in item.annotations:
        region = mask.image > 0
        assert not labelled[region].any(), "regions overlap"
        labelled[region] = mask.label
        count += 1
    assert (labelled == numpy.where(truth == 255, 0, truth)).all(), item.id
    classes = numpy.array(Image.open(unpacked / "SegmentationClass" / (item.id + ".png")))
    assert (classes == truth).all(), item.id
print(f"items {len(data)} masks {count} labels {','.join(categories)}")
