"""Planes of floats as Pillow's mode F resizes them, and TIFF files of many bands: `python bands.py`, with Pillow, numpy and tifffile."""

import json
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

SIZES = [((7, 5), (3, 4)), ((4, 4), (9, 9)), ((13, 2), (5, 2)), ((1, 6), (3, 3)), ((16, 9), (8, 4)), ((3, 3), (3, 3))]


def case(number, size, to):
    width, height = size
    at = np.arange(width * height, dtype=np.float64)
    plane = (np.sin(at * (number + 1) * 0.7) * 10.0 ** (number - 2)).astype(np.float32).reshape(height, width)
    resized = np.asarray(Image.fromarray(plane).resize(to, Image.Resampling.BILINEAR))
    return {"size": size, "to": to, "plane": plane.ravel().tolist(), "resized": resized.ravel().tolist()}


def bands(kind, count):
    """Number `100 · band + 10 · row + column` of a picture of 3 columns and 2 rows, times what the kind says."""
    band, row, column = np.meshgrid(np.arange(count), np.arange(2), np.arange(3), indexing="ij")
    return (100 * band + 10 * row + column).astype(kind)


here = Path(__file__).parent
(here / "bands.json").write_text(json.dumps([case(number, *sizes) for number, sizes in enumerate(SIZES)]))
chunky = {"photometric": "minisblack", "planarconfig": "contig"}
write = tifffile.imwrite
write(here / "five16.tif", bands(np.uint16, 5).transpose(1, 2, 0), compression="zlib", **chunky)
write(here / "five16planar.tif", bands(np.uint16, 5), photometric="minisblack", planarconfig="separate")
write(here / "one32f.tif", bands(np.float32, 1)[0] * -0.5, photometric="minisblack")
write(here / "two16s.tif", bands(np.int16, 2).transpose(1, 2, 0) - 50, **chunky)
colours = (bands(np.uint16, 4).clip(0, 255).transpose(1, 2, 0) // 2).astype(np.uint8)
write(here / "infrared.tif", colours, photometric="rgb", extrasamples=[0])
pixel = np.array([[[128, 128]]], np.uint8)
write(here / "straight.tif", pixel, extrasamples=[2], **chunky)
write(here / "multiplied.tif", pixel, extrasamples=[1], **chunky)
