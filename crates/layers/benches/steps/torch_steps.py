"""The rows of `steps` in PyTorch: `torch_steps.py ROW` prints one as JSON."""

import json
import os
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional

RUNS = (3, 15)
torch.set_num_threads(int(os.environ.get("RAYON_NUM_THREADS", "2")))
torch.manual_seed(0)


class ConvNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, groups=1, activation=None):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.activation = activation

    def forward(self, x):
        x = self.norm(self.conv(x))
        return self.activation(x, inplace=True) if self.activation else x


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = ConvNorm(inputs, outputs, 3, stride, activation=functional.relu)
        self.conv2 = ConvNorm(outputs, outputs, 3)
        self.downsample = ConvNorm(inputs, outputs, 1, stride) if stride > 1 else None

    def forward(self, x):
        y = self.conv2(self.conv1(x))
        y += self.downsample(x) if self.downsample else x
        return functional.relu(y, inplace=True)


def resnet18():
    blocks, inputs = [], 64
    for index in range(8):
        outputs = 64 << (index // 2)
        blocks.append(Residual(inputs, outputs, 2 if index % 2 == 0 and index > 0 else 1))
        inputs = outputs
    stem = [ConvNorm(3, 64, 7, 2, activation=functional.relu), nn.MaxPool2d(3, 2, 1)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


class Inverted(nn.Module):
    def __init__(self, inputs, outputs, expansion, kernel, stride):
        super().__init__()
        middle = inputs * expansion
        act = functional.relu6
        layers = [ConvNorm(inputs, middle, 1, activation=act)] if expansion > 1 else []
        layers += [ConvNorm(middle, middle, kernel, stride, middle, act), ConvNorm(middle, outputs, 1)]
        self.layers = nn.Sequential(*layers)
        self.same = stride == 1 and inputs == outputs

    def forward(self, x):
        return self.layers(x) + x if self.same else self.layers(x)


def lite0():
    groups = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3),
              (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)]
    layers, inputs = [ConvNorm(3, 32, 3, 2, activation=functional.relu6)], 32
    for expansion, kernel, stride, outputs, repeats in groups:
        for repeat in range(repeats):
            layers.append(Inverted(inputs, outputs, expansion, kernel, stride if repeat == 0 else 1))
            inputs = outputs
    top = [ConvNorm(320, 1280, 1, activation=functional.relu6), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, *top, nn.Linear(1280, 10))


def train(batch, size, adam):
    model = resnet18()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3) if adam else torch.optim.SGD(model.parameters(), 1e-3)
    pictures, labels = torch.randn(batch, 3, size, size), torch.arange(batch) % 10

    def work():
        optimizer.zero_grad()
        functional.cross_entropy(model(pictures), labels).backward()
        optimizer.step()

    return work


def infer(model, batch, size):
    model, pictures = model.eval(), torch.randn(batch, 3, size, size)

    def work():
        with torch.inference_mode():
            model(pictures)

    return work


def differentiable(function, *tensors):
    """Forward and backward, as the rows named `backward` measure."""
    return lambda: function(*tensors).sum().backward()


def convolution(backward, inputs, outputs, kernel, stride, size, groups):
    x, w = torch.randn(8, inputs, size, size), torch.randn(outputs, inputs // groups, kernel, kernel)
    run = lambda x, w: functional.conv2d(x, w, None, stride, kernel // 2, 1, groups)
    if not backward:
        return lambda: run(x, w)
    return differentiable(run, x.requires_grad_(inputs > 3), w.requires_grad_())


def norm(backward):
    layer = nn.BatchNorm2d(64).requires_grad_(backward)
    x = torch.randn(8, 64, 56, 56, requires_grad=backward)
    run = lambda x: functional.relu(layer(x), inplace=True)
    return differentiable(run, x) if backward else lambda: run(x)


def pool(backward):
    x = torch.randn(8, 64, 112, 112, requires_grad=backward)
    run = lambda x: functional.max_pool2d(x, 3, 2, 1)
    return differentiable(run, x) if backward else lambda: run(x)


def update():
    weights = [p for p in resnet18().parameters() if p.dim() == 4]
    optimizer = torch.optim.Adam(weights, 1e-3)
    for weight in weights:
        weight.grad = torch.randn_like(weight)
    return optimizer.step


def row(name):
    parts = name.split("-")
    numbers = [int(part) for part in parts if part.isdigit()]
    backward = "backward" in parts
    if parts[0] in ("sgd", "adam") and numbers:
        return train(*numbers, parts[0] == "adam")
    if parts[0] == "inference":
        return infer(resnet18(), *numbers)
    if parts[0] == "lite0":
        return infer(lite0(), *numbers)
    if parts[0] == "conv":
        inputs, outputs, kernel, stride, size = numbers
        return convolution(backward, inputs, outputs, kernel, stride, size, 1)
    if parts[0] == "depthwise":
        channels, kernel, stride, size = numbers
        return convolution(backward, channels, channels, kernel, stride, size, channels)
    return {"norm": lambda: norm(backward), "pool": lambda: pool(backward), "adam": update}[parts[0]]()


def main():
    work = row(sys.argv[1])
    for _ in range(RUNS[0]):
        work()
    cpu, times = time.process_time(), []
    for _ in range(RUNS[1]):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    cpu = (time.process_time() - cpu) * 1e3 / RUNS[1]
    times.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"row": sys.argv[1], "kernels": "torch", "median_ms": times[RUNS[1] // 2], "min_ms": times[0],
                      "cpu_ms": cpu, "peak_mib": peak}))


main()
