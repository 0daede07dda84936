"""Values of scikit-learn and SciPy that the metrics are compared with: prints scores.json.

    pip install scikit-learn scipy && python scores.py > scores.json
"""

import json
import warnings

import numpy as np
import scipy.stats
import sklearn
from sklearn import metrics

warnings.filterwarnings("error")


def numbers(n, step, modulus, scale):
    """Numbers by a rule that any language repeats, with ties."""
    return [((i * i * 7 + i * step + 3) % modulus) / scale for i in range(n)]


def several(n, classes, seed):
    scores = np.array(numbers(n * classes, 11 + seed, 97, 97.0)).reshape(n, classes)
    present = np.array([((i * 5 + i // 3 + seed) % 7) < 3 for i in range(n * classes)]).reshape(n, classes)
    present[0] = True
    present[1] = False
    picked = scores >= 0.5
    row = {
        "scores": np.float32(scores).astype(float).tolist(),
        "targets": [[c for c in range(classes) if present[i, c]] for i in range(n)],
        "values": {},
    }
    scores = np.float32(scores)
    for average in ("macro", "micro", "weighted"):
        row["values"][f"roc_auc {average}"] = metrics.roc_auc_score(present, scores, average=average)
        row["values"][f"average_precision {average}"] = metrics.average_precision_score(present, scores, average=average)
        row["values"][f"jaccard_multi {average}"] = metrics.jaccard_score(present, picked, average=average, zero_division=0)
        for beta in (0.5, 1, 2):
            value = metrics.fbeta_score(present, picked, beta=beta, average=average, zero_division=0)
            row["values"][f"f{beta}_multi {average}"] = value
    for name, function in (("roc_auc", metrics.roc_auc_score), ("average_precision", metrics.average_precision_score)):
        for c, value in enumerate(function(present, scores, average=None)):
            row["values"][f"{name} class {c}"] = float(value)
    row["values"]["hamming_loss"] = metrics.hamming_loss(present, picked)
    row["thresholds"] = []
    for c in range(classes):
        precision, recall, thresholds = metrics.precision_recall_curve(present[:, c], scores[:, c])
        f1 = 2 * precision[:-1] * recall[:-1] / np.maximum(precision[:-1] + recall[:-1], 1e-30)
        best = np.flatnonzero(f1 >= f1.max() - 1e-12)[-1]
        row["thresholds"].append([float(thresholds[best]), float(f1[best])])
    return row


def one(n, classes):
    logits = np.array(numbers(n * classes, 5, 89, 30.0)).reshape(n, classes)
    scores = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    targets = [(i * 3 + i // 4) % classes for i in range(n)]
    values = {
        f"roc_auc {average}": metrics.roc_auc_score(targets, scores, average=average, multi_class="ovr")
        for average in ("macro", "micro", "weighted")
    }
    return {"scores": scores.tolist(), "targets": targets, "values": values}


def regression(n, columns, seed):
    outputs = np.float32(np.array(numbers(n * columns, 3 + seed, 61, 10.0)).reshape(n, columns) + 0.5).astype(float)
    targets = np.float32(np.array(numbers(n * columns, 8 + seed, 53, 9.0)).reshape(n, columns) + 0.25).astype(float)
    values = {
        "explained_variance": metrics.explained_variance_score(targets, outputs),
        "r2": metrics.r2_score(targets, outputs),
        "msle": metrics.mean_squared_log_error(targets, outputs),
        "rmsle": metrics.mean_squared_log_error(targets, outputs) ** 0.5,
        "mape": metrics.mean_absolute_percentage_error(targets, outputs),
        "pearson": float(np.mean([scipy.stats.pearsonr(outputs[:, c], targets[:, c])[0] for c in range(columns)])),
        "spearman": float(np.mean([scipy.stats.spearmanr(outputs[:, c], targets[:, c])[0] for c in range(columns)])),
    }
    return {"scores": outputs.tolist(), "targets": targets.tolist(), "values": values}


print(
    json.dumps(
        {
            "sklearn": sklearn.__version__,
            "several": [several(*case) for case in ((12, 3, 0), (40, 4, 1))],
            "one": [one(*case) for case in ((12, 3), (30, 4))],
            "values": [regression(*case) for case in ((9, 1, 0), (30, 2, 1))],
        }
    )
)
