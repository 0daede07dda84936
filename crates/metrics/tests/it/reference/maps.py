"""Values of scikit-learn and numpy that the metrics of masks, points and boxes are compared with: prints maps.json.

    pip install numpy scikit-learn && python maps.py > maps.json
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn import metrics

warnings.filterwarnings("error")
VOID = 255


def numbers(n, step, modulus, scale):
    """Numbers by a rule that any language repeats."""
    return np.float32([((i * i * 7 + i * step + 3) % modulus) / scale for i in range(n)]).astype(float)


def masks(pictures, classes, height, width, seed):
    """Of more than two classes the last is nowhere in the targets; each ninth pixel has no class."""
    present = classes - (classes > 2)
    maps = numbers(pictures * classes * height * width, 11 + seed, 997, 97.0).reshape(pictures, classes, height, width)
    if seed % 2:
        maps[:, -1] = -1.0  # nor is it ever picked
    pixels = pictures * height * width
    targets = np.array([(i * 5 + i // 7 + seed) % present for i in range(pixels)])
    # Most pixels are right.
    targets = targets.reshape(pictures, height, width)
    picks = maps.argmax(1)
    keep = (np.arange(pixels) % 3 != 0).reshape(targets.shape) & (picks < present)
    targets = np.where(keep, picks, targets)
    targets = np.where((np.arange(pixels) % 9 == 4).reshape(targets.shape), VOID, targets)
    known = targets != VOID
    actual, picked = targets[known], picks[known]
    somewhere = sorted(set(actual) | set(picked))
    jaccard = dict(zip(somewhere, metrics.jaccard_score(actual, picked, labels=somewhere, average=None)))
    # fastai's DiceMulti, in other words.
    inter = [np.sum((picked == c) & (actual == c)) for c in range(classes)]
    total = [np.sum(picked == c) + np.sum(actual == c) for c in range(classes)]
    dices = np.array([2 * i / t if t else np.nan for i, t in zip(inter, total)])
    values = {
        "mean_iou": metrics.jaccard_score(actual, picked, labels=somewhere, average="macro"),
        "dice_multi": float(np.nanmean(dices)),
        "dice": metrics.f1_score(actual > 0, picked > 0),
        "foreground_iou": metrics.jaccard_score(actual > 0, picked > 0),
        "pixel_accuracy": metrics.accuracy_score(actual, picked),
        "foreground_accuracy": float((picked[actual != 0] == actual[actual != 0]).mean()),
        "foreground_accuracy_1": float((picked[actual != 1] == actual[actual != 1]).mean()),
    }
    return {
        "classes": classes,
        "rows": maps.reshape(pictures, -1).tolist(),
        "targets": targets.reshape(pictures, -1).tolist(),
        "values": {name: float(value) for name, value in values.items()},
        "iou": [float(jaccard[c]) if c in jaccard else None for c in range(classes)],
        "confusion": metrics.confusion_matrix(actual, picked, labels=range(classes)).tolist(),
    }


def points(pictures, number, seed):
    targets = (numbers(pictures * number * 2, 5 + seed, 89, 50.0) - 0.9).reshape(pictures, number, 2)
    outputs = targets + (numbers(pictures * number * 2, 8 + seed, 61, 200.0) - 0.15).reshape(targets.shape)
    outputs = np.float32(outputs).astype(float)
    known = np.array([(i * 5 + seed) % 7 != 0 for i in range(pictures * number)]).reshape(pictures, number)
    distance = np.linalg.norm(outputs - targets, axis=2) / 2
    eyes = np.linalg.norm(targets[:, 0] - targets[:, 1], axis=1) / 2
    usable = known[:, 0] & known[:, 1] & (eyes > 0)
    relative = (distance[usable] / eyes[usable, None])[known[usable]]
    return {
        "rows": outputs.reshape(pictures, -1).tolist(),
        "targets": [[p.tolist() if k else None for p, k in zip(*pair)] for pair in zip(targets, known)],
        "values": {
            "pck_0.05": float((distance[known] <= 0.05).mean()),
            "pck_0.1": float((distance[known] <= 0.1).mean()),
            "point_error": float(distance[known].mean()),
            "pck_0.2_by_0_1": float((relative <= 0.2).mean()),
        },
    }


def boxes(number, seed):
    """Corners on a grid of 16 cells a side, areas by counting cells."""
    side = 16
    draw = lambda i: (i * i * 7 + i * (3 + seed) + 5) % (side + 1)
    corners = np.array([draw(i) for i in range(number * 8)]).reshape(number, 2, 4)
    target = np.concatenate([np.minimum(corners[:, 1, :2], corners[:, 1, 2:]), np.maximum(corners[:, 1, :2], corners[:, 1, 2:]) + 1], 1)
    target = np.minimum(target, side)
    target[:, :2] = np.minimum(target[:, :2], side - 1)
    # A third of the outputs are near their targets, the rest anywhere; some have reversed corners.
    output = np.where((np.arange(number) % 3 == 0)[:, None], np.clip(target + corners[:, 0] % 3 - 1, 0, side), corners[:, 0])
    y, x = np.mgrid[:side, :side]
    inside = lambda b: (x >= b[0]) & (x < b[2]) & (y >= b[1]) & (y < b[3])
    ious, gious = [], []
    for a, b in zip(output, target):
        both, either = np.sum(inside(a) & inside(b)), np.sum(inside(a) | inside(b))
        around = [min(a[0], a[2], b[0]), min(a[1], a[3], b[1]), max(a[0], a[2], b[2]), max(a[1], a[3], b[3])]
        around = np.sum(inside(around))
        ious.append(both / either)
        gious.append(both / either - (around - either) / around)
    known = np.arange(number) % 5 != 3
    unit = lambda b: (b / side * 2 - 1).tolist()
    return {
        "rows": unit(output),
        "targets": [unit(b) if k else None for b, k in zip(target, known)],
        "values": {
            "box_iou": float(np.mean(np.array(ious)[known])),
            "box_giou": float(np.mean(np.array(gious)[known])),
            "box_accuracy_0.5": float(np.mean(np.array(ious)[known] >= 0.5)),
        },
    }


print(
    json.dumps(
        {
            "sklearn": sklearn.__version__,
            "masks": [masks(*case) for case in ((3, 3, 4, 5, 0), (4, 5, 6, 3, 1), (2, 2, 5, 5, 2))],
            "points": [points(*case) for case in ((4, 3, 0), (9, 5, 1))],
            "boxes": [boxes(*case) for case in ((9, 0), (30, 1))],
        }
    )
)
