"""Checks an ONNX file and runs it: run_onnx.py MODEL IMAGES BATCH HEIGHT WIDTH OUT.

Outputs are written as OUT/NAME.f32. The reference implementation of the operators, which is slow, must give them too.
"""

import pathlib
import sys

import numpy
import onnx
import onnx.reference
import onnxruntime

model, images, batch, height, width, out = sys.argv[1:]
onnx.checker.check_model(model, full_check=True)  # with inference of types and sizes
shape = int(batch), 3, int(height), int(width)
feed = {"image": numpy.fromfile(images, dtype="<f4").reshape(shape)}
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
names = [output.name for output in session.get_outputs()]
folder = pathlib.Path(out)
folder.mkdir(exist_ok=True)
expected = onnx.reference.ReferenceEvaluator(model).run(names, feed)
for name, value, reference in zip(names, session.run(names, feed), expected):
    difference = abs(value - reference).max() / abs(reference).max()
    assert difference < 1e-5, (name, difference)
    value.tofile(folder / f"{name}.f32")
entries = session.get_modelmeta().custom_metadata_map
print(" ".join(sorted(entries)))
