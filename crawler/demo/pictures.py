"""Drawn scenes for the sample site's photos: hills, a river, a skyline, a bridge, a street, fields.

Far things are painted first, near ones over them. A scene's kind, its hour and its shapes follow from a seed,
so the same seed gives the same picture.
"""

import functools
import math
import random
from dataclasses import dataclass

from crawler.demo.canvas import Canvas, Colour, Heights, mixed


@dataclass(frozen=True, kw_only=True)
class Hour:
    """The light of a time of day: a sky from its top to the horizon, and the colours of what stands under it."""

    sky: tuple[Colour, Colour]
    far: Colour
    near: Colour
    water: tuple[Colour, Colour]
    lamp: Colour


HOURS = (
    Hour(  # morning
        sky=((158, 190, 205), (240, 226, 205)), far=(152, 172, 172), near=(78, 104, 92), water=((205, 208, 200), (120, 152, 160)), lamp=(250, 240, 214)
    ),
    Hour(  # noon
        sky=((118, 164, 196), (218, 230, 232)), far=(138, 166, 178), near=(72, 112, 84), water=((176, 200, 208), (88, 130, 150)), lamp=(244, 240, 222)
    ),
    Hour(  # evening
        sky=((96, 104, 142), (238, 190, 150)), far=(136, 122, 142), near=(66, 70, 84), water=((226, 184, 156), (92, 98, 128)), lamp=(252, 218, 150)
    ),
)  # fmt: skip


def waves(draw: random.Random, base: float, swing: float, width: int) -> Heights:
    """A soft line of hills round a height."""
    terms = [(swing / turn, turn * (1 + draw.random()), draw.random() * math.tau) for turn in (1, 2, 4)]
    return lambda x: base + sum(size * math.sin(x / width * math.pi * speed + turn) for size, speed, turn in terms)


def sloping(middle: float, slope: float, width: int) -> Heights:
    """A straight line through a height in the middle."""
    return lambda x: middle + (x - width / 2) * slope


def _hills(canvas: Canvas, hour: Hour, draw: random.Random) -> None:
    """Four ranges one behind the other, the nearest darkest."""
    width, height = canvas.width, canvas.height
    for turn in range(4):
        line = waves(draw, height * (0.42 + 0.14 * turn), height * 0.075, width)
        canvas.ground(line, mixed(hour.far, hour.near, turn / 3))


