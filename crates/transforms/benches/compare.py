"""Pictures a second through the pets pipeline: this crate, fastai and torchvision on one folder, in one command.

    python crates/transforms/benches/compare.py FOLDER [THREADS] [ROUNDS]

Run from the repository. Prints one JSON object. The crate is built and run through cargo; fastai and torchvision run where
they can be imported, with THREADS worker processes, and are left out with a reason where they cannot. Rates are of the
fastest round, over the folder repeated to at least 1,000 pictures, so that starting workers counts for little.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

BATCH = 64
LEAST = 1000


def main():
    folder = Path(sys.argv[1])
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    result = {"threads": threads, "firelight": firelight(folder, threads, rounds)}
    # Pillow takes the pictures that only pretend to be JPEGs as well as the crate does.
    files = sorted(path for path in folder.iterdir() if path.is_file())
    files = files * -(-LEAST // len(files))
    for name, rate in (("torchvision", torchvision), ("fastai", fastai)):
        try:
            result[name] = {"pipeline_per_s": round(rate(files, threads, rounds), 1)}
        except ImportError as error:
            result[name] = {"left_out": str(error)}
    ours = result["firelight"]["runs"][-1]["pipeline_per_s"]
    for name in ("torchvision", "fastai"):
        if "pipeline_per_s" in result[name]:
            result[name]["firelight_is_times"] = round(ours / result[name]["pipeline_per_s"], 1)
    print(json.dumps(result, indent=1))


def firelight(folder, threads, rounds):
    command = ["cargo", "run", "--release", "-q", "-p", "firelight-transforms", "--example", "speed", "--"]
    command += [str(folder), f"1,{threads}", str(rounds)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def fastest(batches, count, rounds):
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in batches:
            pass
        best = min(best, time.perf_counter() - start)
    return count / best


def torchvision(files, threads, rounds):
    from PIL import Image
    from torch.utils.data import DataLoader
    from torchvision.transforms import v2 as t
    import torch

    steps = t.Compose([
        t.RandomResizedCrop(224, scale=(0.9, 1.0), ratio=(1.0, 1.0)),
        t.RandomHorizontalFlip(),
        t.RandomRotation(10),
        t.ColorJitter(0.2, 0.2),
        t.PILToTensor(),
        t.ToDtype(torch.float32, scale=True),
        t.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])

    class Files(torch.utils.data.Dataset):
        def __len__(self):
            return len(files)

        def __getitem__(self, item):
            return steps(Image.open(files[item]).convert("RGB"))

    return fastest(DataLoader(Files(), BATCH, num_workers=threads), len(files), rounds)


def fastai(files, threads, rounds):
    import torch
    from fastai.vision.all import (
        CategoryBlock, DataBlock, ImageBlock, IndexSplitter, Normalize, Resize, aug_transforms, imagenet_stats,
    )

    torch.set_num_threads(threads)
    block = DataBlock(
        (ImageBlock, CategoryBlock),
        splitter=IndexSplitter([0]),
        get_y=lambda path: "pet",
        item_tfms=Resize(460),
        batch_tfms=[*aug_transforms(size=224, min_scale=0.9), Normalize.from_stats(*imagenet_stats)],
    )
    loaders = block.dataloaders(files, bs=BATCH, num_workers=threads)
    return fastest(loaders.train, len(loaders.train) * BATCH, rounds)


if __name__ == "__main__":
    main()
