"""Which columns Pillow's NEAREST takes: `python nearest.py > nearest.json`, with Pillow 13.0.0 and numpy."""

import json

import numpy as np
from PIL import Image

# width of the picture, left and width of the part that is cut out, width of the result
CASES = [
    (8, 0, 8, 4), (10, 0, 10, 7), (7, 0, 7, 3), (5, 0, 5, 9), (1, 0, 1, 6), (640, 80, 480, 224), (640, 0, 640, 224),
    (500, 83, 333, 128), (500, 62, 375, 224), (333, 0, 333, 100), (48, 3, 41, 96), (97, 50, 47, 13), (300, 1, 299, 1),
]


def taken(width, left, part, result):
    row = np.arange(width, dtype=np.int32)[None, :].repeat(2, 0)
    picture = Image.fromarray(row).crop((left, 0, left + part, 2))
    return np.array(picture.resize((result, 2), Image.Resampling.NEAREST))[0].tolist()


print(json.dumps([dict(width=w, left=l, part=p, result=r, taken=taken(w, l, p, r)) for w, l, p, r in CASES]))
