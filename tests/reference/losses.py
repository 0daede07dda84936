"""Reference values of the losses, matrices, decisions and metrics, in float64 with numpy.

    python losses.py > losses.json

Gradients are closed forms, checked here against central differences. Each case has logits, targets, the loss of
each example, their sum and mean, and the gradient of the mean.
"""

import json
import sys

import numpy as np

VOCAB = ["Abyssinian", "Bengal", "Siamese", "basset_hound", "beagle", "pug"]
PARENT = {
    "cat": "animal", "dog": "animal", "hound": "dog", "Abyssinian": "cat", "Bengal": "cat", "Siamese": "cat",
    "basset_hound": "hound", "beagle": "hound", "pug": "dog",
}
NODES = ["animal", *PARENT]
GROUP = np.array([0, 0, 0, 1, 1, 1])
K = len(VOCAB)
EYE = np.eye(K)
SAME = GROUP[:, None] == GROUP[None, :]

BASE = np.array([
    [-0.4224, -1.0355, 0.2992, -3.5798, 0.5689, -0.6434], [-1.4521, 0.1971, -3.9029, -0.3168, -1.4626, 0.8194],
    [0.8849, -1.8557, -1.8663, -2.9401, -1.5754, 0.6388], [1.7145, 0.4576, 0.0696, -1.7349, 0.3915, -1.6314],
    [0.4793, -0.4052, 1.712, 0.4049, 2.7377, -0.8164], [1.5119, 0.4503, 3.3931, -3.9241, 1.7485, -2.0473],
])
EXTREME = np.zeros((6, 6))
EXTREME[0, :2] = 80, -80
EXTREME[1, :2] = -80, 80
EXTREME[2, :2] = 1e4, -1e4
EXTREME[3, :2] = -1e4, 1e4
EXTREME[5, [0, 3]] = -1e4, 1e4
BATCHES = {"base": (BASE, np.arange(6)), "extreme": (EXTREME, np.array([0, 0, 0, 0, 3, 0]))}
WEIGHT = np.array([2.0, 0.5, 1.0, 1.5, 0.25, 3.0])


# The tree.

def up(node):
    path = [node]
    while path[-1] in PARENT:
        path.append(PARENT[path[-1]])
    return path


def leaves(node):
    return [k for k, name in enumerate(VOCAB) if node in up(name)]


def depth(node):
    return len(up(node)) - 1


def height(node):
    return max((1 + height(child) for child, parent in PARENT.items() if parent == node), default=0)


def meeting_height(a, b):
    return height(next(node for node in up(a) if node in up(b)))


# Matrices.

def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def within(diagonal, inside, outside):
    return np.where(EYE == 1, diagonal, np.where(SAME, inside, outside)).astype(float)


D = np.array([[meeting_height(a, b) for b in VOCAB] for a in VOCAB], float)
T_BETA4 = softmax(-4 * D / D.max())
C_ASYM = within(0, 0.25, 1)
C_ASYM[:3, 3:] = 2
RANKS = np.abs(np.arange(K)[:, None] - np.arange(K)[None, :]).astype(float)
MATRICES = {
    "D": D, "T_FORUM": within(0.8, 0.1, 0), "T_BETA4": T_BETA4, "T_MIX": 0.7 * EYE + 0.3 * T_BETA4,
    "W_PAIR": within(1, 1.5, 3), "C_SP": within(0, 0.25, 1), "C_ASYM": C_ASYM, "S_SIM": within(1, 0.75, 0),
}
CONFUSION = np.array([
    [50, 6, 4, 0, 0, 0], [5, 52, 2, 0, 1, 0], [3, 3, 60, 0, 0, 0], [0, 0, 0, 40, 9, 1], [0, 1, 0, 12, 36, 1],
    [0, 0, 0, 0, 0, 0],
], float)
EMBEDDINGS = np.array([
    [1, 0.2, 0], [0.9, 0.3, 0.1], [0.8, 0.5, 0], [-0.2, 1, 0.3], [-0.1, 0.9, 0.4], [-0.3, 0.7, 0.8],
])
COUNTS = np.array([200, 184, 200, 100, 50, 10], float)


def from_confusion(eps, laplace):
    off = (CONFUSION + laplace) * (1 - EYE)
    total = off.sum(1, keepdims=True)
    return np.where(total > 0, (1 - eps) * EYE + eps * off / np.where(total > 0, total, 1), EYE)


