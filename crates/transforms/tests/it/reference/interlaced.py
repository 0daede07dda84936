"""An interlaced PNG of 4×3 pixels with a palette of four: `python interlaced.py`, which writes interlaced.png beside it."""

import struct
import zlib
from pathlib import Path

NUMBERS = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 1, 2, 2]]
# first column and row, steps between columns and rows, of each pass
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def row(numbers):
    bits = "".join(f"{number:02b}" for number in numbers)
    bits += "0" * (-len(bits) % 8)
    return b"\0" + bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b""
for x, y, dx, dy in PASSES:
    for numbers in NUMBERS[y::dy]:
        if numbers[x::dx]:
            rows += row(numbers[x::dx])
header = struct.pack(">IIBBBBB", 4, 3, 2, 3, 0, 0, 1)
palette = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"PLTE", palette)
png += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
Path(__file__).with_suffix(".png").write_bytes(png)
