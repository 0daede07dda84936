"""Losses of masks, points and boxes in float64, that ours are compared with: prints maps.json.

    pip install numpy && python maps.py > maps.json

The formulas are those of PyTorch's cross_entropy, smooth_l1_loss and huber_loss, fastai's FocalLoss and DiceLoss, and torchvision's
generalized_box_iou_loss, written out. Gradients of the means are central differences.
"""

import json

import numpy as np

VOID = 255
WEIGHTS = np.array([0.5, 2.0, 1.0, 0.25])


def numbers(n, step, modulus, scale, shift):
    """Numbers by a rule that any language repeats, as single precision has them."""
    values = [((i * i * 7 + i * step + 3) % modulus) / scale - shift for i in range(n)]
    return np.float32(values).astype(float)


def log_softmax(z):
    top = z.max(axis=1, keepdims=True)
    return z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True))


def at(table, mask):
    """Of each pixel the entry of its class; that of class 0 where it is void."""
    return np.take_along_axis(table, np.where(mask == VOID, 0, mask)[:, None], 1)[:, 0]


def counted(mask):
    return (mask != VOID).astype(float)


def per_pixel(loss, weights=None):
    """Of each picture the sum over the pixels that count, and that of what they count, both divided by all its pixels."""

    def parts(z, mask):
        share = counted(mask) if weights is None else counted(mask) * weights[np.where(mask == VOID, 0, mask)]
        each = loss(log_softmax(z), mask) * counted(mask)
        return [(each.mean(axis=(1, 2)), share.mean(axis=(1, 2)))]

    return parts


def entropy(weights=None, smoothing=0.0):
    w = np.ones(4) if weights is None else weights

    def loss(log_p, mask):
        own = at(log_p * w[None, :, None, None], mask)
        return -(1 - smoothing) * own - smoothing / 4 * (log_p * w[None, :, None, None]).sum(axis=1)

    return loss


def focal(gamma):
    return lambda log_p, mask: -((1 - np.exp(at(log_p, mask))) ** gamma) * at(log_p, mask)


def dice(smoothing=1e-6, squares=False, background=True):
    """fastai's, a number a picture and class, averaged over the classes."""

    def parts(z, mask):
        keep = counted(mask)[:, None]
        p = np.exp(log_softmax(z)) * keep
        t = (mask[:, None] == np.arange(4)[None, :, None, None]) * keep
        inter = (p * t).sum(axis=(2, 3))
        union = ((p**2 if squares else p) + t).sum(axis=(2, 3))
        each = 1 - (2 * inter + smoothing) / (union + smoothing)
        return [(each[:, 0 if background else 1 :].mean(axis=1), keep.max(axis=(1, 2, 3)))]

    return parts


def both(first, second, weight):
    return lambda z, t: first(z, t) + [(weight * n, d) for n, d in second(z, t)]


def by_value(loss):
    """Of each row the sum over the known values, and their number, both divided by the number of all values."""

    def parts(output, targets):
        values, known = targets
        each = np.where(known, loss(np.where(known, output - values, 0)), 0)
        return [(each.mean(axis=1), known.mean(axis=1))]

    return parts


def smooth_l1(beta):
    return lambda d: np.where(np.abs(d) < beta, d * d / (2 * beta), np.abs(d) - beta / 2)


def giou(output, targets, eps=1e-7):
    truth, known = targets
    left, top, right, bottom = output.T
    true_left, true_top, true_right, true_bottom = truth.T
    width = np.minimum(right, true_right) - np.maximum(left, true_left)
    height = np.minimum(bottom, true_bottom) - np.maximum(top, true_top)
    inter = np.where((width > 0) & (height > 0), width * height, 0)
    wide, high, true_wide, true_high = right - left, bottom - top, true_right - true_left, true_bottom - true_top
    own = np.maximum(wide, 0) * np.maximum(high, 0)
    # torchvision's is the product also of sides below 0, of two of which it is above 0: its loss has no lower end.
    own = own + np.minimum(wide, 0) * true_high + np.minimum(high, 0) * true_wide
    union = own + true_wide * true_high - inter
    around = (np.maximum(right, true_right) - np.minimum(left, true_left)) * (
        np.maximum(bottom, true_bottom) - np.minimum(top, true_top)
    )
    loss = 1 - (inter / (union + eps) - (around - union) / (around + eps))
    known = known.all(axis=1)
    return [(np.where(known, loss, 0), known.astype(float))]