def builders():
    rows = CONFUSION.sum(1, keepdims=True)
    unit = EMBEDDINGS / np.linalg.norm(EMBEDDINGS, axis=1, keepdims=True)
    cosine = np.maximum(0, 1 - unit @ unit.T) * (1 - EYE)
    effective = (1 - 0.99) / (1 - 0.99**COUNTS)
    return {
        "taxonomy.lca_height": D,
        "soft=softmax(-beta*d/dmax) beta=4": T_BETA4,
        "soft mix eps=0.3 beta=4": MATRICES["T_MIX"],
        "from_groups within_mass=.2 across_mass=.03": within(0.77, 0.1, 0.01),
        "confusion": CONFUSION,
        "from_confusion eps=.2 laplace=0 (empty row -> one-hot)": from_confusion(0.2, 0),
        "from_confusion eps=.2 laplace=1": from_confusion(0.2, 1),
        "cost_from_confusion 1-rownorm, diag 0": (1 - CONFUSION / np.where(rows > 0, rows, 1)) * (1 - EYE),
        "embeddings": EMBEDDINGS,
        "cosine_distance": cosine,
        "soft from embeddings beta=4": softmax(-4 * cosine / cosine.max()),
        "counts": COUNTS,
        "balanced n/(K*count)": COUNTS.sum() / (K * COUNTS),
        "effective_number beta=.99, sum to K": effective * K / effective.sum(),
        "ordinal sord abs alpha=1": softmax(-RANKS),
    }


# Losses: each gives the loss of every example and its gradient with respect to the logits.

