"""Where fastai puts points, boxes and masks when their picture moves: prints targets.json.

    pip install fastai==2.8.12 torch==2.8.0 torchvision==0.23.0 pillow==13.0.0 && python targets.py > targets.json

Coordinates are from -1 to 1 between the outer edges of the picture, as PointScaler makes them, and not cut to the picture. A mask is a
text a row, a digit a code and # for 255. Random transforms get fixed draws. Whatever fastai moves elsewhere than the picture is left out
here, with the reason where that happens.
"""

import json
import warnings

import numpy as np
import PIL
import torch
from fastai import __version__ as fastai_version
from fastai.vision.all import (CropPad, Dihedral, DihedralItem, Flip, FlipItem, PILImage, PILMask, Pipeline, PointScaler, RandomResizedCrop,
                               Resize, Rotate, TensorBBox, TensorImage, TensorMask, TensorPoint, ToTensor, Warp, Zoom)

warnings.filterwarnings("ignore")
torch.set_num_threads(1)

# The picture of the item transforms, and of the batch transforms.
WHOLE, SMALL = (50, 40), (30, 24)
# In pixels of WHOLE, (0, 0) the outer corner of the first one: corners, the centre, inner points, one outside. Batches have the same shares.
POINTS = [[0, 0], [50, 40], [25, 20], [12.5, 7.25], [49.5, 0.5], [3, 39], [60, -5]]
BOXES = [[0, 0, 50, 40], [10, 5, 30, 25], [1.5, 30, 8, 39.5], [40, 2, 60, 12]]


