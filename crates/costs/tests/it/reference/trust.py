"""Calibrations, sets, thresholds and decisions of SciPy and MAPIE, or of formulas written out here: prints trust.json.

    pip install numpy scipy mapie && python trust.py > trust.json

With `table` it prints the table of the crates' examples, `examples/predictions.csv`.
"""

import itertools
import json
import sys

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
from mapie.classification import SplitConformalClassifier

NAMES = ["Bengal", "Siamese", "beagle", "boxer", "dachshund", "pug"]
GROUPS = [0, 0, 1, 1, 1, 1]
PATHS = ["animal/cat/Bengal", "animal/cat/Siamese", "animal/dog/hound/beagle", "animal/dog/hound/dachshund"]
PATHS += ["animal/dog/mastiff/boxer", "animal/dog/mastiff/pug"]


def predictions(n, seed):
    """Of a model that is too sure, most of all of cats, takes breeds of a species for each other, and favours one class."""
    random = np.random.default_rng(seed)
    targets = random.integers(0, 6, n)
    logits = random.normal(0, 1.0, (n, 6))
    for i, target in enumerate(targets):
        logits[i, target] += 1.5
        for other in range(6):
            logits[i, other] += 1.5 * (GROUPS[other] == GROUPS[target])
    logits[:, 3] += 0.5
    logits *= np.where(np.array(GROUPS)[logits.argmax(1)] == 0, 3.6, 2.2)[:, None]
    rows = np.round(scipy.special.softmax(logits, axis=1), 6)
    assert all(len(set(row)) == 6 or sorted(row)[1] < 1e-3 for row in rows)
    return np.float32(rows), targets


rows, targets = predictions(300, 3)
if sys.argv[1:] == ["table"]:
    print(",".join(["actual", *NAMES]))
    for row, target in zip(rows, targets):
        print(",".join([NAMES[target], *(f"{p:.6f}" for p in row)]))
    sys.exit()

P = rows.astype(float)
LEAST = float(np.nextafter(np.float32(0), np.float32(1)))
Z = np.log(np.maximum(P, LEAST))
FIT, TEST = slice(0, 200), slice(200, 300)


def loss(scores, y):
    return (scipy.special.logsumexp(scores, axis=1) - scores[np.arange(len(y)), y]).sum()


def ece(p, y, bins=15):
    confidence, hit = p.max(1), p.argmax(1) == y
    bin_of = np.clip(np.ceil(confidence * bins), 1, bins)
    return sum(abs((confidence[bin_of == b] - hit[bin_of == b]).sum()) for b in range(1, bins + 1)) / len(y)


def temperature(z, y, penalty, centre=1.0):
    def objective(f):
        return loss(z * f, y) + penalty / 2 * (f - centre) ** 2

    if len(y) == 0:
        return 1 / centre
    found = scipy.optimize.minimize_scalar(objective, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-12})
    slope = lambda f: ((scipy.special.softmax(z * f, axis=1) * z).sum(1) - z[np.arange(len(y)), y]).sum() + penalty * (f - centre)
    low, high = max(0.05, found.x - 0.05), min(20, found.x + 0.05)
    return 1 / scipy.optimize.brentq(slope, low, high, xtol=1e-14) if slope(low) * slope(high) < 0 else 1 / found.x


def vector(z, y, centre, penalty):
    k = z.shape[1]
    onehot = np.eye(k)[y]

    def objective(v):
        w, b = v[:k], v[k:]
        gap = scipy.special.softmax(z * w + b, axis=1) - onehot
        value = loss(z * w + b, y) + penalty / 2 * (((w - centre) ** 2).sum() + (b**2).sum())
        return value, np.concatenate([(gap * z).sum(0) + penalty * (w - centre), gap.sum(0) + penalty * b])

    start = np.concatenate([np.full(k, centre), np.zeros(k)])
    found = scipy.optimize.minimize(objective, start, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 10000})
    assert np.abs(objective(found.x)[1]).max() < 1e-5, found
    return found.x[:k].tolist(), found.x[k:].tolist()