def lse(z):
    top = z.max(-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore"):
        return top + np.log(np.exp(z - top).sum(-1, keepdims=True))


def times(weight, value):
    """The product, 0 where the weight is 0 whatever the value."""
    return np.where(weight == 0, 0, weight * np.where(weight == 0, 0, value))


def against(z, targets):
    return -times(targets, z - lse(z)).sum(1), softmax(z) * targets.sum(1, keepdims=True) - targets


def ce(z, t, weight=None):
    value, gradient = against(z, np.eye(z.shape[1])[t])
    w = np.ones(len(t)) if weight is None else weight[t]
    return w * value, w[:, None] * gradient


def smoothed(z, t, eps, weight):
    return against(z, ((1 - eps) * EYE[t] + eps / K) * weight)


def soft(matrix):
    return lambda z, t: against(z, matrix[t])


def kl(matrix):
    entropy = -times(matrix, np.log(np.where(matrix == 0, 1, matrix))).sum(1)

    def loss(z, t):
        value, gradient = against(z, matrix[t])
        return value - entropy[t], gradient

    return loss


def pair(z, t, expected):
    rows = MATRICES["W_PAIR"][t]
    w = (rows * softmax(z)).sum(1) if expected else rows[np.arange(len(t)), z.argmax(1)]
    value, gradient = ce(z, t)
    return w * value, w[:, None] * gradient


def expected_cost(matrix):
    def loss(z, t):
        p = softmax(z)
        value = (p * matrix[t]).sum(1)
        return value, p * (matrix[t] - value[:, None])

    return loss


def added(first, second, factor):
    def loss(z, t):
        (a, da), (b, db) = first(z, t), second(z, t)
        return a + factor * b, da + factor * db

    return loss


def cost_log(matrix):
    def loss(z, t):
        without = np.stack([lse(np.where(EYE[j] == 1, -np.inf, z))[:, 0] for j in range(K)], 1)
        value = -times(matrix[t], without - lse(z)).sum(1)
        # d/dz_k of -ln(1 - p_j) is p_j for k = j and p_k - p(k | not j) = -p_k p_j / (1 - p_j) otherwise.
        p, gradient = softmax(z), np.zeros_like(z)
        for j in range(K):
            among = np.exp(np.where(EYE[j] == 1, -np.inf, z) - without[:, [j]])
            gradient += matrix[t][:, [j]] * p[:, [j]] * (EYE[j] - among)
        return value, gradient

    return loss


def similarity(z, t):
    with np.errstate(divide="ignore"):
        shifted = z + np.log(MATRICES["S_SIM"][t])
    return (lse(z) - lse(shifted))[:, 0], softmax(z) - softmax(shifted)


def hierarchical(weights):
    def loss(z, t):
        value, gradient = np.zeros(len(t)), np.zeros_like(z)
        for i, target in enumerate(t):
            path = up(VOCAB[target])
            for node, parent in zip(path, path[1:]):
                below, above = z[i, leaves(node)], z[i, leaves(parent)]
                value[i] += weights[node] * (lse(above) - lse(below))[0]
                gradient[i, leaves(parent)] += weights[node] * softmax(above)
                gradient[i, leaves(node)] -= weights[node] * softmax(below)
        return value, gradient

    return loss


def focal(gamma, weight=None):
    def loss(z, t):
        rows = np.arange(len(t))
        p = softmax(z)
        others = np.where(np.eye(z.shape[1])[t] == 1, 0, p)
        rest, own = others.sum(1), p[rows, t]
        log_p = np.where(rest < 0.5, np.log1p(-np.minimum(rest, 0.5)), (z - lse(z))[rows, t])
        ratio = np.where(rest < 1e-300, 1, -log_p / np.where(rest < 1e-300, 1, rest))
        w = np.ones(len(t)) if weight is None else weight[t]
        slope = w * rest**gamma * (gamma * own * ratio + 1)
        gradient = others.copy()
        gradient[rows, t] = -rest
        return -w * rest**gamma * log_p, slope[:, None] * gradient

    return loss


def tree_wasserstein(z, t):
    p, q = softmax(z), MATRICES["T_FORUM"][t]
    value, slope = np.zeros(len(t)), np.zeros_like(z)
    for node, parent in PARENT.items():
        weight, below = (height(parent) - height(node)) / 2, leaves(node)
        gap = p[:, below].sum(1) - q[:, below].sum(1)
        value += weight * np.abs(gap)
        slope[:, below] += weight * np.sign(gap)[:, None]
    return value, p * (slope - (p * slope).sum(1, keepdims=True))


def distillation(teacher, tau):
    def loss(z, _):
        log_p, log_q = z / tau - lse(z / tau), teacher / tau - lse(teacher / tau)
        value = tau**2 * (np.exp(log_q) * (log_q - log_p)).sum(1)
        return value, tau * (np.exp(log_p) - np.exp(log_q))

    return loss


def edge_weights(alpha, measure, normalize=False):
    weights = {node: float(np.exp(-alpha * measure(node))) for node in NODES}
    total = sum(weights.values()) if normalize else 1
    return {node: weight / total for node, weight in weights.items()}


def case(z, t, loss, mean_weights=None, check=True, **extra):
    value, gradient = loss(z, t)
    divisor = len(z) if mean_weights is None else mean_weights.sum()
    if check:
        differences(z, t, loss, gradient)
    return {
        "logits": z, "target": t, **extra, "none": value, "sum": value.sum(), "mean": value.sum() / divisor,
        "grad_mean": gradient / divisor,
    }


def differences(z, t, loss, gradient, step=1e-5):
    for i, k in np.ndindex(*z.shape):
        ahead, behind = z.copy(), z.copy()
        ahead[i, k] += step
        behind[i, k] -= step
        slope = (loss(ahead, t)[0][i] - loss(behind, t)[0][i]) / (2 * step)
        assert abs(slope - gradient[i, k]) < 2e-6, (i, k, slope, gradient[i, k])


def frozen_pair(expected, z0, t0):
    """The pair-weighted loss with the factor of the given batch: what its gradient is the gradient of."""
    rows = MATRICES["W_PAIR"][t0]
    w = (rows * softmax(z0)).sum(1) if expected else rows[np.arange(len(t0)), z0.argmax(1)]

    def loss(z, t):
        value, gradient = ce(z, t)
        return w * value, w[:, None] * gradient

    return w, loss


def batch_cases(name):
    z, t = BATCHES[name]
    check = name == "base"
    m, w = MATRICES, WEIGHT
    teacher = np.roll(BASE, 1, axis=1)
    out = {}

    def add(case_name, loss, mean_weights=None, **extra):
        out[f"{case_name}/{name}"] = case(z, t, loss, mean_weights, check, **extra)

    add("ce", ce)
    add("ce_class_weight", lambda z, t: ce(z, t, w), w[t], weight="CLS_W")
    add("label_smoothing_0.1", lambda z, t: smoothed(z, t, 0.1, np.ones(K)))
    # PyTorch weighs the target's part by its own class and the rest by each class.
    add("label_smoothing_0.1_class_weight_torch", lambda z, t: smoothed(z, t, 0.1, w), w[t], weight="CLS_W")
    for matrix in ["T_FORUM", "T_BETA4", "T_MIX"]:
        add(f"soft_matrix_ce[{matrix}]", soft(m[matrix]), matrix=matrix)
    add("soft_matrix_kl[T_FORUM]", kl(m["T_FORUM"]), matrix="T_FORUM")
    add("soft_matrix_ce_class_weight_torch[T_FORUM]", soft(m["T_FORUM"] * w), matrix="T_FORUM", weight="CLS_W")
    for mode in ["argmax", "expected"]:
        weights, loss = frozen_pair(mode == "expected", z, t)
        extra = {"matrix": "W_PAIR", "sample_weight": weights}
        if mode == "argmax":
            extra["weighted_mean"] = loss(z, t)[0].sum() / weights.sum()
        add(f"pair_scaled_ce[W_PAIR,{mode}]", loss, **extra)
    for matrix in ["C_SP", "C_ASYM", "D"]:
        add(f"expected_cost[{matrix}]", expected_cost(m[matrix]), matrix=matrix)
    add("ce_plus_expected_cost[C_SP,lambda=10]", added(ce, expected_cost(m["C_SP"]), 10), matrix="C_SP")
    add("cost_log[C_SP]", cost_log(m["C_SP"]), matrix="C_SP")
    add("simloss[S_SIM]", similarity, matrix="S_SIM")
    add("hxe[alpha=0.1,depth_unnorm]", hierarchical(edge_weights(0.1, depth)))
    add("hxe[alpha=0.1,depth_norm_fiveai]", hierarchical(edge_weights(0.1, depth, True)))
    add("hxe[alpha=0.1,height_unnorm]", hierarchical(edge_weights(0.1, height)))
    add("hxe[alpha=0.1,ones]", hierarchical(edge_weights(0, depth)))
    for kind, distance in [("abs", RANKS), ("sq", RANKS**2)]:
        labels = softmax(-distance)
        add(f"sord[{kind},alpha=1]", soft(labels))
        add(f"sord_kl[{kind},alpha=1]", kl(labels))
    add("focal[gamma=0.5]", focal(0.5))
    add("focal[gamma=2.0]", focal(2.0))
    add("focal[gamma=2,class_weight]", focal(2.0, w), weight="CLS_W")
    add("tree_wasserstein[T_FORUM]", tree_wasserstein, matrix="T_FORUM")
    add("kd[tau=4]", distillation(teacher, 4.0), teacher_logits=teacher)
    return out


def ignoring(weight):
    t = np.array([0, -100, 2, 3, -100, 5])
    kept = t >= 0
    safe = np.where(kept, t, 0)
    w = np.ones(K) if weight is None else weight
    value, gradient = ce(BASE, safe, w)
    value, gradient = value * kept, gradient * kept[:, None]
    divisor = (w[safe] * kept).sum()
    return {
        "logits": BASE, "target": t, "ignore_index": -100, "none": value, "sum": value.sum(),
        "mean": value.sum() / divisor, "grad_mean": gradient / divisor,
    }


def edge_cases():
    inf = np.inf
    rows = np.array([[0, 0, 0, 0.2, 0.2, 0.8], [0] * 6, [0.5, 0.5, 0, 0, 0, 0]], float)
    z, t = np.array([[-inf, 1, 2, 0, 0, 0], [0.5, -inf, -inf, -inf, 1, -inf]]), np.array([2, 4])
    one, zero = np.array([[3.0], [-7.0]]), np.array([0, 0])
    free = case(BASE[:3], None, lambda z, _: against(z, rows))
    free["target_probs"] = rows
    del free["target"]
    soft_row = {"logits": z, "target": t, "matrix": "T_FORUM", "none": against(z, MATRICES["T_FORUM"][t])[0]}
    tie = np.zeros((1, 6))
    return {
        "ignore_index/base": ignoring(None),
        "ignore_index_class_weight/base": ignoring(WEIGHT),
        "edge/unnormalised_and_zero_rows": free,
        "edge/neg_inf_logits_one_hot": case(z, t, ce, check=False),
        "edge/neg_inf_logits_soft_row": soft_row,
        "edge/neg_inf_logits_expected_cost": case(
            z, t, expected_cost(MATRICES["C_SP"]), check=False, matrix="C_SP"
        ),
        "edge/one_class": {
            "logits": one, "target": zero,
            "ce": numbers(case(one, zero, ce)), "focal2": {"none": focal(2.0)(one, zero)[0]},
            "expected_cost": numbers(case(one, zero, expected_cost(np.zeros((1, 1))))),
        },
        "edge/tie_argmax_first": {
            "logits": tie, "target": [3], "W": "W_PAIR", "argmax": 0, "weight": MATRICES["W_PAIR"][3, 0],
            "loss": pair(tie, np.array([3]), False)[0][0],
        },
        "edge/empty_batch": {"none": [], "sum": 0.0, "mean": 0.0},
    }


def numbers(made):
    return {key: made[key] for key in ["none", "sum", "mean", "grad_mean"]}


# Decisions and metrics on a small set.

SET = np.array([
    [2.502, 0.597, -0.548, -1.781, -0.909, -1.983], [0.12, 2.68, -0.984, -1.241, 0.98, 0.714],
    [0.211, 0.639, -0.059, 1.391, -2.688, -0.915], [-3.802, -2.579, -3.683, -0.47, -2.535, 0.543],
    [0.314, -0.374, -2.534, -1.077, -0.097, 0.227], [-3.06, -0.956, -1.957, -1.618, 2.122, -1.615],
    [-0.065, 1.769, -1.167, 2.277, 0.221, 0.128], [-2.45, 0.152, 2.718, -3.094, 1.719, 0.239],
    [-1.283, 4.001, 1.525, -2.399, 2.649, 1.153], [-0.378, 1.366, -0.133, 1.334, 2.877, -1.351],
    [0.406, -0.927, 0.255, -2.374, -1.159, 2.108], [1.798, 2.29, -2.647, -1.589, 1.294, -3.985],
])
TRUTH = np.repeat(np.arange(K), 2)


def confidence(p):
    """Whatever the decision: calibration error with 15 bins (low, high], Brier score."""
    top, hit = p.max(1), p.argmax(1) == TRUTH
    bins = np.ceil(top * 15).astype(int)
    gaps = [abs(top[bins == b].mean() - hit[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return {"ece15": sum(gaps), "brier": ((p - EYE[TRUTH]) ** 2).sum(1).mean()}


def agreement(counts):
    """Per-class scores (None where not defined) and agreement, as scikit-learn has them."""
    hits, actual, picked, n = np.diag(counts), counts.sum(1), counts.sum(0), counts.sum()
    of = lambda part, whole: [float(a / b) if b else None for a, b in zip(part, whole)]
    f1 = of(2 * hits, actual + picked)
    known = [score for score in f1 if score is not None]
    weighted = sum(score * count for score, count in zip(f1, actual) if score is not None) / n
    chance = np.outer(actual, picked) / n
    square = (np.arange(K)[:, None] - np.arange(K)) ** 2
    kappa = lambda w: 1 - (w * counts).sum() / (w * chance).sum()
    apart = (n * n - (actual * actual).sum()) * (n * n - (picked * picked).sum())
    return {
        "precision": of(hits, picked), "recall": of(hits, actual), "f1": f1, "macro_f1": np.mean(known),
        "weighted_f1": weighted, "kappa": kappa(1 - EYE), "quadratic_kappa": kappa(square),
        "matthews": (hits.sum() * n - (actual * picked).sum()) / np.sqrt(apart),
    }


def metrics(scores):
    p = softmax(SET)
    order = np.argsort(-scores, axis=1, kind="stable")
    pred, cost = order[:, 0], MATRICES["C_SP"]
    wrong = pred != TRUTH
    mass = np.stack([p[:, GROUP == group].sum(1) for group in [0, 1]], 1)
    likeness = 1 - D / D.max()
    out = {
        "pred": pred, "top1": (~wrong).mean(), "top3": (order[:, :3] == TRUTH[:, None]).any(1).mean(),
        "n_mistakes": int(wrong.sum()), "mistake_severity": D[TRUTH, pred][wrong].mean(),
    }
    for k in [1, 3, 5]:
        ranked = D[TRUTH[:, None], order[:, :k]]
        out[f"HD@{k}"] = ranked.mean()
        out[f"HD@{k}_floor"] = np.sort(D[TRUTH], axis=1)[:, :k].mean()
        out[f"HDmin@{k}"] = ranked.min(1).mean()
    best = np.sort(likeness[TRUTH], axis=1)[:, ::-1][:, :3].sum()
    out["hP@3"] = likeness[TRUTH[:, None], order[:, :3]].sum() / best
    confusion = np.zeros((K, K), int)
    np.add.at(confusion, (TRUTH, pred), 1)
    out |= confidence(p) | agreement(confusion)
    severities = np.bincount(D[TRUTH, pred].astype(int), minlength=4)
    out |= {
        "cost_weighted_error(C_SP)": cost[TRUTH, pred].mean(),
        "expected_cost(C_SP)": (p * cost[TRUTH]).sum(1).mean(),
        "group_acc(argmax then map)": (GROUP[pred] == GROUP[TRUTH]).mean(),
        "group_acc(sum probs)": (mass.argmax(1) == GROUP[TRUTH]).mean(),
        "group_acc_given_mistake": (GROUP[pred] == GROUP[TRUTH])[wrong].mean(),
        "confusion[true][pred]": confusion,
        "severity_hist": {str(level): int(count) for level, count in enumerate(severities)},
    }
    return out


def identities():
    z, t = BATCHES["base"]
    gap = lambda a, b: float(np.abs(a - b).max())
    pi = np.array([0.34, 0.03, 0.03, 0.2, 0.2, 0.2])
    strong = within(0.4, 0.3, 0)
    blocks = within(1, 1, 0)
    mass = np.stack([softmax(z)[:, GROUP == group].sum(1) for group in [0, 1]], 1)
    with np.errstate(divide="ignore"):
        grouped = (lse(z) - lse(z + np.log(blocks[t])))[:, 0]
    return {
        "hxe(alpha=0)==ce": gap(hierarchical(edge_weights(0, depth))(z, t)[0], ce(z, t)[0]),
        "simloss(block01)==group ce": gap(grouped, -np.log(mass[np.arange(len(t)), GROUP[t]])),
        "expected_cost(0/1)==1-p_t": gap(expected_cost(1 - EYE)(z, t)[0], 1 - softmax(z)[np.arange(K), t]),
        "focal(gamma=0)==ce": gap(focal(0.0)(z, t)[0], ce(z, t)[0]),
        "posterior_example": {
            "pi": pi, "T_FORUM^T pi": MATRICES["T_FORUM"].T @ pi,
            "soft[T_FORUM] pick": VOCAB[(MATRICES["T_FORUM"].T @ pi).argmax()],
            "T_STRONG^T pi": strong.T @ pi, "soft[T_STRONG] pick": VOCAB[(strong.T @ pi).argmax()],
            "pi @ C_SP": pi @ MATRICES["C_SP"], "crm(C_SP) pick": VOCAB[(pi @ MATRICES["C_SP"]).argmin()],
        },
    }


def plain(value):
    """JSON has no infinities: they are texts."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, np.ndarray)):
        return [plain(entry) for entry in value]
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, (float, np.floating)):
        value = float(value)
        return value if np.isfinite(value) else ("inf" if value > 0 else "-inf")
    return value


def main():
    p = softmax(SET)
    made = {
        "vocab": VOCAB,
        "tree": [f"{'/'.join(reversed(up(name)))}" for name in VOCAB],
        "groups": {"cat": VOCAB[:3], "dog": VOCAB[3:]},
        "matrices": {**MATRICES, "CLS_W": WEIGHT},
        "builders": builders(),
        "cases": batch_cases("base") | batch_cases("extreme") | edge_cases(),
        "identities": identities(),
        "metrics": {
            "logits": SET, "target": TRUTH, "groups": GROUP, "argmax": metrics(p), "crm(D)": metrics(-(p @ D)),
            "crm(C_SP)": metrics(-(p @ MATRICES["C_SP"])),
        },
    }
    json.dump(plain(made), sys.stdout, indent=None, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
