"""Reads a .pth as the strictest user of PyTorch does and writes its tensors as safetensors: the header by hand, so that
torch is all it takes. usage: convert_weights.py IN.pth OUT.safetensors"""

import json
import struct
import sys

import torch

NAMES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}

source, target = sys.argv[1:]
state = torch.load(source, weights_only=True)
mapped = torch.load(source, weights_only=True, mmap=True)
assert list(state) == list(mapped)
assert all(torch.equal(state[name], mapped[name]) for name in state)

header, data = {}, b""
for name, tensor in state.items():
    content = tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
    header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(content)]}
    data += content
text = json.dumps(header).encode()
with open(target, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
