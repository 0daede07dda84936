"""Values of cleanlab that the doctor is compared with: prints confident.json.

    pip install cleanlab==2.9.0 && python confident.py > confident.json

Probabilities are whole ten-thousandths, so that both sides read the same numbers, and some of them tie. What numpy's sort does
with ties depends on the processor; here they stay in order.
"""

import functools
import json
import sys
import warnings

import cleanlab
import numpy as np
from cleanlab import count, dataset, filter, outlier, rank
from cleanlab.multilabel_classification import filter as several_filter
from cleanlab.multilabel_classification import rank as several_rank

np.argsort = functools.partial(np.argsort, kind="stable")
warnings.filterwarnings("ignore")

RULES = {"Class": "prune_by_class", "NoiseRate": "prune_by_noise_rate", "Both": "both", "Confident": "confident_learning"}
ORDERS = {"SelfConfidence": "self_confidence", "Margin": "normalized_margin"}


def whole(probabilities):
    """Ten-thousandths, and the numbers in single precision that they stand for."""
    parts = np.round(np.clip(probabilities, 0, 1) * 10000).astype(int)
    return parts, np.float32(parts / 10000).astype(np.float64)


def softmax(logits):
    e = np.exp(logits - logits.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def one(name, probabilities, labels, moved=None):
    parts, p = whole(probabilities)
    labels = np.asarray(labels)
    case = {"name": name, "classes": p.shape[1], "probabilities": parts.ravel().tolist(), "labels": labels.tolist()}
    joint = count.compute_confident_joint(labels, p, calibrate=False)
    case["thresholds"] = [float(t) for t in count.get_confident_thresholds(labels, p)]
    case["confident"] = joint.ravel().tolist()
    case["estimated"] = count.calibrate_confident_joint(joint, labels).ravel().tolist()
    case["found"] = {
        f"{rule} {order}": filter.find_label_issues(
            labels, p, filter_by=RULES[rule], return_indices_ranked_by=ORDERS[order], n_jobs=1
        ).tolist()
        for rule in RULES
        for order in ORDERS
    }
    case["scores"] = {order: rank.get_label_quality_scores(labels, p, method=ORDERS[order]).round(6).tolist() for order in ORDERS}
    alike = dataset.find_overlapping_classes(labels=labels, pred_probs=p)
    alike = alike[alike["Num Overlapping Examples"] > 0]
    case["alike"] = sorted(alike[["Class Index A", "Class Index B", "Num Overlapping Examples"]].to_numpy().tolist())
    if moved is not None:
        case["moved"] = np.flatnonzero(moved).tolist()
        case["shares"] = {
            name: [float(np.mean(moved[found])), float(moved[found].sum() / moved.sum())]
            for name, found in case["found"].items()
        }
    return case


def several(name, probabilities, labels):
    parts, p = whole(probabilities)
    case = {"name": name, "classes": p.shape[1], "probabilities": parts.ravel().tolist(), "labels": labels}
    masks = {rule: several_filter.find_multilabel_issues_per_class(labels, p, filter_by=RULES[rule], n_jobs=1) for rule in RULES}
    case["found"] = {rule: [[int(i), int(c)] for i, c in np.argwhere(mask)] for rule, mask in masks.items()}
    case["quality"] = several_rank.get_label_quality_scores(labels, p).tolist()
    return case


def noise(share, within, seed, n=480, classes=12, group=3):
    """A classifier that mixes up the classes of a group, and labels of which a share is moved."""
    random = np.random.default_rng(seed)
    centres = np.repeat(random.normal(size=(classes // group, 8)) * 1.6, group, 0) + random.normal(size=(classes, 8)) * 0.9
    truth = random.integers(0, classes, n)
    points = centres[truth] + random.normal(size=(n, 8)) * 0.8
    logits = -((points[:, None] - centres[None]) ** 2).sum(2)
    moved = np.zeros(n, bool)
    moved[random.permutation(n)[: round(share * n)]] = True
    labels = truth.copy()
    for i in np.flatnonzero(moved):
        others = [c for c in range(classes) if c != truth[i] and (not within or c // group == truth[i] // group)]
        labels[i] = random.choice(others)
    return one(f"{share:.0%} moved{' within groups' if within else ''}", softmax(logits * 0.6), labels, moved)


def small(seed):
    random = np.random.default_rng(seed)
    n, classes = int(random.integers(8, 50)), int(random.integers(2, 7))
    logits = random.normal(size=(n, classes)) * 2
    labels = logits.argmax(1)
    anew = random.random(n) < 0.4
    labels[anew] = random.integers(0, classes, anew.sum())
    labels[0], labels[1] = 0, 1
    p = softmax(logits)
    if seed % 3 == 0:
        p = np.round(p, 1)
    return one(f"small {seed}", p, labels)


def rare(seed):
    """Classes of one example and of none, and one that nobody is sure of."""
    random = np.random.default_rng(seed)
    p = softmax(random.normal(size=(60, 8)) * 2)
    labels = random.integers(0, 6, 60)
    labels[labels == 3] = 2
    labels[5] = 3
    p[:, 4] = 0
    return one("rare classes", p, labels)


def tags(seed, n, classes):
    random = np.random.default_rng(seed)
    truth = random.random((n, classes)) < 0.3
    p = 1 / (1 + np.exp(-(truth * 4 - 2 + random.normal(size=(n, classes)) * 1.3)))
    given = truth ^ (random.random((n, classes)) < 0.1)
    return several(f"tags {seed}", p, [np.flatnonzero(row).tolist() for row in given])


def features(seed, n, columns, k):
    random = np.random.default_rng(seed)
    rows = np.round(random.normal(size=(n, columns)) + random.integers(0, 3, n)[:, None] * 2, 3)
    rows[7] = rows[3]
    rows[::20] *= random.choice([-1, 1], size=(len(rows[::20]), columns))
    single = np.float32(rows).astype(np.float64)
    judge = outlier.OutOfDistribution({"k": k})
    scores = judge.fit_score(features=single, verbose=False)
    return {"k": k, "rows": rows.tolist(), "scores": scores.tolist()}


json.dump(
    {
        "version": cleanlab.__version__,
        "one": [noise(share, within, 7) for share in (0.05, 0.1, 0.2) for within in (False, True)]
        + [small(seed) for seed in range(60)]
        + [rare(1)],
        "several": [tags(seed, n, classes) for seed, n, classes in ((1, 60, 5), (2, 40, 2), (3, 90, 4))],
        "features": [features(1, 60, 6, 10), features(2, 30, 5, 3)],
    },
    sys.stdout,
    separators=(",", ":"),
)
