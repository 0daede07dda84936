"""How many items of each class, or of each group, scikit-learn puts into the parts: prints folds.json.

    pip install scikit-learn && python folds.py > folds.json
"""

import json

import numpy as np
import sklearn
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, train_test_split

CASES = [
    [50, 50],
    [30, 7, 3],
    [2, 3, 5, 8, 13],
    [1, 10, 100],
    [9, 9, 9, 10],
    [37, 25, 17, 11, 6, 4],
]


def labels(sizes, order):
    """Items of every class, dealt out by a fixed step so that classes appear in no sorted order."""
    sorted_labels = [label for label, size in enumerate(sizes) for _ in range(size)]
    return [sorted_labels[i] for i in order]


def counts(part, y, classes):
    return np.bincount(np.asarray(y)[part], minlength=classes).tolist()


rows = []
for sizes in CASES:
    n = sum(sizes)
    step = next(s for s in range(n // 3 + 1, n + 2) if np.gcd(s, n) == 1)
    order = [(i * step) % n for i in range(n)]
    y = labels(sizes, order)
    row = {"labels": y, "classes": len(sizes)}
    row["folds"] = {k: [len(v) for _, v in KFold(k, shuffle=True, random_state=0).split(y)] for k in (2, 3, 5) if k <= n}
    row["by_class"] = {
        k: [counts(v, y, len(sizes)) for _, v in StratifiedKFold(k, shuffle=True, random_state=0).split(y, y)]
        for k in (2, 3, 5)
        if k <= min(sizes)
    }
    row["by_group"] = {
        k: sorted(len(v) for _, v in GroupKFold(k).split(y, groups=y)) for k in (2, 3) if k <= len(sizes)
    }
    row["stratified"] = {}
    for share in (0.1, 0.2, 0.25, 0.5):
        if min(sizes) < 2:
            continue
        seen = set()
        for seed in range(40):
            try:
                _, valid = train_test_split(np.arange(n), test_size=share, stratify=y, random_state=seed)
            except ValueError:
                continue  # fewer items in a part than classes
            seen.add(tuple(counts(valid, y, len(sizes))))
        if seen:
            row["stratified"][str(share)] = sorted(seen)  # more than one where classes tie
    rows.append(row)
print(json.dumps({"sklearn": sklearn.__version__, "cases": rows}))
