"""Which moved labels are found, by Firelight and by cleanlab on the same probabilities, in one command.

    python crates/firelight/examples/moved_labels/compare.py WEIGHTS FOLDER... [--seed 1] [--json FILE]

Run from the repository, with a Python that has cleanlab 2.9 and scipy. WEIGHTS are those of EfficientNet-Lite0 (see the README);
each FOLDER has pictures called like `Abyssinian_1.jpg` and `beagle_7.jpg`, as the drawn set in `pets-out/sample`. Of 5, 10 and 20 % of
the labels, moved to any class and to another breed of the species: precision and recall of what the default rule finds, precision and
recall of the first n where n were moved, and the area under the curve of the self-confidence against what was moved. `same` says
that cleanlab finds the same labels in the same order, `spearman` how far the two rank all labels alike. A table goes to stderr and
JSON to stdout.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import cleanlab.internal.util
import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_self_confidence_for_each_label
from scipy.stats import rankdata, spearmanr

# cleanlab rounds counts so that their sum stays, and which of several that tie go up is left to numpy's sort, whose order of ties hangs on
# the processor from 17 classes on. With a stable one it is that of fewer classes, and ours.
class StableNumpy:
    """numpy, but for the order of ties."""

    def __getattr__(self, name):
        return getattr(np, name)

    @staticmethod
    def argsort(values):
        return np.argsort(values, kind="stable")


cleanlab.internal.util.np = StableNumpy()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("weights")
    arguments.add_argument("folders", nargs="+")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--json", help="where to write the JSON too")
    options = arguments.parse_args()

    # As the tests build it, so that nothing is built twice.
    subprocess.run(["cargo", "build", "--release", "--quiet", "--workspace", "--example", "moved_labels"], check=True)
    program = Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "release/examples/moved_labels"
    rows = []
    print(f"{'pictures':24} {'moved':>6} {'to':12} {'rule':>11} {'first n':>8} {'AUC':>6} {'same':>5} {'spearman':>9}", file=sys.stderr)
    for folder in options.folders:
        run = subprocess.run([program, folder, options.weights, str(options.seed)], check=True, stdout=subprocess.PIPE, text=True)
        for line in run.stdout.splitlines():
            row = compared(json.loads(line))
            rows.append(row)
            rule = f"{row['precision']:.3f}/{row['recall']:.3f}"
            told = f"{folder[-24:]:24} {row['share']:6} {row['to']:12} {rule:>11} {row['first_n']:8.3f} {row['auc']:6.3f}"
            print(f"{told} {'yes' if row['same'] else 'NO':>5} {row['spearman']:9.4f}", file=sys.stderr)
    text = json.dumps(rows, indent=1)
    if options.json:
        with open(options.json, "w") as file:
            file.write(text + "\n")
    print(text)
    sys.exit(0 if all(row["same"] and row["spearman"] > 0.999999 for row in rows) else 1)


def compared(told):
    """Precision, recall and areas of one way of moving labels, beside cleanlab's findings."""
    given, true = np.array(told["given"]), np.array(told["true"])
    probabilities = np.array(told["probabilities"], dtype=np.float32).astype(np.float64)
    moved, found = given != true, told["found"]
    theirs = find_label_issues(
        given, probabilities, filter_by="prune_by_noise_rate", return_indices_ranked_by="self_confidence", n_jobs=1
    )
    confidence = get_self_confidence_for_each_label(given, probabilities)
    ours = np.array([row[label] for row, label in zip(told["probabilities"], told["given"])])
    count = int(moved.sum())
    hits = sum(bool(moved[item]) for item in found)
    first = moved[np.argsort(ours, kind="stable")[:count]]
    return {
        "folder": told["folder"], "items": len(given), "share": told["share"], "to": told["to"], "seed": told["seed"], "moved": count,
        "found": len(found), "seconds": told["seconds"], "accuracy": float((probabilities.argmax(1) == true).mean()),
        "precision": hits / max(len(found), 1), "recall": hits / max(count, 1), "first_n": float(first.mean()), "auc": area(1 - ours, moved),
        "same": sorted(found) == sorted(int(item) for item in theirs),
        "spearman": float(spearmanr(ours, confidence).statistic),
    }


def area(score, wanted):
    """Area under the ROC curve: how often a moved label scores higher than another."""
    ranks = rankdata(score)
    count = int(wanted.sum())
    return float((ranks[wanted].sum() - count * (count + 1) / 2) / (count * (len(wanted) - count)))


main()
