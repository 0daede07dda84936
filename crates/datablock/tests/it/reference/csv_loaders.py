"""What fastai makes of a table - vocabularies, parts, the rows' targets - and its stratified parts: prints csv_loaders.json.

    pip install fastai==2.8.12 torch==2.8.0 torchvision==0.23.0 pandas==3.1.1 scikit-learn && python csv_loaders.py > csv_loaders.json

The pictures are drawn into a folder that is removed again. Rows are counted from 0.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
import torch
from fastai import __version__ as fastai_version
from fastai.vision.all import ImageDataLoaders, PILImage, RegressionBlock, TrainTestSplitter

ROWS = 30
# Neither list is sorted, and capital letters come before small ones.
BREEDS = ["pug", "Bengal", "beagle", "Siamese"]
TRAITS = ["short", "Long hair", "spots", "ears"]


def table():
    rows = []
    for i in range(ROWS):
        traits = [TRAITS[j] for j in range(4) if (i * 7 % 15 + 1) >> j & 1]  # all sets but the empty one
        rows.append({"file": f"pictures/{i:02}.png", "label": BREEDS[(i * i + i // 3) % 4], "labels": ";".join(traits),
                     "is_valid": i % 7 == 3, "flag": int(i % 5 == 1), "age": (i * 7 % 31) / 4})
    return pd.DataFrame(rows)


def target(value):
    """A class, or the classes of a row of zeros and ones, or a list of one number."""
    value = torch.as_tensor(value)
    if value.dim() > 0:
        return torch.nonzero(value).flatten().tolist()
    return [value.item()] if value.is_floating_point() else value.item()


def read(path, **how):
    loaders = ImageDataLoaders.from_csv(path, bs=4, num_workers=0, **how)
    out = {"vocab": list(map(str, getattr(loaders, "vocab", [])))}
    for name, part in (("train", loaders.train_ds), ("valid", loaders.valid_ds)):
        out[name] = [int(Path(file).stem) for file in part.items["file"]]
        out[f"{name}_targets"] = [target(part[i][1]) for i in range(len(part))]
    return out


def stratified(labels, share):
    """All counts of the validation part that some seed gives: more than one where classes tie."""
    seen = set()
    for seed in range(40):
        _, valid = TrainTestSplitter(test_size=share, random_state=seed, stratify=list(labels))(labels)
        seen.add(tuple(sum(labels[i] == name for i in valid) for name in "abc"))
    return {"labels": labels, "share": share, "counts": sorted(seen)}


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder)
    (path / "pictures").mkdir()
    for i in range(ROWS):
        PILImage.create(np.full((8, 10, 3), i * 8, np.uint8)).save(path / f"pictures/{i:02}.png")
    table().to_csv(path / "labels.csv", index=False)
    out = {
        "versions": {"fastai": fastai_version, "torch": torch.__version__.split("+")[0], "pandas": pd.__version__, "sklearn": sklearn.__version__},
        "csv": (path / "labels.csv").read_text(),
        "fifth": read(path, seed=42),
        "third": read(path, seed=42, valid_pct=0.33),
        "several": read(path, seed=42, label_col="labels", label_delim=";"),
        "told": read(path, label_col="label", valid_col="is_valid"),
        "flag": read(path, label_col="label", valid_col="flag"),
        "number": read(path, label_col="age", valid_col="is_valid", y_block=RegressionBlock),
        "stratified": [stratified(labels, share) for labels, share in (
            ("aaaaaabbbc" * 10, 0.2), ("aaaaaabbbc" * 10, 0.25), ("aaaaaabbbc" * 10, 0.33), ("a" * 53 + "b" * 31 + "c" * 16, 0.2))],
    }
print("{\n%s\n}" % ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in out.items()))
