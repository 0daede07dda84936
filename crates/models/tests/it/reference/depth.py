"""How often timm's bodies leave out each of their blocks, from input to output, at a drop path of 0.3.

    python depth.py                # writes depth.json beside it (timm 1.0.31)
"""

import json
from pathlib import Path

import timm
import torch
from timm.layers import DropPath

ARCHS = [
    "resnet18", "resnet50", "resnet101d", "wide_resnet50_2", "regnety_002", "regnety_016",
    "tf_efficientnet_lite0", "tf_efficientnet_lite2", "efficientnet_b0", "efficientnet_b4", "tf_efficientnetv2_s",
    "mobilenetv3_large_100", "mobilenetv3_small_100", "mobilenetv4_conv_small", "mobilenetv4_conv_medium", "mobilenetv4_conv_large",
    "convnext_atto", "convnext_tiny", "convnext_base", "convnextv2_nano",
    "vit_tiny_patch16_224", "deit3_small_patch16_224", "vit_small_patch14_reg4_dinov2",
]  # fmt: skip


def rates(name):
    with torch.device("meta"):
        net = timm.create_model(name, drop_path_rate=0.3)
    found = []
    for block in net.modules():
        paths = [getattr(block, path) for path in ("drop_path", "drop_path1") if hasattr(block, path)]
        if paths:
            found.append(round(paths[0].drop_prob if isinstance(paths[0], DropPath) else 0.0, 6))
    return found


found = {name: rates(name) for name in ARCHS}
lines = [f"  {json.dumps(name)}: {json.dumps(of)}" for name, of in found.items()]
Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
