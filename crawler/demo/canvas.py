"""A canvas of few colours, painted column by column."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

Colour = tuple[int, int, int]
"""Red, green and blue, each from 0 to 255."""
Heights = Callable[[int], float]
"""Column → how far from the top something begins there."""


@dataclass(kw_only=True)
class Canvas:
    """Columns of numbers of a palette. Where a shape's edge cuts a pixel, the pixel is mixed from both colours."""

    width: int
    height: int
    palette: list[Colour] = field(default_factory=list)
    columns: list[bytearray] = field(default_factory=list)
    _numbers: dict[Colour, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns = [bytearray(self.height) for _ in range(self.width)]

    @property
    def pixels(self) -> bytes:
        """The numbers row by row."""
        whole = b"".join(self.columns)
        return b"".join(whole[row :: self.height] for row in range(self.height))

    def number(self, colour: Colour) -> int:
        """The palette's number of a colour; once the palette is full, the nearest one's."""
        known = self._numbers.get(colour)
        if known is None:
            if len(self.palette) < 256:
                self.palette.append(colour)
                known = len(self.palette) - 1
            else:
                known = min(range(256), key=lambda at: math.dist(self.palette[at], colour))
            self._numbers[colour] = known
        return known

    def fade(self, colours: tuple[Colour, Colour], top: int, bottom: int, steps: int) -> None:
        """Fill the full width between two rows with a fade from one colour to another."""
        span = max(1, bottom - top)
        strip = bytes(
            self.number(mixed(*colours, (row * steps // span) / max(1, steps - 1))) for row in range(bottom - top)
        )
        for column in self.columns:
            column[top:bottom] = strip

    def span(self, x: int, top: float, bottom: float, colour: Colour) -> None:
        """Fill one column from one height to another, with mixed pixels at both ends."""
        column = self.columns[x]
        top, bottom = max(0.0, top), min(float(self.height), bottom)
        if bottom <= top:
            return
        first, last = math.ceil(top), math.floor(bottom)
        if last > first:
            column[first:last] = bytes((self.number(colour),)) * (last - first)
        for row, share in ((first - 1, first - top), (last, bottom - last)):
            if 0 <= row < self.height and share > 0.25:
                mix = colour if share > 0.75 else mixed(self.palette[column[row]], colour, 0.5)
                column[row] = self.number(mix)

    def ground(self, heights: Heights, colour: Colour) -> None:
        """Fill everything below a line."""
        for x in range(self.width):
            self.span(x, heights(x), self.height, colour)

    def box(self, left: int, top: float, right: int, bottom: float, colour: Colour) -> None:
        """Fill a rectangle."""
        for x in range(max(0, left), min(self.width, right)):
            self.span(x, top, bottom, colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Fill a circle."""
        for at in range(max(0, math.ceil(x - radius)), min(self.width, math.floor(x + radius) + 1)):
            half = math.sqrt(max(0.0, radius**2 - (at - x) ** 2))
            self.span(at, y - half, y + half, colour)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """A colour between two; `share` is the other's."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)
