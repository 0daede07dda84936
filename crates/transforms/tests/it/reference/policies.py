"""What torchvision's policies do, and to which bytes: `python policies.py`, with torchvision 0.23.0 and torch 2.8.0."""

import json
from pathlib import Path

import torch
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F
from torchvision.transforms.v2.functional import _geometry

WIDTH, HEIGHT = 101, 64  # no side is the other, nor a round number


def noise(width, height, seed, low=0, high=256):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(low, high, (3, height, width), dtype=torch.uint8, generator=generator)


def flat(picture):
    """Red, green and blue of each pixel, in rows, in hexadecimal digits."""
    return bytes(picture.permute(1, 2, 0).flatten().tolist()).hex()


COLOURS = {
    "brightness": F.adjust_brightness,
    "saturation": F.adjust_saturation,
    "contrast": F.adjust_contrast,
    "sharpness": F.adjust_sharpness,
    "posterize": F.posterize,
    "solarize": F.solarize,
    "auto_contrast": F.autocontrast,
    "equalize": F.equalize,
    "grayscale": lambda picture: F.rgb_to_grayscale(picture, num_output_channels=3),
    "blur": lambda picture, sigma: F.gaussian_blur(picture, [8 * 2 + 1] * 2, [sigma]),
}
FACTORS = [1.0 + sign * share for share in [0.033, 0.27, 0.6, 0.9, 0.99] for sign in [-1, 1]]
CASES = (
    [(name, factor) for name in ["brightness", "saturation", "contrast", "sharpness"] for factor in FACTORS]
    + [("posterize", bits) for bits in [0, 2, 3, 5, 7, 8]]
    + [("solarize", threshold) for threshold in [0.0, 8.5, 127.5, 128.0, 255.0]]
    + [(name, None) for name in ["auto_contrast", "equalize", "grayscale"]]
)
BLURS = [("blur", sigma) for sigma in [0.1, 0.5, 1.3, 2.0]]


def became(picture, name, number):
    arguments = [] if number is None else [number]
    return [name, number, flat(COLOURS[name](picture, *arguments))]


def picture(width, height, seed, cases, **limits):
    of = noise(width, height, seed, **limits)
    return {"size": [width, height], "bytes": flat(of), "became": [became(of, *case) for case in cases]}


def recorded(policy, operation, magnitude):
    """What `policy` asks of torchvision: the matrix from output to source around the centre, or a change of colours."""
    seen = {}
    inverse, names = _geometry._get_inverse_affine_matrix, {}

    def matrix(*arguments, **keywords):
        whole = inverse(*arguments, **keywords)
        seen["matrix"] = [round(number, 12) + 0.0 for number in whole]
        return whole

    def colour(name):
        def record(picture, **arguments):
            seen["colour"] = name
            seen["number"] = float(next(iter(arguments.values()))) if arguments else None
            return names[name](picture, **arguments)

        return record

    asked = {"adjust_" + name: name for name in ["brightness", "saturation", "contrast", "sharpness"]}
    asked |= {"posterize": "posterize", "solarize": "solarize", "autocontrast": "auto_contrast", "equalize": "equalize"}
    _geometry._get_inverse_affine_matrix = matrix
    for function, name in asked.items():
        names[name] = getattr(F, function)
        setattr(F, function, colour(name))
    try:
        policy._apply_image_or_video_transform(
            noise(WIDTH, HEIGHT, 6), operation, magnitude, interpolation=v2.InterpolationMode.NEAREST, fill=policy._fill
        )
    finally:
        _geometry._get_inverse_affine_matrix = inverse
        for function, name in asked.items():
            setattr(F, function, names[name])
    return seen


def levels(policy, bins, used):
    rows = []
    for operation, (magnitudes, signed) in policy._AUGMENTATION_SPACE.items():
        values = magnitudes(bins, HEIGHT, WIDTH)
        for level in used if values is not None else [None]:
            for sign in [1, -1] if signed else [1]:
                magnitude = 0.0 if values is None else float(values[level]) * sign
                seen = recorded(policy, operation, magnitude)
                rows.append([operation, level, sign, seen.get("matrix"), seen.get("colour"), seen.get("number")])
    return rows


WHOLE = [("auto_contrast", None), ("equalize", None), ("contrast", 1.9), ("contrast", 0.27), ("sharpness", 1.9), ("saturation", 0.4)]
here = Path(__file__).parent
reference = {
    "pictures": [
        picture(9, 7, 1, CASES),
        picture(29, 23, 2, WHOLE, low=30, high=190),
        picture(19, 14, 3, BLURS),
        picture(2, 5, 4, [("sharpness", 0.01), ("equalize", None), ("auto_contrast", None)]),
        picture(1, 1, 5, [("sharpness", 1.9), ("equalize", None), ("auto_contrast", None), ("contrast", 0.1)]),
    ],
    "size": [WIDTH, HEIGHT],
    "trivial": levels(v2.TrivialAugmentWide(), 31, range(31)),
    "rand_9": levels(v2.RandAugment(), 31, [9]),
    "rand_30": levels(v2.RandAugment(), 31, [30]),
    "aug_mix": levels(v2.AugMix(), 10, range(3)),
}
(here / "policies.json").write_text(json.dumps(reference, separators=(",", ":")) + "\n")
