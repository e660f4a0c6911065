"""Search without accents: `dang bo` finds `Đảng bộ`."""

import re
import unicodedata

_MARKS = re.compile(r"[\u0300-\u036f]")
_LETTERS = str.maketrans("đĐ", "dD")
"""The one Vietnamese letter whose stroke is no combining mark, so that no Unicode decomposition takes it away."""
_WORD = re.compile(r"[^\W_]+")


def without_accents(text: str) -> str:
    """The text in lower case without accents, `đ` as `d`; each letter stays one letter."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFD", text.translate(_LETTERS))).lower()


def search_words(query: str) -> list[str]:
    """The words of a query, without accents, in its order."""
    return _WORD.findall(without_accents(query))
