#!/usr/bin/env python3
"""What timm makes of a first convolution of three colours for other numbers of channels.

    pip install timm==1.0.20 torch==2.8.0
    python stem.py > stem.json

Entry i of the weights is ((7 i i + 11 i + 3) mod 1009) / 1009 - 1/2. Of what comes out every 97th number is kept.
"""

import json

import numpy as np
import timm
import torch
from timm.models import adapt_input_conv

SHAPES = {"resnet18": (64, 3, 7, 7), "efficientnet-lite0": (32, 3, 3, 3)}
CHANNELS = (1, 2, 4, 6, 13)


def weights(shape):
    i = np.arange(np.prod(shape), dtype=np.int64)
    return torch.tensor(np.float32(((7 * i * i + 11 * i + 3) % 1009) / 1009 - 0.5)).view(shape)


def sampled(shape, channels):
    adapted = adapt_input_conv(channels, weights(shape))
    return {"shape": list(adapted.shape), "sampled": [float(f"{x:.8g}") for x in adapted.flatten()[::97].tolist()]}


cases = {name: {str(n): sampled(shape, n) for n in CHANNELS} for name, shape in SHAPES.items()}
print(json.dumps({"timm": timm.__version__, "cases": cases}))
