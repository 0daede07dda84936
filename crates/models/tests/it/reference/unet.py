#!/usr/bin/env python3
"""What fastai's U-Net on ResNet-18 makes of a picture, for weights by a rule.

    pip install fastai==2.8.12 torch==2.8.0 torchvision==0.23.0
    python unet.py > unet.json

Entry i of tensor number k of the state dict is r = ((7 i i + 11 i + 13 k + 3) mod 1009) / 1009 - 1/2, times 2 sqrt(3 / fan in) for
convolutions, over 5 for biases and running means, and 1 + r / 2 for what else norms have. The pictures are 3 r with k = 0.
"""

import json

import numpy as np
import torch
import torchvision
from fastai.vision.learner import create_body
from fastai.vision.models.unet import DynamicUnet


def rule(count, place):
    i = np.arange(count, dtype=np.int64)
    return ((7 * i * i + 11 * i + 13 * place + 3) % 1009) / 1009 - 0.5


def filled(model):
    with torch.no_grad():
        for place, (name, value) in enumerate(model.state_dict().items()):
            numbers = rule(value.numel(), place)
            if name.endswith("num_batches_tracked"):
                continue
            if value.dim() == 4:
                numbers = numbers * 2 * np.sqrt(3 / value[0].numel())
            elif name.endswith(("bias", "running_mean")):
                numbers = numbers / 5
            else:
                numbers = 1 + numbers / 2
            value.copy_(torch.tensor(np.float32(numbers)).view(value.shape))
    return model


def unet(size, **settings):
    body = create_body(torchvision.models.resnet18(weights=None), n_in=3, pretrained=False, cut=-2)
    return filled(DynamicUnet(body, n_out=2, img_size=size, **settings)).eval()


def forward(height, width, **settings):
    model = unet((height, width), **settings).double()
    pictures = torch.tensor(np.float32(rule(2 * 3 * height * width, 0) * 3)).view(2, 3, height, width)
    with torch.no_grad():
        maps = model(pictures.double())
    sampled = [float(f"{value:.8g}") for value in maps[:, :, ::7, ::9].flatten().tolist()]
    names = list(model.state_dict())
    return {"size": [height, width], "last_cross": settings.get("last_cross", True), "names": names, "sampled": sampled}


print(json.dumps([forward(64, 64), forward(50, 70), forward(64, 96, last_cross=False)]))
