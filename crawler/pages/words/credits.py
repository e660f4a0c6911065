"""Credits: who made a photo, as captions end, and what an `alt` repeats."""

import re

from crawler.pages.words.text import clean

_MAKER = (r"(?:nguồn ảnh|nguồn clip|ảnh tư liệu|ảnh minh h[oọ][aạ]|ảnh chụp màn hình|ảnh cắt từ clip|ảnh|hình ảnh|hình|nguồn|photo|clip|"
          r"video|đồ h[oọ][aạ]|infographic|tranh|"
          r"thực hiện|tư liệu)")  # fmt: skip


_CREDIT = re.compile(
    rf"(?:^|(?<=[\s.,;(\[–—/-]))[(\[]?\s*{_MAKER}\s*(?:do|của|by)?\s*[:：]\s*([^()\[\]:：]{{2,70}}?)\s*[)\]]?\s*\.?\s*$",
    re.IGNORECASE,
)


_BARE_CREDIT = re.compile(r"[(\[]\s*(?:ảnh|nguồn|photo)\s+([^()\[\]:]{2,50}?)\s*[)\]]\s*\.?\s*$", re.IGNORECASE)


_NO_MAKER = re.compile(r"(?:minh h[oọ][aạ]|tư liệu|internet|chụp màn hình)\b", re.IGNORECASE)


_WRITTEN_TOO = re.compile(r"(?:^|[^\w])(?:bài(?: viết)?|tin|nội dung|thơ)\s*(?:,|và|&|\+|/|[-–—])\s*$", re.IGNORECASE)
"""What stands before `ảnh:` where the same people wrote the text: that is a byline (`Bài và ảnh: …`)."""


_SIGNS = (":", "：", ")", "]")
"""Every credit has one of these: a cheap look before the patterns are tried."""


def split_credit(caption: str) -> tuple[str, str | None]:
    """A caption without its credit, and the credit without `Ảnh:`.
    The credit is None where the caption names nobody.
    """
    tail = caption[-140:]
    if not any(map(tail.__contains__, _SIGNS)):
        return caption, None
    match = _CREDIT.search(tail) or _BARE_CREDIT.search(tail)
    if match is None or _WRITTEN_TOO.search(tail[: match.start()]):
        return caption, None
    credit = match[1].strip(" .,;-–—")
    if not credit or _NO_MAKER.fullmatch(credit):
        return caption, None
    text = caption[: len(caption) - len(tail) + match.start()].rstrip(" (–—-/")
    return text, credit


def has_credit(text: str) -> bool:
    """Whether a line names the maker of a photo, as captions do."""
    return split_credit(text)[1] is not None


def is_alt_of(alt: str, text: str) -> bool:
    """Whether an image's alt repeats the visible text, whole or cut."""
    one, other = clean(alt).casefold().rstrip(" .…"), text.casefold().rstrip(" .…")
    if not one or len(one) < 6:
        return False
    return one == other or (len(one) >= 20 and (other.startswith(one) or (one.startswith(other) and len(other) >= 20)))
