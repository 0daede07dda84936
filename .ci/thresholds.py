"""Holds the pets program's results against what the project promises. Usage: thresholds.py sample|real FILE..."""

import json
import sys

# Share of validation pictures (or, for recall, of breeds), the least that counts as kept.
PROMISES = {
    "sample": {"accuracy": 0.90},
    "real": {"accuracy": 0.88, "mean_recall": 0.80, "group_accuracy": 0.985},
}


def main(kind, files):
    runs = []
    for file in files:
        with open(file) as source:
            found = json.load(source)
        runs += found if isinstance(found, list) else [found]
    broken = 0
    for name, least in PROMISES[kind].items():
        values = [run[name] for run in runs]
        # Every run on the drawn pictures keeps the promise by itself; on the few real ones the mean over the seeds does.
        value = min(values) if kind == "sample" else sum(values) / len(values)
        kept = value >= least
        broken += not kept
        print(f"{name}: {value:.4f} of {least} {'kept' if kept else 'BROKEN'} ({', '.join(f'{v:.4f}' for v in values)})")
    print("seconds:", ", ".join(f"{run['seconds']:.1f}" for run in runs))
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
