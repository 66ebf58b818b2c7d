"""Compiles a small network with AOTInductor, and writes what it gives. usage: make_package.py OUT.pt2 INPUT.f32 OUTPUT.f32"""

import sys

import torch

package, source, target = sys.argv[1:]


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.conv = torch.nn.Conv2d(3, 4, 3)

    def forward(self, x, scale):
        return torch.relu(self.conv(x)) * scale, x.mean()


x, scale = torch.rand(2, 3, 8, 8), torch.tensor([2.0])
with torch.no_grad():
    net = Net().eval()
    exported = torch.export.export(net, (x, scale))
    torch._inductor.aoti_compile_and_package(exported, package_path=package)
    first, _ = net(x, scale)
with open(source, "wb") as file:
    file.write(x.numpy().tobytes())
with open(target, "wb") as file:
    file.write(first.contiguous().numpy().tobytes())