def quality(p, y):
    return [-np.log(p[np.arange(len(y)), y]).mean(), ece(p, y)]


one = temperature(Z, targets, 1.0)
group_of = np.array(GROUPS)[Z.argmax(1)]
grouped = [temperature(Z[group_of == g], targets[group_of == g], 1.0, 1 / one) for g in (0, 1)]
w, b = vector(Z, targets, 1 / one, 10.0)
calibrated = {
    "temperature": scipy.special.softmax(Z / one, axis=1),
    "groups": scipy.special.softmax(Z / np.array(grouped)[group_of][:, None], axis=1),
    "vector": scipy.special.softmax(Z * w + b, axis=1),
}
calibration = {
    "temperature": one,
    "plain": temperature(Z, targets, 0.0),
    "groups": grouped,
    "weights": w,
    "biases": b,
    "before": quality(P, targets),
    "inside": {name: quality(p, targets) for name, p in calibrated.items()},
}


class Given:
    """A classifier whose features are its probabilities."""

    classes_ = np.arange(6)
    __sklearn_is_fitted__ = lambda self: True

    def fit(self, *_):
        return self

    def predict_proba(self, x):
        return x

    def predict(self, x):
        return x.argmax(1)


class Zeros(np.random.RandomState):
    """MAPIE's scores of APS are randomised; with 0 they are the whole sums."""

    def uniform(self, *_, size=None, **__):
        return np.zeros(size)


def mapie(score, confidence, **keywords):
    sets = SplitConformalClassifier(
        Given(), confidence_level=confidence, conformity_score=score, prefit=True, random_state=Zeros(0)
    )
    sets.conformalize(P[FIT], targets[FIT])
    found = sets.predict_set(P[TEST], conformity_score_params=keywords)[1][:, :, 0]
    return [sorted(np.flatnonzero(row).tolist()) for row in found]


def quantile(scores, rate):
    n = len(scores)
    k = int(np.ceil(round((n + 1) * (1 - rate), 9)))
    return np.sort(scores)[k - 1] if k <= n else np.inf


def aps(p, penalty=0.0, free=0):
    order = np.argsort(-p, axis=1, kind="stable")
    sums = np.cumsum(np.take_along_axis(p, order, 1), 1) + penalty * np.maximum(np.arange(1, p.shape[1] + 1) - free, 0)
    scores = np.empty_like(p)
    np.put_along_axis(scores, order, sums, 1)
    return scores


def never_empty(scores):
    """The likeliest class is in whatever it scores."""
    return np.where(P == P.max(1, keepdims=True), -1.0, scores)


def own_sets(scores, parts, rate):
    s, part = scores[FIT][np.arange(200), targets[FIT]], np.array(parts)
    q = np.array([quantile(s[part[targets[FIT]] == g], rate) for g in range(max(parts) + 1)])
    inside = scores[TEST] <= q[part][None, :] + 1e-12
    return [sorted(np.flatnonzero(row).tolist()) for row in inside]


COST = np.where(np.equal.outer(GROUPS, GROUPS), 0.25, 1.0) * (1 - np.eye(6))


def cost_sets(scores, allowed):
    """The least threshold of all that could be, tried one by one."""
    for threshold in np.concatenate([[-2.0], np.sort(scores[FIT].ravel())]):
        paid = [
            min([1.0] + [COST[y, k] for k in range(6) if s[k] <= threshold + 1e-12])
            for s, y in zip(scores[FIT], targets[FIT])
        ]
        if allowed(np.mean(paid), len(paid)):
            return [sorted(np.flatnonzero(row)) for row in scores[TEST] <= threshold + 1e-12]
    return [list(range(6))] * 100


def on_average(rate):
    return lambda loss, n: (n * loss + 1) / (n + 1) <= rate


