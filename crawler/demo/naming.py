"""The site's rules for slugs and ids, written anew from its description:
the parser's own rules are tested against these.
"""

import datetime as dt
import hashlib
import itertools
import unicodedata
from urllib.parse import quote

SLUG_LENGTH = 98
"""Where the site cuts a slug, in the middle of a word if need be."""
IMAGE_SLUG_LENGTH = 80

VIETNAM = dt.timezone(dt.timedelta(hours=7))

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_COUNTER_FROM = dt.date(2017, 4, 10)
ID_DAYS = (
    (_COUNTER_FROM, 1491820000),
    (dt.date(2020, 11, 10), 1491871594),
    (dt.date(2022, 2, 2), 1491890502),
    (dt.date(2022, 12, 22), 1491902914),
    (dt.date(2025, 3, 14), 1491934952),
    (dt.date(2025, 8, 26), 1491938606),
)
"""Days whose ids are known; between them the counter grew evenly, before the first an id is its Unix time."""


def slug_of(title: str, limit: int = SLUG_LENGTH) -> str:
    """The slug that the site makes of a title: of a composed letter the bare one,
    of a combining mark the mark itself.
    """
    out: list[str] = []
    for char in title.lower():
        if char == "đ":
            out.append("d")
        elif unicodedata.category(char) == "Mn" or char == "–":
            out.append(char)
        elif char.isspace() or char in "-[":
            out.append("-")
        else:
            base = unicodedata.normalize("NFD", char)[0]
            out.append(base if base.isascii() and base.isalnum() else "")
    slug = "".join(out)
    while "--" in slug:
        slug = slug.replace("--", "-")
    return slug[:limit]


def quoted(path: str) -> str:
    """Percent-encode a path as browsers do, slashes kept."""
    return quote(path, safe="/!$&'()*+,;=:@")


def composite(text: str) -> str:
    """Text as some keyboards type it: letters with hat and horn composed, the tone as a combining mark behind."""
    out: list[str] = []
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        tones = "".join(part for part in parts if part in _TONES)
        rest = "".join(part for part in parts if part not in _TONES)
        out.append(unicodedata.normalize("NFC", rest) + tones)
    return "".join(out)


def id_for(day: dt.date, second: int) -> int:
    """The id that a page created on `day` would get.

    Inside the counter's time the id stands for a quarter past the day's start,
    whether known ids are read as midnights or noons;
    after the last known day the counter is carried on at its last pace.
    `second` tells pages of one day apart in the times of Unix seconds.
    """
    if day < _COUNTER_FROM:
        return int(dt.datetime(day.year, day.month, day.day, 8, tzinfo=VIETNAM).timestamp()) + second
    spans = list(itertools.pairwise(ID_DAYS))
    (day_a, id_a), (day_b, id_b) = next((span for span in spans if day < span[1][0]), spans[-1])
    return id_a + round(((day - day_a).days + 0.25) * (id_b - id_a) / (day_b - day_a).days)


def hex_of(*parts: object) -> str:
    """Eight hexadecimal digits, the same for the same parts."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:8].upper()
