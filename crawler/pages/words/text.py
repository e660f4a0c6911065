"""Text: what is left of a string when the page's debris is taken away, and the small questions asked of it.

All patterns run in linear time, and those that look at a whole string are asked only of short ones.
"""

import re
import unicodedata
from unicodedata import is_normalized

from crawler.remembered import remembered

_DROPPED = dict.fromkeys([*map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufffe\uffff\0"),
                          *range(1, 9), *range(14, 32), 127, *range(0xD800, 0xE000)])  # fmt: skip
"""Zero-width and direction marks, control characters, lone surrogates."""
_SPACES = {
    0x0B: " ",
    0x0C: " ",
    0x85: " ",
    0xA0: " ",
    0x2028: " ",
    0x2029: " ",
    0x3000: " ",
    **dict.fromkeys(range(0x2000, 0x200B), " "),
    0x202F: " ",
}
_TABLE = {**dict.fromkeys(_DROPPED), **_SPACES}

_MARKS = 30
"""Combining marks that a letter may have."""
_LONG_RUN = re.compile(r"[^\w\s\x00-\x7f]{31,}")
"""Where more of them may stand in a row: neither letters, digits, white space nor ASCII."""
_LINE = 500
"""Characters up to which a text's fold is remembered."""
_NOT_ALPHABET = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"[^\W_]+")
_NUMBERED = re.compile(r"\d{1,2}[.)]\s+\S")
_TERMINAL = re.compile(r"[.!?…:;,。！？：；，؟।][\"”’»)\]」』）]*$")
_SENTENCE = re.compile(r"[.!?…。！？؟।][\"”’»)\]」』）]*$")


def clean(text: str) -> str:
    """One line of NFC text: no zero-width characters, every run of white space one space."""
    text = text.strip()
    printable = text.isprintable()  # then its only white space is the plain space
    if not printable or "  " in text:
        text = " ".join(text.split())  # str.split knows every Unicode space, the no-break one too
        if not printable and not text.isprintable():
            text = " ".join(text.translate(_TABLE).split())
    return text if text.isascii() or is_normalized("NFC", text) else compose(text)


def compose(text: str) -> str:
    """The text in NFC, with at most as many marks on one letter as Unicode's stream-safe format has (UAX #15 §13).

    Ordering them costs the square of their number: 80 kB of marks took five seconds.
    """
    if is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _LONG_RUN.sub(_limit_marks, text))


def _limit_marks(run: "re.Match[str]") -> str:
    kept, marks = [], 0
    for char in run[0]:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MARKS:
            kept.append(char)
    return "".join(kept)


@remembered(_LINE, 1024)
def fold(text: str) -> str:
    """The words of a text, case and punctuation aside: equal folds say the same."""
    return " ".join(_WORD.findall(clean(text).casefold()))


def first_word(text: str) -> str:
    """The first word of a text, folded: a cheap look before whole texts are compared."""
    match = _WORD.search(text)
    return match[0].casefold() if match else ""


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same word for word, punctuation and case aside."""
    return bool(one) and bool(other) and fold(one) == fold(other)


def ends_sentence(text: str) -> bool:
    """Whether the text ends as a sentence does."""
    return _SENTENCE.search(text[-4:]) is not None


def ends_with_sign(text: str) -> bool:
    """Whether punctuation ends the text, as it does no heading, name or label."""
    return _TERMINAL.search(text[-4:]) is not None


def undoubled(text: str) -> str:
    """The half of a text that says everything twice (`Quang cảnh. Quang cảnh.`):
    some pages print alt and caption in one line.
    """
    half = len(text) // 2
    if len(text) < 12:
        return text
    for cut in (half, half + 1):
        first, second = text[:cut].strip(), text[cut:].strip()
        if first == second or (len(first) > 12 and fold(first) == fold(second)):
            return first
    return text


def is_numbered(heading: str) -> bool:
    """Whether a heading is one of several (`2. Bến đò cũ`)."""
    return _NUMBERED.match(heading) is not None


@remembered(_LINE)
def alphabet(text: str) -> str:
    """Lower-case ASCII letters and digits only: accents stripped, `đ` → `d`, everything else deleted."""
    if len(text) > _LINE:
        text = _LONG_RUN.sub(_limit_marks, text)
    plain = (
        unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
        .encode("ascii", "ignore")
        .decode("ascii")
        .lower()
    )
    return _NOT_ALPHABET.sub("", plain)


def initial_is_upper(word: str) -> bool:
    """Whether the word begins with a capital letter."""
    return bool(word) and (word[0].isupper() or unicodedata.category(word[0]) == "Lu")
