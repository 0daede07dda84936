"""Pictures a second of first and later epochs: Firelight with and without a cache, and torchvision, on one folder.

    python crates/datablock/benches/compare.py FOLDER [--rounds 5] [--photographs 200] [--json FILE]

Run from the repository, with a Python that has torchvision. The programs take turns, so that other work on the machine slows all
alike; figures are medians over the rounds, ratios medians of the rounds' ratios. With --photographs so many pictures of 12 megapixels are made
of the folder's first, in a temporary folder, and measured in place of them, beside a loader that resizes first as fastai does. A table goes to
stderr and JSON to stdout.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BATCH = 64
LEAST = 1000


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--photographs", type=int, default=0)
    arguments.add_argument("--json", type=Path, help="where to write the JSON too")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder
        if options.photographs:
            photographs(folder, Path(made), options.photographs)
            folder = Path(made)
        result = measure(folder, options)
    print(table(result), file=sys.stderr)
    text = json.dumps(result, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


def measure(folder, options):
    program = built()
    files = sorted(path for path in folder.iterdir() if path.is_file())
    repeated = files * (1 if options.photographs else -(-LEAST // len(files)))
    peers = {f"torchvision, {name}": loader(repeated, steps) for name, steps in recipes().items()}
    if options.photographs:
        peers["resized first, bent"] = loader(repeated, resized_first())
    for peer in peers.values():
        passed(peer)
    rounds = []
    for number in range(options.rounds):
        found = {}
        for workers in (1, 2):
            command = [str(program), str(folder), str(workers), "1"]
            said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            found |= {f"{name}, {workers}": rate for name, rate in said["per_s"].items()}
        rounds.append(found | {name: passed(peer) for name, peer in peers.items()})
        print(f"round {number + 1} of {options.rounds}: {rounds[-1]}", file=sys.stderr)
    return summary(rounds) | {"pictures": len(files), "rounds": rounds}


def summary(rounds):
    median = lambda values: round(statistics.median(values), 3)
    ratio = lambda above, below: median([r[above] / r[below] for r in rounds])
    ratios = {"first epoch, share of decoding, bent": ratio("bent, no cache, 1", "decoding alone, 1")}
    for name in ("bent", "plain"):
        peer = f"torchvision, {name}"
        ratios[f"first epoch, times {peer}"] = ratio(f"{name}, no cache, 2", peer)
        for kind in ("memory", "disk"):
            ratios[f"second epoch, {kind}, times {peer}"] = ratio(f"{name}, {kind}, second epoch, 2", peer)
    if "resized first, bent" in rounds[0]:
        ratios["first epoch, times resized first, bent"] = ratio("bent, no cache, 2", "resized first, bent")
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "medians": {name: median([r[name] for r in rounds]) for name in rounds[0]},
        "ratios": ratios,
    }


def table(result):
    lines = ["", "| | pictures a second |", "|---|---|"]
    lines += [f"| {name} | {value:,.0f} |" for name, value in result["medians"].items()]
    lines += ["", "| | ratio |", "|---|---|"]
    return "\n".join(lines + [f"| {name} | {value:.2f} |" for name, value in result["ratios"].items()])


def built():
    # The template beside it, so that burn has the features of the whole workspace.
    build = ["cargo", "build", "--release", "-p", "firelight-datablock", "-p", "my-classifier", "--example", "cached"]
    subprocess.run(build, check=True)
    metadata = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    target = json.loads(subprocess.run(metadata, check=True, capture_output=True, text=True).stdout)
    return Path(target["target_directory"]) / "release" / "examples" / "cached"


def photographs(folder, to, count):
    """Pictures of 4000×3000, each of an original that is enlarged, with the grain that a camera adds."""
    import numpy
    from PIL import Image

    originals = [path for path in sorted(folder.iterdir()) if path.is_file()]
    for number in range(count):
        with Image.open(originals[number % len(originals)]) as original:
            large = numpy.asarray(original.convert("RGB").resize((4000, 3000), Image.BICUBIC), dtype=numpy.int16)
        grain = numpy.random.default_rng(number).normal(0.0, 4.0, large.shape[:2]).astype(numpy.int16)
        Image.fromarray((large + grain[..., None]).clip(0, 255).astype(numpy.uint8)).save(to / f"{number}.jpg", quality=90)


def passed(loader):
    """Pictures a second over one pass."""
    count, start = 0, time.perf_counter()
    for batch in loader:
        count += len(batch)
    return round(count / (time.perf_counter() - start), 1)


def recipes():
    from torchvision.transforms import v2 as t
    import torch

    planes = [
        t.PILToTensor(),
        t.ToDtype(torch.float32, scale=True),
        t.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]
    bent = [
        t.RandomResizedCrop(224, scale=(0.9, 1.0), ratio=(1.0, 1.0)),
        t.RandomHorizontalFlip(),
        t.RandomRotation(10),
        t.ColorJitter(0.2, 0.2),
    ]
    plain = [t.RandomResizedCrop(224, scale=(0.35, 1.0)), t.RandomHorizontalFlip()]
    return {"bent": t.Compose(bent + planes), "plain": t.Compose(plain + planes)}


def resized_first():
    """The way of fastai's `Resize(460)` and its batch transforms, but on the loader's processes."""
    from torchvision.transforms import v2 as t

    steps = recipes()["bent"]
    return t.Compose([t.Resize(460), t.RandomCrop(460), *steps.transforms])


def loader(files, steps):
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset

    class Files(Dataset):
        def __len__(self):
            return len(files)

        def __getitem__(self, item):
            return steps(Image.open(files[item]).convert("RGB"))

    return DataLoader(Files(), BATCH, num_workers=2, persistent_workers=True)


if __name__ == "__main__":
    main()
