"""Compares the masks that pycocotools makes of a COCO file with label maps, pixel for pixel.

DIR/coco is the export, DIR/truth/NAME.png the label maps. Prints how many there were."""

import json
import sys
from pathlib import Path

import numpy
from PIL import Image
from pycocotools import mask as masks
from pycocotools.coco import COCO

folder = Path(sys.argv[1])
file = folder / "coco" / "annotations" / "instances_default.json"
coco = COCO(str(file))
results_file = folder / "coco" / "results.json"
results = coco.loadRes(str(results_file)) if json.loads(results_file.read_text()) else None
labels = {category["id"]: k + 1 for k, category in enumerate(coco.dataset["categories"])}
polygons = runs = 0


def drawn(of, ids, shape):
    labelled = numpy.zeros(shape, "uint8")
    for annotation in of.loadAnns(ids):
        region = of.annToMask(annotation)
        assert region.shape == shape
        assert not labelled[region > 0].any(), "regions overlap"
        labelled[region > 0] = labels[annotation["category_id"]]
    return labelled


for image in coco.dataset["images"]:
    truth = numpy.array(Image.open(folder / "truth" / Path(image["file_name"]).with_suffix(".png")))
    truth[truth == 255] = 0
    assert truth.shape == (image["height"], image["width"])
    ids = coco.getAnnIds(imgIds=image["id"])
    assert (drawn(coco, ids, truth.shape) == truth).all(), image["file_name"]
    for annotation in coco.loadAnns(ids):
        rle = coco.annToRLE(annotation)
        assert masks.area(rle) == annotation["area"]
        assert masks.toBbox(rle).tolist() == annotation["bbox"]
        assert annotation["iscrowd"] == 0 and 0 <= annotation["score"] <= 1
        polygon = isinstance(annotation["segmentation"], list)
        polygons += polygon
        runs += not polygon
        if not polygon:  # the same text that pycocotools writes
            again = masks.encode(numpy.asfortranarray(coco.annToMask(annotation)))
            assert again["counts"].decode() == annotation["segmentation"]["counts"]
    if results:
        of_image = results.getAnnIds(imgIds=image["id"])
        assert len(of_image) == len(ids)
        assert (drawn(results, of_image, truth.shape) == truth).all()

print(f"images {len(coco.dataset['images'])} polygons {polygons} runs {runs}")
