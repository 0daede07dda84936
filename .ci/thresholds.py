"""Holds the pets program's results against what the project promises. Usage: thresholds.py sample|real|tasks FILE..."""

import json
import sys

# Share of validation pictures (or, for recall, of breeds), the least that counts as kept.
PROMISES = {
    "sample": {"accuracy": 0.90},
    "real": {"accuracy": 0.88, "mean_recall": 0.80, "group_accuracy": 0.985},
    # IoU of the animal, mean IoU of the head's box, share of eyes found: each of its own run.
    "tasks": {"iou_animal": 0.90, "box_iou": 0.75, "eyes within 5 % of the head": 0.88},
}


def main(kind, files):
    runs = []
    for file in files:
        with open(file) as source:
            found = json.load(source)
        runs += found if isinstance(found, list) else [found]
    broken = 0
    for name, least in PROMISES[kind].items():
        figures = [dict(run["figures"]) if "figures" in run else run for run in runs]
        values = [found[name] for found in figures if name in found]
        # Every run on the drawn pictures keeps the promise by itself; on the few real ones the mean over the seeds does.
        value = sum(values) / len(values) if kind == "real" else min(values)
        kept = value >= least
        broken += not kept
        print(f"{name}: {value:.4f} of {least} {'kept' if kept else 'BROKEN'} ({', '.join(f'{v:.4f}' for v in values)})")
    print("seconds:", ", ".join(f"{run['seconds']:.1f}" for run in runs))
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
