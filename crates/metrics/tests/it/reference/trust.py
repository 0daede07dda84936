"""Metrics of trust by formulas written out in NumPy: prints trust.json.

    pip install numpy && python trust.py ../../../examples/predictions.csv > trust.json
"""

import csv
import json
import sys

import numpy as np

PATHS = ["animal/cat/Bengal", "animal/cat/Siamese", "animal/dog/hound/beagle", "animal/dog/hound/dachshund"]
PATHS += ["animal/dog/mastiff/boxer", "animal/dog/pug"]
GRADES = 7  # to which probabilities are rounded, so that there are ties

table = list(csv.reader(open(sys.argv[1])))
names = table[0][1:]
y = np.array([names.index(line[0]) for line in table[1:]])
P = np.float32([line[1:] for line in table[1:]]).astype(float)
TIED = np.round(P * GRADES) / GRADES
path_of = {path.split("/")[-1]: path.split("/") for path in PATHS}
paths = [path_of[name] for name in names]


def binned(confidence, hit, bins):
    of = np.clip(np.ceil(confidence * bins), 1, bins)
    return sum(abs(np.sum(confidence[of == b]) - np.sum(hit[of == b])) for b in range(1, bins + 1)) / len(hit)


def adaptive(confidence, hit, bins):
    shared = np.array([hit[confidence == value].mean() for value in confidence])
    order = np.argsort(confidence)
    edges = [b * len(hit) // bins for b in range(bins + 1)]
    parts = [order[a:b] for a, b in zip(edges, edges[1:])]
    return sum(abs(confidence[part].sum() - shared[part].sum()) for part in parts) / len(hit)


def classwise(p, error):
    return np.mean([error(p[:, k], (y == k).astype(float), 15) for k in range(p.shape[1])])


def aurc(p):
    confidence, wrong = p.max(1), (p.argmax(1) != y).astype(float)
    shared = np.array([wrong[confidence == value].mean() for value in confidence])
    order = np.argsort(-confidence, kind="stable")
    return np.mean(np.cumsum(shared[order]) / np.arange(1, len(y) + 1))


def ancestors(beta):
    """Sums of the nodes of the picks, of the classes, and of both, without the root."""
    picked, actual, both = 0, 0, 0
    for target, pick in zip(y, P.argmax(1)):
        a, b = (set("/".join(path[: i + 1]) for i in range(1, len(path))) for path in (paths[pick], paths[target]))
        picked, actual, both = picked + len(a), actual + len(b), both + len(a & b)
    precision, recall = both / picked, both / actual
    return precision, recall, (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def levels():
    right, consistent = [], []
    for p, target in zip(P, y):
        picks = []
        for depth in range(1, max(map(len, paths))):
            sums = {}
            for k, path in enumerate(paths):
                node = tuple(path[: depth + 1])
                sums[node] = sums.get(node, 0.0) + p[k]
            picks.append(max(sums, key=sums.get))
        right.append(all(tuple(paths[target][: len(pick)]) == pick for pick in picks))
        consistent.append(all(b[: len(a)] == a for a, b in zip(picks, picks[1:])))
    return np.mean(right), np.mean(consistent)


def height(i, j):
    common = sum(a == b for a, b in zip(paths[i], paths[j]) if a == b)
    below = [len(path) - common for path in paths if path[:common] == paths[i][:common]]
    return max(below) if i != j else 0


def hops(k):
    n = len(names)
    distance = np.array([[height(i, j) for j in range(n)] for i in range(n)])
    values = []
    for p, target in zip(P, y):
        grades = sorted(set(distance[target]))
        ranks = np.array([grades.index(d) for d in distance[target]])
        order = np.argsort(-p, kind="stable")
        best, got = np.sort(ranks), ranks[order]
        weights = np.zeros(n)
        for rank in range(len(grades)):
            places = np.flatnonzero(best == rank)
            lower = 1.0 if rank == 0 else 0.0 if rank == len(grades) - 1 else 2.0 ** -(rank + 1)
            weights[places] = 2.0**-rank + (lower - 2.0**-rank) * np.arange(len(places)) / len(places)
        first = slice(0, k)
        worst = np.sum(weights[first] * abs(best[first] - best[first][::-1]))
        away = np.sum(weights[first] * abs(best[first] - got[first]))
        values.append(float(away == 0) if worst == 0 else max(0.0, 1 - away / worst))
    return np.mean(values)


print(
    json.dumps(
        {
            "paths": PATHS,
            "grades": GRADES,
            "values": {
                "classwise_ece": classwise(P, binned),
                "ace": classwise(P, adaptive),
                "aurc": aurc(P),
                "ancestor_precision": ancestors(1)[0],
                "ancestor_recall": ancestors(1)[1],
                "ancestor_f1": ancestors(1)[2],
                "ancestor_f0.5": ancestors(0.5)[2],
                "full_path_accuracy": levels()[0],
                "path_consistency": levels()[1],
                "hops@1": hops(1),
                "hops@2": hops(2),
                "hops@4": hops(4),
                "hops": hops(6),
            },
            "tied": {"classwise_ece": classwise(TIED, binned), "ace": classwise(TIED, adaptive), "aurc": aurc(TIED)},
        }
    )
)
