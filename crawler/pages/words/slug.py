"""Slugs: the title as the address spells it. A title whose slug is not the address's is probably not the title."""

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from crawler.pages.words.text import alphabet, clean

SLUG_LENGTH = 100
"""Where the site cuts, in mid-word: its longest known slugs have 98 and 99 characters."""

_CUT = 80
"""A slug at least this long may be the beginning of a longer title."""

_KIND = re.compile(r"^\[[^\]]{1,30}\]")
"""The kind that opens a title: `[Video] …`; not every paper has it in the address."""
_KEPT = re.compile(r"[^a-z0-9 \-–]")
_FILE_END = re.compile(r"\.(?:s?html?|aspx?|chn|php|jsp|tpo|vnp|vov|ldo|htmx|amp|[a-z]{2,5})$", re.IGNORECASE)
_ID_END = re.compile(r"[-_.](?:[a-z]{1,4})?\d{4,}$", re.IGNORECASE)


def slug_of(title: str) -> str:
    """The slug that the site makes of a title: accents stripped, punctuation deleted, spaces to hyphens,
    cut at 100 characters.

    A bracket that opens the title becomes a hyphen (`[Video] …` → `-video-…`), an en dash survives.
    """
    title = clean(title)
    plain = unicodedata.normalize("NFD", title.replace("đ", "d").replace("Đ", "D")).lower()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    lead = "-" if plain.startswith("[") else ""
    words = re.sub(r"[ -]+", "-", _KEPT.sub("", plain.replace("/", "-"))).strip("-")
    return (lead + words)[:SLUG_LENGTH]


def slug_matches(title: str, slug: str) -> bool:
    """Whether the slug can be this title's: the cut in mid-word, marks left over from NFD, dashes, and the kind that
    may open the title aside.
    """
    title, got = clean(title), alphabet(unquote(slug))
    wanted = {alphabet(text) for text in (title, _KIND.sub("", title))} - {""}
    cut = len(slug) >= _CUT and len(got) >= _CUT * 0.6
    return bool(got) and any(want == got or (cut and want.startswith(got)) for want in wanted)


def find_slug(url: str) -> str:
    """The words in the last part of any paper's address, its id and file ending aside. Empty where it has none."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return ""
    parts = [part for part in path.split("/") if part.count("-") >= 2]
    if not parts:
        return ""
    slug = _FILE_END.sub("", parts[-1])
    return _ID_END.sub("", slug) or slug


def resembles_slug(title: str, slug: str) -> float:
    """How much of the slug's words the title has, 0 to 1. Editors change a title after the address is made."""
    words = [word for word in unquote(slug).lower().split("-") if word]
    if not words:
        return 0.0
    if slug_matches(title, slug):
        return 1.0
    have = {alphabet(word) for word in clean(title).split()}
    joined = alphabet(title)
    hits = sum(1 for word in words if word in have or (len(word) > 4 and word in joined))
    share = hits / len(words)
    return share if len(have) <= len(words) * 2 + 4 else share / 2
