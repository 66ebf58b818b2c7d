"""Writes the cases of toco.prepare: python prepare_cases.py FOLDER

coco.json      regions of images, with the masks that pycocotools 2.0.11 and alicranck/coco2voc's rule
               (smallest area first) make of them, as digits row by row
sbd.mat        a mask as SBD has it, in a struct of MATLAB 5, compressed by SciPy
sbd-plain.mat  the same without compression
"""

import json
import sys
from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse
from pycocotools import mask as coco

out = Path(sys.argv[1])
rng = np.random.default_rng(3)
CLASSES = [(1, "person"), (18, "dog"), (90, "toothbrush")]
LABELS = {1: 1, 18: 17, 90: 80}


def polygon(w, h, corners, spread):
    points = rng.uniform(-spread, 1 + spread, (corners, 2)) * (w, h)
    return [round(v, 2) for v in points.ravel().tolist()]


def segmentation(kind, w, h):
    if kind == "runs":
        mask = np.zeros((h, w), np.uint8)
        mask[rng.integers(0, h, 40), rng.integers(0, w, 40)] = 1
        flat = mask.ravel(order="F")
        counts, value = [], 0
        for v in flat:
            if v != value or not counts:
                if not counts and v == 1:
                    counts.append(0)
                counts.append(0)
                value = v
            counts[-1] += 1
        return {"size": [h, w], "counts": counts}
    if kind == "two":
        return [polygon(w, h, 5, 0), polygon(w, h, 3, 0.1)]
    if kind == "line":
        return [[3.0, 3.0, 3.0, 3.0, 20.5, 3.0, 20.5, 3.0]]
    if kind == "box":
        return [[2.5, 1.5, 9.5, 1.5, 9.5, 7.5, 2.5, 7.5, 2.5, 1.5]]
    return [polygon(w, h, int(rng.integers(3, 40)), 0.2)]


images, annotations, masks = [], [], {}
for i in range(12):
    w, h = int(rng.integers(1, 60)), int(rng.integers(1, 50))
    name = f"COCO_val2014_{i:012d}"
    images.append({"id": i, "file_name": name + ".jpg", "width": w, "height": h})
    label = np.zeros((h, w), np.uint8)
    own = []
    for kind in ["polygon", "two", "line", "box", "runs", "polygon"][: 1 + i % 6]:
        seg = segmentation(kind, w, h)
        rle = coco.frPyObjects(seg, h, w)
        rle = coco.merge(rle) if isinstance(seg, list) else rle
        id = CLASSES[int(rng.integers(3))][0]
        own.append((float(coco.area(rle)), id, seg, coco.decode(rle)))
    for area, id, seg, m in own:
        annotations.append({"image_id": i, "category_id": id, "area": area, "segmentation": seg,
                            "iscrowd": int(isinstance(seg, dict))})
    for area, id, seg, m in sorted(own, key=lambda o: o[0]):
        label = np.where(label > 0, label, m * LABELS[id])
    masks[name] = [" ".join(str(v) for v in row) for row in label.tolist()]

(out / "coco.json").write_text(json.dumps({
    "annotations": annotations, "images": images, "masks": masks,
    "categories": [{"id": id, "name": name} for id, name in CLASSES]}, separators=(",", ":")) + "\n")

labels = np.array([[0, 1, 2, 3], [20, 0, 0, 15], [7, 7, 0, 0]], np.uint8)
boundaries = np.empty((20, 1), object)
for k in range(20):
    boundaries[k, 0] = scipy.sparse.csc_matrix((labels == k + 1).astype(np.float64))
case = {"GTcls": {"Boundaries": boundaries, "Segmentation": labels,
                  "CategoriesPresent": np.array([[1, 2, 3, 7, 15, 20]], np.uint8)}}
scipy.io.savemat(out / "sbd.mat", case, do_compression=True)
scipy.io.savemat(out / "sbd-plain.mat", case, do_compression=False)
