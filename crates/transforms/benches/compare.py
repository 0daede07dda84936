"""Pictures a second through the pets pipeline: Firelight, fastai and torchvision on one folder, in one command.

    python crates/transforms/benches/compare.py FOLDER [--rounds 5] [--json FILE]

Run from the repository, with a Python that has torchvision and fastai; the crate's README says how to install them. What
cannot be imported is left out, with the reason. All of them read the folder's pictures, repeated to at least 1,000.
The programs take turns: a round is one pass of each, so that other work on the machine slows all alike. A figure is the
median over the rounds, a ratio the median of the rounds' ratios. The first round of each Python loader starts its worker
processes and is not counted. A table goes to stderr and JSON to stdout.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

BATCH = 64
LEAST = 1000
WORKERS = 2
TARGETS = {
    "times fastai": 15.0,
    "times torchvision": 2.0,
    "share of bare decoding": 0.6,
    "two threads to one": 1.8,
}
MOST_MB = 150


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--json", type=Path, help="where to write the JSON too")
    options = arguments.parse_args()

    ours = Firelight(options.folder)
    files = sorted(path for path in options.folder.iterdir() if path.is_file())
    files = files * -(-LEAST // len(files))
    peers, left_out = {}, {}
    for name, loader in (("torchvision", torchvision), ("fastai", fastai)):
        try:
            peers[name] = loader(files)
            passed(peers[name])
        except ImportError as error:
            left_out[name] = str(error)

    rounds = []
    for number in range(options.rounds):
        rounds.append(ours.round() | {name: passed(loader) for name, loader in peers.items()})
        print(f"round {number + 1} of {options.rounds}: {rounds[-1]}", file=sys.stderr)
    result = summary(rounds) | {"left_out": left_out, "pictures": len(files), "rounds": rounds}
    print(table(result), file=sys.stderr)
    text = json.dumps(result, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


class Firelight:
    def __init__(self, folder):
        self.folder = str(folder)
        build = ["cargo", "build", "--release", "--workspace", "--example", "speed", "--example", "loader"]
        subprocess.run(build, check=True)
        metadata = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
        target = json.loads(subprocess.run(metadata, check=True, capture_output=True, text=True).stdout)
        self.programs = Path(target["target_directory"]) / "release" / "examples"

    def run(self, program, *arguments):
        command = [str(self.programs / program), self.folder, *arguments]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    def round(self):
        speed = self.run("speed", "1,2", "3")
        loader = self.run("loader", "1,2", "1")
        one, two = speed["runs"]
        return {
            "decode, 1 thread": one["decode_per_s"],
            "decode, 2 threads": two["decode_per_s"],
            "pipeline, 1 thread": one["pipeline_per_s"],
            "pipeline, 2 threads": two["pipeline_per_s"],
            "of decode, 1 thread": one["of_decode"],
            "of decode, 2 threads": two["of_decode"],
            "loader, 1 worker": loader["runs"][0]["loader_per_s"],
            "loader, 2 workers": loader["runs"][1]["loader_per_s"],
            "waited share": loader["runs"][1]["waited_share"],
            "peak MB": loader["peak_rss_mb"],
        }


def summary(rounds):
    median = lambda values: round(statistics.median(values), 3)
    ratio = lambda above, below: median([r[above] / r[below] for r in rounds])
    ours = "loader, 2 workers"
    ratios = {
        "share of bare decoding": median([r["of decode, 2 threads"] for r in rounds]),
        "two threads to one": ratio("pipeline, 2 threads", "pipeline, 1 thread"),
    }
    for peer in ("torchvision", "fastai"):
        if peer in rounds[0]:
            ratios[f"times {peer}"] = ratio(ours, peer)
    kept = {name: ratios[name] >= least for name, least in TARGETS.items() if name in ratios}
    kept["peak MB"] = max(r["peak MB"] for r in rounds) < MOST_MB
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "medians": {name: median([r[name] for r in rounds]) for name in rounds[0]},
        "ratios": ratios,
        "kept": kept,
    }


def table(result):
    lines = ["", "| | median |", "|---|---|"]
    for name, value in result["medians"].items():
        lines.append(f"| {name} | {value:,.3f} |" if value < 10 else f"| {name} | {value:,.0f} |")
    lines += ["", "| | measured | target | |", "|---|---|---|---|"]
    for name, value in result["ratios"].items():
        lines.append(f"| {name} | {value:.2f} | {TARGETS[name]} | {'kept' if result['kept'][name] else 'MISSED'} |")
    peak = result["medians"]["peak MB"]
    lines.append(f"| peak MB | {peak:.0f} | under {MOST_MB} | {'kept' if result['kept']['peak MB'] else 'MISSED'} |")
    lines += [f"{name} is left out: {why}" for name, why in result["left_out"].items()]
    return "\n".join(lines)


def passed(loader):
    """Pictures a second over one pass."""
    count, start = 0, time.perf_counter()
    for batch in loader:
        count += len(batch[0]) if isinstance(batch, (tuple, list)) else len(batch)
    return round(count / (time.perf_counter() - start), 1)


def torchvision(files):
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

    return DataLoader(Files(), BATCH, num_workers=WORKERS, persistent_workers=True)


def fastai(files):
    from fastai.vision.all import (
        CategoryBlock, DataBlock, ImageBlock, IndexSplitter, Normalize, Resize, aug_transforms, imagenet_stats,
    )
    import torch

    torch.set_num_threads(WORKERS)
    block = DataBlock(
        (ImageBlock, CategoryBlock),
        splitter=IndexSplitter([0]),
        get_y=lambda path: "pet",
        item_tfms=Resize(460),
        batch_tfms=[*aug_transforms(size=224, min_scale=0.9), Normalize.from_stats(*imagenet_stats)],
    )
    return block.dataloaders(files, bs=BATCH, num_workers=WORKERS, persistent_workers=True).train


if __name__ == "__main__":
    main()
