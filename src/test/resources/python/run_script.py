"""Runs a TorchScript file on raw images, as examples/cpp-inference does. usage: run_script.py MODEL IMAGES BATCH HEIGHT WIDTH OUT"""

import os
import sys
import warnings

import torch

warnings.simplefilter("ignore")
model, images, batch, height, width, out = sys.argv[1:]
shape = (int(batch), 3, int(height), int(width))
with open(images, "rb") as file:
    x = torch.frombuffer(bytearray(file.read()), dtype=torch.float32).reshape(shape)
with torch.no_grad():
    outputs = torch.jit.load(model)(x)
os.makedirs(out, exist_ok=True)
for name, values in outputs.items():
    with open(os.path.join(out, name + ".f32"), "wb") as file:
        file.write(values.contiguous().numpy().tobytes())
