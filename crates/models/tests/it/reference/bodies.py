"""What timm's networks make of weights by a rule: each resolution's map, the logits, the pictures' gradient, and a pass of training.

    pip install timm==1.0.20 torch==2.8.0
    python bodies.py                    # writes bodies.json beside it, of the members below
    python bodies.py FILE NAME...       # of these members, by timm's names; `all` for all that timm and we have
    FIRELIGHT_BODIES=FILE cargo test -p firelight-models --test it -- bodies

Entry i of tensor `name` is `u`, even within ±√3, of SplitMix64's mix of i plus a seed, the sum of the name's bytes times 2³²; then by what it is:

    running_var                      1 + u / 2
    scale of a norm, of a layer      1 + u / 10, of a layer's scale ("gamma") a fifth of it
    other vectors, positions, tokens u / 10
    other tensors                    u / √(numbers of one output)

Pixel i of a batch is sin(0.01 i + 0.3). A map is told by its shape, mean, and largest absolute value, each picture by itself. The
gradient is that of the mean of squared scores, in evaluation: through batch norms of few values it is chaos.
"""

import json
import sys
from pathlib import Path

import numpy as np
import timm
import torch

MEMBERS = (
    "resnet18d resnet26d resnext50_32x4d regnety_002 efficientnet_b0 efficientnet_b2 tf_efficientnet_b0 tf_efficientnetv2_s "
    "tf_efficientnet_lite0 mobilenetv3_large_100 mobilenetv3_small_100 mobilenetv4_conv_small mobilenetv4_conv_medium convnext_atto "
    "convnext_tiny convnextv2_atto vit_tiny_patch16_224 deit3_small_patch16_224 vit_small_patch14_dinov2 vit_small_patch14_reg4_dinov2"
).split()
ALL = MEMBERS + (
    "resnet18 resnet34 resnet50 resnet101 resnet152 resnet34d resnet50d resnet101d wide_resnet50_2 wide_resnet101_2 resnext101_32x8d "
    "regnety_004 regnety_006 regnety_008 regnety_016 regnety_032 efficientnet_b1 efficientnet_b3 efficientnet_b4 tf_efficientnet_b1 "
    "tf_efficientnet_b2 tf_efficientnet_b3 tf_efficientnet_b4 tf_efficientnet_lite1 tf_efficientnet_lite2 mobilenetv4_conv_large "
    "convnext_femto convnext_pico convnext_nano convnext_small convnext_base convnextv2_femto convnextv2_pico convnextv2_nano "
    "convnextv2_tiny convnextv2_base vit_small_patch16_224 vit_base_patch16_224 deit3_base_patch16_224 vit_base_patch14_dinov2 "
    "vit_base_patch14_reg4_dinov2"
).split()
SIZES = [(64, 64), (70, 98)]
CLASSES = 10


def even(count, seed):
    with np.errstate(over="ignore"):
        x = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return ((x >> np.uint64(11)).astype(np.float64) / 2**52 - 1) * np.sqrt(3)


def by_rule(name, shape):
    wave = even(int(np.prod(shape)), sum(name.encode()) << 32)
    if name.endswith("running_var"):
        values = 1 + wave / 2
    elif name.endswith(".gamma"):
        values = (1 + wave / 10) / 5
    elif name.endswith("grn.weight") or name.endswith(("bias", "running_mean", "token", "pos_embed")):
        values = wave / 10
    elif len(shape) == 1:
        values = 1 + wave / 10
    else:
        values = wave / np.sqrt(np.prod(shape[1:]))
    return torch.tensor(values.astype(np.float32)).reshape(shape)


def pictures(count, height, width):
    i = np.arange(count * 3 * height * width, dtype=np.float64)
    return torch.tensor(np.sin(0.01 * i + 0.3).astype(np.float32)).reshape(count, 3, height, width)


def told(tensor):
    rows = tensor.detach().flatten(1)
    number = lambda values: [float(f"{value:.8g}") for value in values.tolist()]
    return {"shape": list(tensor.shape), "mean": number(rows.mean(1)), "most": number(rows.abs().amax(1))}


def network(name, **kwargs):
    if name.startswith(("vit", "deit")):
        kwargs |= {"dynamic_img_size": True, "dynamic_img_pad": True}
    return timm.create_model(name, num_classes=CLASSES, **kwargs)


def feature_map(net, x):
    features = net.forward_features(x)
    if features.dim() == 4:
        return features
    # Patches, and beside each of them the class token.
    patch = net.patch_embed.patch_size[0]
    sides = [-(-side // patch) for side in x.shape[2:]]
    seen = features[:, net.num_prefix_tokens :].transpose(1, 2).unflatten(2, sides)
    return torch.cat([seen, features[:, 0, :, None, None].expand_as(seen)], 1)


def member(name):
    net = network(name)
    keys = {key: list(value.shape) for key, value in net.state_dict().items() if not key.endswith("num_batches_tracked")}
    weights = {key: by_rule(key, shape) for key, shape in keys.items()}
    net.load_state_dict(weights, strict=False)
    stages = None
    if not name.startswith(("vit", "deit")):
        stages = timm.create_model(name, features_only=True).eval()
        missing = stages.load_state_dict({key.replace(".", "_", 1) if key.replace(".", "_", 1) in stages.state_dict() else key: value for key, value in weights.items()}, strict=False).missing_keys
        assert all(key.endswith("num_batches_tracked") for key in missing), missing[:5]
    result = {"keys": keys, "parameters": sum(p.numel() for p in net.parameters()), "sizes": []}
    net.eval()
    with torch.no_grad():
        for height, width in SIZES:
            x = pictures(2, height, width)
            last = feature_map(net, x)
            maps = [told(stage) for stage in stages(x)[:-1]] if stages else []
            result["sizes"].append({"size": [height, width], "stages": maps + [told(last)], "logits": net(x).tolist()})
    x = pictures(2, *SIZES[0]).requires_grad_()
    net(x).square().mean().backward()
    result["gradient"] = told(x.grad)
    # What batch norms keep after one pass of training: the first of them, one in the middle and the last.
    net.train()
    net(pictures(4, 64, 64))
    moved = [(key, value) for key, value in net.state_dict().items() if key.endswith(("running_mean", "running_var"))]
    half = len(moved) // 4 * 2
    moved = moved[:2] + moved[half : half + 2] + moved[-2:]
    result["moved"] = {key: told(value[None]) for key, value in moved}
    return result


names = sys.argv[2:] or MEMBERS
names = ALL if names == ["all"] else names
file = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_suffix(".json")
members = []
for name in names:
    members.append(f"{json.dumps(name)}: {json.dumps(member(name), separators=(',', ':'))}")
    print(name, flush=True)
file.write_text("{\n" + ",\n".join(members) + "\n}\n")
