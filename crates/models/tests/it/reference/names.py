"""Keys and shapes of timm's bodies, for the files that are written for it.

    python names.py                # writes names.json beside it (timm 1.0.20)
    python names.py check FOLDER   # loads resnet18.safetensors, tf_efficientnet_lite1.safetensors strictly and compares what they make of picture.json

Counters of training steps are left out: torch does without them.
"""

import json
import sys
from pathlib import Path

import timm
import torch

ARCHS = ["resnet18", "resnet50", "tf_efficientnet_lite0", "tf_efficientnet_lite1", "tf_efficientnet_lite2"]


def keys(name):
    body = timm.create_model(name, num_classes=0).state_dict()
    return {key: list(value.shape) for key, value in body.items() if not key.endswith("num_batches_tracked")}


def check(folder):
    for file in sorted(Path(folder).glob("*.safetensors")):
        body = timm.create_model(file.stem, num_classes=0, checkpoint_path=str(file)).eval()
        told = json.loads(file.with_suffix(".json").read_text())
        picture = torch.tensor(told["picture"]).reshape(1, 3, told["side"], told["side"])
        with torch.no_grad():
            ours, theirs = torch.tensor(told["map"]), body.forward_features(picture).flatten()
        print(json.dumps({"file": file.name, "apart": ((ours - theirs).abs().max() / theirs.abs().max()).item()}))


if sys.argv[1:2] == ["check"]:
    check(sys.argv[2])
else:
    names = {name.removeprefix("tf_"): keys(name) for name in ARCHS}
    Path(__file__).with_suffix(".json").write_text(json.dumps(names, separators=(",", ":")).replace("},", "},\n") + "\n")