def mean(terms):
    return sum(n.sum() / d.sum() for n, d in terms)


def case(parts, output, targets, step=1e-6):
    gradient = np.zeros(output.size)
    for i in range(output.size):
        ends = []
        for shift in (step, -step):
            moved = output.flatten()
            moved[i] += shift
            ends.append(mean(parts(moved.reshape(output.shape), targets)))
        gradient[i] = (ends[0] - ends[1]) / (2 * step)
    terms = parts(output, targets)
    return {
        "losses": sum(n for n, _ in terms).tolist(),
        "mean": mean(terms),
        "gradient": [round(slope, 9) for slope in gradient.tolist()],
    }


def main():
    logits = numbers(3 * 4 * 3 * 5, 11, 97, 12.0, 4.0).reshape(3, 4, 3, 5)
    mask = np.array([(i * i + i // 3) % 5 for i in range(45)]).reshape(3, 3, 5)
    mask[mask == 4] = VOID
    mask[2] = VOID
    masks = {
        "cross entropy": per_pixel(entropy()),
        "weighted cross entropy": per_pixel(entropy(WEIGHTS), WEIGHTS),
        "smoothed cross entropy": per_pixel(entropy(WEIGHTS, 0.1), WEIGHTS),
        "focal 2": per_pixel(focal(2)),
        "dice": dice(),
        "dice of squares, smoothing 0.5": dice(0.5, True),
        "dice without background": dice(background=False),
        "focal 2 + 0.7 dice": both(per_pixel(focal(2)), dice(), 0.7),
    }
    points = numbers(4 * 6, 13, 89, 30.0, 1.5).reshape(4, 6)
    values = numbers(4 * 6, 5, 83, 40.0, 1.0).reshape(4, 6)
    known = np.array([(i * 5 + i // 4) % 3 > 0 for i in range(24)]).reshape(4, 6)
    known[1] = False
    known[2] = True
    regressions = {
        "squared": by_value(np.square),
        "absolute": by_value(np.abs),
        "smooth l1 1": by_value(smooth_l1(1)),
        "smooth l1 0.1": by_value(smooth_l1(0.1)),
        "huber 2": by_value(lambda d: 2 * smooth_l1(2)(d)),
    }
    truth = np.tile([-0.5, -0.25, 0.5, 0.75], (9, 1))
    boxes = np.float32([
        [-0.4, -0.3, 0.6, 0.7],  # overlaps
        [-0.3, 0.0, 0.2, 0.5],  # inside
        [-0.9, -0.9, 0.9, 0.95],  # around
        [0.7, 0.8, 0.9, 0.9],  # apart
        [0.6, -0.1, 0.9, 0.5],  # beside
        [0.3, -0.1, -0.2, 0.5],  # left and right reversed
        [0.3, 0.6, -0.2, 0.1],  # all reversed
        [2.0, 0.5, -3.0, 0.0],  # all reversed, beyond the true box
        [0.1, 0.1, 0.2, 0.2],  # not known
    ]).astype(float)
    of = np.full((9, 4), True)
    of[8, 3] = False
    print(json.dumps({
        "masks": {
            "logits": logits.flatten().tolist(),
            "shape": list(logits.shape),
            "mask": mask.flatten().tolist(),
            "weights": WEIGHTS.tolist(),
            "cases": {name: case(parts, logits, mask) for name, parts in masks.items()},
        },
        "points": {
            "output": points.flatten().tolist(),
            "values": values.flatten().tolist(),
            "known": known.flatten().tolist(),
            "cases": {name: case(parts, points, (values, known)) for name, parts in regressions.items()},
        },
        "boxes": {
            "output": boxes.flatten().tolist(),
            "values": truth.flatten().tolist(),
            "known": of.flatten().tolist(),
            "cases": {"generalized iou": case(giou, boxes, (truth, of))},
        },
    }, separators=(",", ":")))


main()