def _fields(canvas: Canvas, hour: Hour, draw: random.Random) -> None:
    """Rice in strips under a line of palms."""
    width, height = canvas.width, canvas.height
    horizon = height * 0.56
    canvas.ground(waves(draw, horizon - height * 0.05, height * 0.05, width), hour.far)
    green, ripe = mixed(hour.near, (150, 176, 98), 0.6), mixed(hour.near, (214, 192, 116), 0.6)
    top, thick, turn = horizon, height * 0.02, 0
    while top < height:
        slope = (draw.random() - 0.5) * 0.05
        canvas.ground(sloping(top, slope, width), (green, ripe, mixed(green, ripe, 0.5))[turn % 3])
        top, thick, turn = top + thick, thick * 1.5, turn + 1
    for _ in range(5):
        x, size = draw.randrange(width), height * (0.03 + 0.03 * draw.random())
        canvas.box(x, horizon - size * 1.6, x + max(1, width // 200), horizon + 2, hour.near)
        canvas.disc(x, horizon - size * 1.6, size * 0.55, hour.near)


def _river(canvas: Canvas, hour: Hour, draw: random.Random) -> None:
    """A wide river with two boats before low banks."""
    width, height = canvas.width, canvas.height
    shore = int(height * 0.55)
    canvas.ground(waves(draw, shore - height * 0.1, height * 0.05, width), hour.far)
    canvas.ground(waves(draw, shore - height * 0.03, height * 0.03, width), mixed(hour.far, hour.near, 0.5))
    _water(canvas, hour, draw, shore)
    for turn in range(2):
        size = height * (0.09 + 0.07 * turn)
        x, y = width * (0.2 + 0.45 * turn + 0.15 * draw.random()), shore + height * (0.12 + 0.16 * turn)
        for at in range(int(x - size), int(x + size)):
            bow = abs(at - x) / size
            if 0 <= at < width:
                canvas.span(at, y + size * 0.2 * bow**3 * -1, y + size * 0.22 * (1 - bow**2), hour.near)
        canvas.box(int(x - size * 0.3), y - size * 0.3, int(x + size * 0.35), y, mixed(hour.near, hour.lamp, 0.35))


def _skyline(canvas: Canvas, hour: Hour, draw: random.Random) -> None:
    """Towers in two rows, windows lit in some, and the river before them."""
    width, height = canvas.width, canvas.height
    shore = int(height * 0.74)
    _towers(canvas, draw, shore, 0.24, mixed(hour.far, hour.sky[1], 0.3), None)
    _towers(canvas, draw, shore, 0.36, mixed(hour.far, hour.near, 0.55), hour.lamp)
    canvas.ground(lambda x: shore - height * 0.02 - height * 0.012 * math.sin(x / width * 40), hour.near)
    _water(canvas, hour, draw, shore)


def _towers(
    canvas: Canvas, draw: random.Random, foot: int, tallest: float, colour: Colour, lamp: Colour | None
) -> None:
    x, unit = 0, canvas.width / 48
    while x < canvas.width:
        wide = int(unit * draw.choice((2, 2, 3, 4)))
        roof = foot - canvas.height * tallest * (0.35 + draw.random())
        canvas.box(x, roof, x + wide, foot, colour)
        if draw.random() < 0.25:
            canvas.box(x + wide // 2, roof - unit * 2, x + wide // 2 + max(1, int(unit / 6)), roof, colour)
        if lamp:
            light, step = mixed(colour, lamp, 0.45), max(4, int(unit * 0.8))
            for left in range(x + step // 2, x + wide - step // 2, step):
                for top in range(int(roof) + step, foot - step, step):
                    if draw.random() < 0.4:
                        canvas.box(left, top, left + step // 2, top + step // 2, light)
        x += wide + int(unit * draw.choice((0, 0, 1)))


def _bridge(canvas: Canvas, hour: Hour, draw: random.Random) -> None:
    """A bridge on cables over the river."""
    width, height = canvas.width, canvas.height
    shore, deck = int(height * 0.72), height * 0.58
    canvas.ground(waves(draw, height * 0.55, height * 0.04, width), mixed(hour.far, hour.sky[1], 0.25))
    canvas.ground(waves(draw, height * 0.66, height * 0.03, width), hour.far)
    _water(canvas, hour, draw, shore)
    thin = max(1.2, height / 260)
    for pylon in (0.3, 0.72):
        x, top = int(width * (pylon + (draw.random() - 0.5) * 0.04)), height * 0.16
        reach = int(width * 0.2)
        for cable in range(1, 8):
            far, high = reach * cable / 7, top + (deck - top) * 0.5 * (1 - cable / 7)
            for at in range(max(0, int(x - far)), min(width, int(x + far) + 1)):
                y = high + (deck - high) * abs(at - x) / far
                canvas.span(at, y, y + thin, mixed(hour.near, hour.sky[1], 0.35))
        canvas.box(x - max(1, width // 160), top, x + max(1, width // 160), shore + height * 0.06, hour.near)
    canvas.box(0, deck, width, deck + height * 0.025, hour.near)


def _street(canvas: Canvas, hour: Hour, draw: random.Random) -> None:
    """Narrow houses wall to wall, each of another height and colour, with trees before them."""
    width, height = canvas.width, canvas.height
    walls = ((222, 196, 150), (206, 168, 140), (176, 190, 184), (214, 206, 188), (188, 160, 150), (164, 178, 196))
    ground, x, unit = height * 0.84, -draw.randrange(20), width / 40
    while x < width:
        wide = int(unit * draw.choice((3, 3, 4)))
        wall = mixed(draw.choice(walls), hour.sky[0], 0.25)
        roof = ground - height * (0.32 + 0.34 * draw.random())
        canvas.box(x, roof, x + wide, ground, wall)
        canvas.box(x - 1, roof - height * 0.02, x + wide + 1, roof, mixed(wall, hour.near, 0.5))
        top = roof + height * 0.05
        while top < ground - height * 0.14:
            canvas.box(x + wide // 5, top, x + wide - wide // 5, top + height * 0.055, mixed(wall, hour.near, 0.6))
            top += height * 0.11
        canvas.box(x + wide // 6, ground - height * 0.11, x + wide - wide // 6, ground, mixed(wall, hour.near, 0.8))
        x += wide
    canvas.box(0, ground, width, height, mixed(hour.far, (120, 116, 112), 0.5))
    canvas.box(0, ground, width, ground + height * 0.03, mixed(hour.far, hour.lamp, 0.4))
    for _ in range(3):
        at, size = draw.randrange(width), height * (0.09 + 0.05 * draw.random())
        canvas.box(
            at - max(1, width // 200), ground - size, at + max(1, width // 200), ground + height * 0.02, hour.near
        )
        for dx, dy in ((0, -1.7), (-0.7, -1.2), (0.7, -1.2)):
            canvas.disc(at + dx * size, ground + dy * size, size * 0.75, mixed(hour.near, (88, 128, 88), 0.55))


def _water(canvas: Canvas, hour: Hour, draw: random.Random, shore: int) -> None:
    """Water from the shore to the lower edge, with streaks of light that widen towards the reader."""
    canvas.fade(hour.water, shore, canvas.height, 40)
    depth = canvas.height - shore
    for _ in range(26):
        near = draw.random()
        y, length = shore + depth * near, canvas.width * (0.03 + 0.12 * near)
        left = int(draw.random() * canvas.width - length / 2)
        light = mixed(hour.water[0], hour.water[1], 0.25 + 0.4 * draw.random())
        canvas.box(left, y, left + int(length), y + 1 + depth * 0.012 * near, light)


SCENES = (_hills, _skyline, _river, _street, _fields, _bridge)


@functools.lru_cache(maxsize=32)
def scene(kind: int, hour: int, width: int, height: int) -> tuple[bytes, tuple[Colour, ...]]:
    """One of the scenes at one of the hours: its pixels row by row, and their palette."""
    draw = random.Random(f"{kind} {hour}")  # noqa: S311 - a drawing, not secrets
    light = HOURS[hour % len(HOURS)]
    canvas = Canvas(width=width, height=height)
    canvas.fade(light.sky, 0, int(height * 0.7), 64)
    canvas.box(0, int(height * 0.7), width, height, light.sky[1])
    sun = light.lamp if hour % 3 else mixed(light.lamp, light.sky[1], 0.3)
    canvas.disc(width * (0.18 + 0.64 * draw.random()), height * (0.2 + 0.14 * (hour % 3 != 1)), height * 0.07, sun)
    SCENES[kind % len(SCENES)](canvas, light, draw)
    return canvas.pixels, tuple(canvas.palette)
