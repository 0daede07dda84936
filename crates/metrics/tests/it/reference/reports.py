"""Values of scikit-learn and SciPy that reports and curves are compared with: prints reports.json.

    pip install scikit-learn scipy && python reports.py > reports.json
"""

import json

import numpy as np
import scipy.stats
import sklearn
from sklearn import metrics


def numbers(n, step, modulus, scale):
    """Numbers by a rule that any language repeats, with ties."""
    return np.float32([((i * i * 7 + i * step + 3) % modulus) / scale for i in range(n)]).astype(float)


scores = numbers(60, 11, 23, 23.0).reshape(20, 3)
present = np.array([((i * 5 + i // 3) % 7) < 3 for i in range(60)]).reshape(20, 3)
picked = scores >= np.float32([0.3, 0.5, 0.7])
precision, recall, f1, examples = metrics.precision_recall_fscore_support(present, picked, zero_division=0)
# drop_intermediate leaves points out that change no area; here each threshold has one.
rates = metrics.roc_curve(present[:, 1], scores[:, 1], drop_intermediate=False)
trade = metrics.precision_recall_curve(present[:, 1], scores[:, 1])
targets = numbers(24, 5, 89, 10.0).reshape(12, 2)
outputs = targets + numbers(24, 3, 17, 8.0).reshape(12, 2) - 1.0
columns = [(targets[:, at], outputs[:, at]) for at in range(2)]
result = {
    "sklearn": sklearn.__version__,
    "scores": scores.tolist(),
    "classes": [[c for c in range(3) if row[c]] for row in present],
    "precision": precision.tolist(),
    "recall": recall.tolist(),
    "f1": f1.tolist(),
    "examples": examples.tolist(),
    "average_precision": [metrics.average_precision_score(present[:, c], scores[:, c]) for c in range(3)],
    "roc_auc": [metrics.roc_auc_score(present[:, c], scores[:, c]) for c in range(3)],
    "roc_curve": np.stack(rates[:2], 1).tolist(),
    "precision_recall_curve": np.stack([trade[1], trade[0]], 1)[::-1].tolist(),
    "targets": targets.tolist(),
    "outputs": outputs.tolist(),
    "mae": [metrics.mean_absolute_error(*column) for column in columns],
    "rmse": [metrics.root_mean_squared_error(*column) for column in columns],
    "bias": [float((output - target).mean()) for target, output in columns],
    "r2": [metrics.r2_score(*column) for column in columns],
    "pearson": [scipy.stats.pearsonr(*column).statistic for column in columns],
    "spearman": [scipy.stats.spearmanr(*column).statistic for column in columns],
    "quantiles": np.quantile([0.1, 0.4, 0.5, 0.95], [0.05, 0.25, 0.5, 0.75, 0.95]).tolist(),
}
print(json.dumps(result))