def hoeffding_bentkus(rate, confidence):
    def allowed(loss, n):
        r = min(loss, rate)
        h = scipy.special.rel_entr(r, rate) + scipy.special.rel_entr(1 - r, 1 - rate)
        return min(np.exp(-n * h), np.e * scipy.stats.binom.cdf(np.ceil(n * r - 1e-9), n, rate)) <= 1 - confidence

    return allowed


def plain(sets):
    return [[int(k) for k in row] for row in sets]


LAC, APS, RAPS = 1 - P, aps(P), aps(P, 0.05, 2)
sets = {
    "mapie lac": mapie("lac", 0.9),
    "mapie aps": mapie("aps", 0.9, include_last_label=False),
    "aps": own_sets(never_empty(APS), [0] * 6, 0.1),
    "raps": own_sets(RAPS, [0] * 6, 0.1),
    "lac per class": own_sets(never_empty(LAC), range(6), 0.1),
    "aps per group": own_sets(APS, GROUPS, 0.1),
    "lac cost": cost_sets(never_empty(LAC), on_average(0.05)),
    "aps cost": cost_sets(never_empty(APS), on_average(0.03)),
    "lac cost sure": cost_sets(never_empty(LAC), hoeffding_bentkus(0.1, 0.9)),
}


def place(n, rate, confidence):
    """How many must go right."""
    misses = max((m for m in range(n + 1) if scipy.stats.binom.cdf(m, n, rate) <= 1 - confidence), default=None)
    return None if misses is None else n - misses - 1


places = [
    [n, rate, confidence, place(n, rate, confidence)]
    for n, rate, confidence in itertools.product((5, 28, 29, 200, 5000), (0.05, 0.1), (0.9, 0.95))
]

# A tree, and what each node costs for each class.
nodes = sorted({tuple(path.split("/")[: i + 1]) for path in PATHS for i in range(4) if i < len(path.split("/"))})
leaf_of = [next(node for node in nodes if node[-1] == name) for name in NAMES]


def meet(a, b):
    return len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(a, b))))


def f_beta(a, b, beta):
    both, precision_of, recall_of = meet(a, b), len(a), len(b)
    precision, recall = both / precision_of, both / recall_of
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


costs = {
    "path length": lambda a, b: len(a) + len(b) - 2 * meet(a, b),
    "wu palmer": lambda a, b: 1 - 2 * meet(a, b) / (len(a) + len(b)),
    "f0.5": lambda a, b: 1 - f_beta(a, b, 0.5),
    "f2": lambda a, b: 1 - f_beta(a, b, 2),
}


def decided(cost):
    matrix = np.array([[cost(node, leaf) for leaf in leaf_of] for node in nodes])
    expected = P[TEST] @ matrix.T
    return [[nodes[i][-1] for i in expected.argmin(1)], expected.min(1).tolist()]


def climb(rate):
    def way(p):
        leaf = leaf_of[p.argmax()]
        return [leaf[: i + 1] for i in reversed(range(len(leaf)))]

    def probability(p, node):
        return sum(p[k] for k in range(6) if leaf_of[k][: len(node)] == node)

    def wrong(p, y):
        bad = [probability(p, node) for node in way(p) if leaf_of[y][: len(node)] != node]
        return max(bad, default=-1.0)

    threshold = quantile(np.array([wrong(p, y) for p, y in zip(P[FIT], targets[FIT])]), rate)
    return [next((n for n in way(p) if probability(p, n) > threshold + 1e-12), ("animal",))[-1] for p in P[TEST]]


print(
    json.dumps(
        {
            "names": NAMES,
            "paths": PATHS,
            "rows": [[round(float(p), 6) for p in row] for row in rows],
            "targets": targets.tolist(),
            "calibration": calibration,
            "sets": {name: plain(row) for name, row in sets.items()},
            "places": places,
            "decided": {name: decided(cost) for name, cost in costs.items()},
            "climb": {str(rate): climb(rate) for rate in (0.02, 0.1, 0.2)},
        }
    )
)
