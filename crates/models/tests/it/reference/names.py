"""Keys and shapes of timm's bodies, for the files that are written for it.

    python names.py                # writes names.json beside it (timm 1.0.20)
    python names.py check FOLDER   # loads each NAME.safetensors strictly and compares what it makes of the picture in NAME.json: a body's map, a network's scores

Files called torchvision-NAME are for torchvision, all others for timm.

Counters of training steps are left out: torch does without them.
"""

import json
import sys
from pathlib import Path

import safetensors.torch
import timm
import torch
import torchvision

ARCHS = ["resnet18", "resnet50", "tf_efficientnet_lite0", "tf_efficientnet_lite1", "tf_efficientnet_lite2"]


def keys(name):
    body = timm.create_model(name, num_classes=0).state_dict()
    return {key: list(value.shape) for key, value in body.items() if not key.endswith("num_batches_tracked")}


def network(file, classes):
    library, _, name = file.stem.rpartition("-")
    if library != "torchvision":
        return timm.create_model(name, num_classes=classes, checkpoint_path=str(file))
    model = torchvision.models.get_model(name, num_classes=classes)
    model.load_state_dict(safetensors.torch.load_file(file), strict=True)
    return model


def check(folder):
    for file in sorted(Path(folder).glob("*.safetensors")):
        told = json.loads(file.with_suffix(".json").read_text())
        picture = torch.tensor(told["picture"]).reshape(1, 3, told["side"], told["side"])
        scores = told.get("scores")
        model = network(file, len(scores) if scores else 0).eval()
        with torch.no_grad():
            theirs = (model(picture) if scores else model.forward_features(picture)).flatten()
        ours = torch.tensor(scores or told["map"])
        print(json.dumps({"file": file.name, "apart": ((ours - theirs).abs().max() / theirs.abs().max()).item()}))


if sys.argv[1:2] == ["check"]:
    check(sys.argv[2])
else:
    names = {name.removeprefix("tf_"): keys(name) for name in ARCHS}
    Path(__file__).with_suffix(".json").write_text(json.dumps(names, separators=(",", ":")).replace("},", "},\n") + "\n")
