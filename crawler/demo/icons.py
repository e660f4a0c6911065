"""The small pictures of the sample site's pages: emblem, signs, paper, captcha."""

import math
import random

from crawler.demo.canvas import Canvas

RED, GOLD, CREAM, INK = (142, 32, 36), (228, 176, 76), (250, 244, 230), (84, 84, 88)

SIGNS = {
    "refresh": ("..####..", ".#....#.", "#.....##", "#....###", "#.......", "#......#", ".#....#.", "..####.."),
    "print": (".######.", ".#....#.", ".######.", "########", "#......#", "#.####.#", "##....##", ".######."),
    "calendar": (".#....#.", "########", "#......#", "########", "#.#.#.##", "##.#.#.#", "#.#.#..#", "########"),
    "share": ("......##", ".....###", "...##.##", ".##.....", "###.....", ".##..##.", "...#####", ".....##."),
}
"""Small signs, a letter for each two by two pixels."""


def sign(name: str) -> Canvas:
    """One of the small signs."""
    canvas = Canvas(width=16, height=16)
    canvas.box(0, 0, 16, 16, (255, 255, 255))
    for row, line in enumerate(SIGNS[name]):
        for place, letter in enumerate(line):
            if letter == "#":
                canvas.box(2 * place, 2 * row, 2 * place + 2, 2 * row + 2, INK)
    return canvas


def emblem(size: int) -> Canvas:
    """The sample site's emblem: three towers over a river before a low sun."""
    canvas = Canvas(width=size, height=size)
    canvas.box(0, 0, size, size, RED)
    canvas.disc(size * 0.5, size * 0.5, size * 0.3, GOLD)
    for left, right, top in ((0.22, 0.38, 0.46), (0.42, 0.58, 0.24), (0.62, 0.78, 0.38)):
        canvas.box(int(size * left), size * top, int(size * right), size * 0.7, CREAM)
    for row, colour in enumerate((RED, CREAM, RED, GOLD, RED)):
        for x in range(size):
            canvas.span(x, size * (0.66 + 0.06 * row + 0.02 * math.sin(x / size * 18)), size, colour)
    return canvas


def paper() -> Canvas:
    """A tile of paper, for the ground of a page."""
    canvas = Canvas(width=16, height=16)
    canvas.box(0, 0, 16, 16, (236, 231, 220))
    for x, y in ((2, 3), (10, 1), (6, 9), (13, 12), (1, 14)):
        canvas.box(x, y, x + 1, y + 1, (230, 224, 211))
    return canvas


def captcha() -> Canvas:
    """Five strokes and a wave: a picture of letters that are none."""
    canvas, draw = Canvas(width=96, height=32), random.Random("captcha")  # noqa: S311 - a drawing, not secrets
    canvas.box(0, 0, 96, 32, (240, 240, 236))
    for place in range(5):
        left, top = 8 + 17 * place, 5 + draw.randrange(5)
        canvas.box(left, top, left + 3, top + 18, INK)
        canvas.box(left, top + 8 * draw.randrange(3), left + 11, top + 3 + 8 * draw.randrange(3), INK)
    for x in range(96):
        y = 16 + 7 * math.sin(x / 11)
        canvas.span(x, y, y + 1.5, (150, 120, 110))
    return canvas
