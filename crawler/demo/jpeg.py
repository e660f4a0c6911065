"""JPEG: a small baseline encoder for drawings in few colours (ITU-T T.81, annexes F and K).

A drawing repeats itself: of most blocks of eight by eight pixels there are many alike, so each is transformed once.
Frequencies beyond `KEPT` are dropped, which also takes the edge off steps between two colours.
"""

import functools
import itertools
import math
import struct
from collections.abc import Sequence

from crawler.demo.canvas import Colour

KEPT = 6
"""Of each block's eight frequencies across and down, how many are coded."""
QUANTISER = 10
"""What every coefficient is divided by; of the mean of a block 8."""

_BASIS = [
    [math.cos((2 * x + 1) * u * math.pi / 16) * (0.5 if u else math.sqrt(0.125)) for x in range(4)] for u in range(KEPT)
]
"""Half of each cosine; the other half is its mirror image, with the sign turned for odd frequencies."""

_ZIGZAG = sorted(
    ((u, v) for u in range(8) for v in range(8)),
    key=lambda at: (at[0] + at[1], at[1] if (at[0] + at[1]) % 2 else at[0]),
)
"""(across, down) of the coefficients in their order on the wire (T.81, figure 5)."""

_DC_BITS = (0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)
"""How many codes of each length from 1 to 16 the DC table has; its symbols are 0 to 11 in order (T.81, table K.3)."""
_AC_SYMBOLS = (0, *(run << 4 | size for run in range(16) for size in range(1, 11)), 0xF0)
_AC_BITS = (1, 0, 0, 0, 0, 0, 0, 0, len(_AC_SYMBOLS) - 1, 0, 0, 0, 0, 0, 0, 0)
"""A table of our own: the end of a block is one bit, every other symbol nine."""


def encode(width: int, height: int, pixels: bytes, palette: Sequence[Colour], comment: bytes) -> bytes:
    """A JFIF picture in YCbCr without subsampling. `pixels` are numbers of the palette, row by row;
    both sides must be multiples of eight.
    """
    return _head(width, height, comment) + scan(width, height, pixels, tuple(palette)) + b"\xff\xd9"


def _head(width: int, height: int, comment: bytes) -> bytes:
    table = b"\0" + bytes([8, *[QUANTISER] * 63])
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"".join(bytes((part, 0x11, 0)) for part in (1, 2, 3))
    start = b"\3" + b"".join(bytes((part, 0)) for part in (1, 2, 3)) + b"\0\x3f\0"
    segments = (
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xFE, comment),
        (0xDB, table),
        (0xC0, frame),
        (0xC4, b"\0" + bytes(_DC_BITS) + bytes(range(12))),
        (0xC4, b"\x10" + bytes(_AC_BITS) + bytes(_AC_SYMBOLS)),
        (0xDA, start),
    )
    return b"\xff\xd8" + b"".join(
        b"\xff" + bytes((marker,)) + struct.pack(">H", len(data) + 2) + data for marker, data in segments
    )


@functools.lru_cache(maxsize=64)
def scan(width: int, height: int, pixels: bytes, palette: tuple[Colour, ...]) -> bytes:
    """The entropy-coded data: block after block, of each its three components."""
    planes = [bytes(pixels.translate(bytes(table))) for table in _tables(palette)]
    known: dict[bytes, list[tuple[int, str]]] = {}
    before = [0, 0, 0]
    bits: list[str] = []
    codes = _codes(_DC_BITS)
    for top, left in itertools.product(range(0, height, 8), range(0, width, 8)):
        places = [(top + row) * width + left for row in range(8)]
        key = b"".join([pixels[at : at + 8] for at in places])
        if key not in known:
            known[key] = [_block([plane[at : at + 8] for at in places]) for plane in planes]
        for part, (mean, rest) in enumerate(known[key]):
            size, extra = _magnitude(mean - before[part])
            before[part] = mean
            bits.append(codes[size] + extra + rest)
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    return int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\0")


def _tables(palette: tuple[Colour, ...]) -> list[list[int]]:
    """Palette → luma and the two differences of colour, each from 0 to 255 (JFIF 1.02)."""
    filled = [*palette, *[(0, 0, 0)] * (256 - len(palette))]
    lumas = [0.299 * red + 0.587 * green + 0.114 * blue for red, green, blue in filled]
    blues = [128 + (colour[2] - luma) * 0.564 for colour, luma in zip(filled, lumas, strict=True)]
    reds = [128 + (colour[0] - luma) * 0.713 for colour, luma in zip(filled, lumas, strict=True)]
    return [[min(255, max(0, round(value))) for value in values] for values in (lumas, blues, reds)]


def _block(rows: list[bytes]) -> tuple[int, str]:
    """A block's quantised mean, and the bits of its other coefficients."""
    if len(set(b"".join(rows))) == 1:
        return rows[0][0] - 128, "0"  # a flat block's mean is eight times its level, and the quantiser is eight
    across = [_transform([level - 128 for level in row]) for row in rows]
    down = [_transform(column) for column in zip(*across, strict=True)]
    codes = _ac_codes()
    bits: list[str] = []
    run = 0
    for u, v in _ZIGZAG[1:]:
        value = round(down[u][v] / QUANTISER) if u < KEPT and v < KEPT else 0
        if not value:
            run += 1
            continue
        bits.extend([codes[0xF0]] * (run // 16))
        size, extra = _magnitude(value)
        bits.append(codes[run % 16 << 4 | size] + extra)
        run = 0
    return round(down[0][0] / 8), "".join(bits) + "0"


def _transform(values: Sequence[float]) -> list[float]:
    """The first frequencies of eight values (T.81, A.3.3, in one direction)."""
    a, b, c, d, e, f, g, h = values
    even, odd = (a + h, b + g, c + f, d + e), (a - h, b - g, c - f, d - e)
    out = []
    for u, (k, m, n, o) in enumerate(_BASIS):
        p, q, r, s = odd if u % 2 else even
        out.append(k * p + m * q + n * r + o * s)
    return out


def _magnitude(value: int) -> tuple[int, str]:
    """How many bits a number takes, and these bits (T.81, F.1.2.1)."""
    size = abs(value).bit_length()
    return size, f"{value if value > 0 else value + (1 << size) - 1:0{size}b}" if size else ""


def _codes(counts: Sequence[int]) -> list[str]:
    """The codes of a table in the order of its symbols (T.81, annex C)."""
    codes: list[str] = []
    code = 0
    for length, count in enumerate(counts, 1):
        codes.extend(f"{code + number:0{length}b}" for number in range(count))
        code = code + count << 1
    return codes


@functools.cache
def _ac_codes() -> dict[int, str]:
    return dict(zip(_AC_SYMBOLS, _codes(_AC_BITS), strict=True))