def codes(width, height):
    """Slanted bands of the codes 0 to 4 with a square of 255: no symmetry, and any shift is seen."""
    rows = [[(2 * x + 3 * y + x * y // 16) // 9 % 5 for x in range(width)] for y in range(height)]
    for y in range(height // 4, height // 2):
        rows[y][width // 3:width // 2] = [255] * (width // 2 - width // 3)
    return np.uint8(rows)


def short(values):
    return [short(v) for v in values] if isinstance(values, (list, tuple)) else float(f"{values:.7g}")


def drawn(mask):
    return ["".join("#" if code == 255 else str(code) for code in row) for row in np.asarray(mask).tolist()]


# Transforms of one item. Each target goes with the picture alone, and is scaled before: FlipItem and CropPad have order 0 and would come
# before PointScaler in one pipeline, and move pixels as if they were from -1 to 1.

def item(*transforms, kinds=("points", "boxes", "mask")):
    made = {"points": TensorPoint.create(POINTS), "boxes": TensorBBox.create(BOXES), "mask": PILMask.create(codes(*WHOLE))}
    out = {}
    for kind in kinds:
        sample = Pipeline([PointScaler()], split_idx=1)((picture(), made[kind]))
        image, target = Pipeline([*transforms, ToTensor()], split_idx=1)(sample)
        out["size"] = [image.shape[-1], image.shape[-2]]
        out[kind] = drawn(target) if kind == "mask" else short(target.tolist())
    return out


def picture():
    return PILImage.create(np.repeat(codes(*WHOLE)[:, :, None], 3, axis=2))


def told(transform, **settings):
    """A transform whose draw is told, and which is not only for training."""
    transform.before_call = lambda b, split_idx: [setattr(transform, name, value) for name, value in settings.items()]
    transform.split_idx = None
    return transform


def items():
    cases = {"nothing": item(), "crop to 32x32": item(Resize(32)), "crop to 36x24": item(Resize((24, 36)))}
    for mode in ("zeros", "border", "reflection"):
        cases[f"pad to 32x32, {mode}"] = item(Resize(32, method="pad", pad_mode=mode))
        cases[f"crop_pad to 32x48, {mode}"] = item(CropPad((48, 32), pad_mode=mode))
    for width, height in ((32, 32), (36, 24), (70, 56)):
        cases[f"squish to {width}x{height}"] = item(Resize((height, width), method="squish"))
    cases["crop to 32x32 at .25, .75"] = item(told(Resize(32), pcts=(0.25, 0.75)))
    cases["pad to 32x32 at .25, .75, zeros"] = item(told(Resize(32, method="pad", pad_mode="zeros"), pcts=(0.25, 0.75)))
    part = told(RandomResizedCrop(32), orig_sz=WHOLE, final_size=(32, 32), tl=(7, 3), cp_size=(30, 22))
    cases["30x22 at 7, 3 to 32x32"] = item(part)
    # The mask alone: fastai crops the centre of points and boxes as if the picture had its first size still.
    cases["RandomResizedCrop to 32x32 in validation"] = item(RandomResizedCrop(32), kinds=("mask",))
    cases["flip"] = item(told(FlipItem(p=1.0), do=True))
    # Without boxes, which have no size any more after a flip.
    cases["flip, squish to 32x32"] = item(told(FlipItem(p=1.0), do=True), Resize(32, method="squish"), kinds=("points", "mask"))
    for k in range(2, 8):
        # The mask is a plane of the picture here: fastai turns no PILMask.
        turn = told(DihedralItem(), do=True, k=k)
        plane = Pipeline([turn, ToTensor()], split_idx=1)((picture(),))[0][0]
        cases[f"dihedral {k}"] = item(turn, kinds=("points", "boxes")) | {"mask": drawn(plane)}
    return cases


# Transforms of a batch, of two equal items. Points and boxes are moved between outer edges always, and pictures and masks between the
# centres of the border pixels (corners that are aligned) unless told otherwise: only then do they belong together.

def batch(first, *others):
    width, height = SMALL
    image = torch.tensor(codes(width, height))
    unit = lambda values: (torch.tensor(values).view(-1, 2) / torch.tensor(WHOLE) * 2 - 1)
    both = lambda t: torch.stack([t, t])
    sample = (TensorImage(both(image[None].float().expand(3, -1, -1) / 255)), TensorPoint(both(unit(POINTS)), img_size=SMALL),
              TensorBBox(both(unit(BOXES).view(-1, 4)), img_size=SMALL), TensorMask(both(image.long())))
    for other in others:
        first.compose(other)
    image, points, boxes, mask = first(sample, split_idx=0)
    return {"size": [image.shape[-1], image.shape[-2]], "points": short(points[0].tolist()), "boxes": short(boxes[0].tolist()),
            "mask": drawn(mask[0])}


def batches():
    cases = {}
    zoom = dict(draw_x=0.3, draw_y=0.6)
    for corners in (False, True):
        for mode in ("zeros", "border", "reflection"):
            if mode == "reflection" and not corners:
                continue  # torch mirrors at the outer edges then, and repeats the border pixels
            how = dict(pad_mode=mode, align_corners=corners)
            made = {"rotate -35": batch(Rotate(p=1, draw=-35.0, **how))}
            if mode != "border":
                made["rotate 10"] = batch(Rotate(p=1, draw=10.0, **how))
                made["zoom 1.2 at .3, .6"] = batch(Zoom(p=1, draw=1.2, **zoom, **how))
                made["zoom .8 at .3, .6"] = batch(Zoom(p=1, draw=0.8, **zoom, **how))
                made["warp .2, .2"] = batch(Warp(p=1, draw_x=0.2, draw_y=0.2, **how))
                made["warp -.15, .1"] = batch(Warp(p=1, draw_x=-0.15, draw_y=0.1, **how))
                made["flip, warp .2, -.1, rotate 10, zoom 1.2 at .3, .6"] = batch(
                    Flip(p=1, **how), Warp(p=1, draw_x=0.2, draw_y=-0.1), Rotate(p=1, draw=10.0), Zoom(p=1, draw=1.2, **zoom))
            if mode == "zeros":
                made["rotate 10 to 28x20"] = batch(Rotate(p=1, draw=10.0, size=(20, 28), **how))
            if mode == "zeros" and not corners:
                made |= {f"dihedral {k}": batch(Dihedral(p=1, draw=float(k), **how)) for k in (1, 3, 6)}
            for name, case in made.items():
                if corners:
                    case = {kind: case[kind] for kind in ("size", "mask")}
                cases[f"{name}, {mode}{', aligned' if corners else ''}"] = case
    return cases


def lines(value, depth):
    """JSON with an entry a line down to this depth."""
    if depth == 0:
        return json.dumps(value)
    body = ",\n".join(f"{json.dumps(key)}: {lines(entry, depth - 1)}" for key, entry in value.items())
    return "{\n%s\n}" % body


print(lines({
    "versions": {"fastai": fastai_version, "torch": torch.__version__.split("+")[0], "pillow": PIL.__version__},
    "inputs": {"points": POINTS, "boxes": BOXES, "masks": [drawn(codes(*WHOLE)), drawn(codes(*SMALL))]},
    "items": items(), "batches": batches(),
}, 2))
