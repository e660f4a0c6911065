"""By lines: who wrote an article, as papers of other languages say it (`By Jane Roe, Staff Writer | Oct 5, 2023`)."""

import re

from crawler.pages.words.days import find_day
from crawler.pages.words.names import Byline
from crawler.pages.words.people import is_person
from crawler.pages.words.text import clean, initial_is_upper

_BY = re.compile(
    r"(?:^|[\s|•·‧●,;:(.])(?:(?:words?|story|text|article|post|report(?:ing)?|review)\s+)?"
    r"(?:(?:written|posted|authored|published|submitted|reported|created|contributed|shared)\s+)?"
    r"(?:by\b\s*:?|authors?\s*:)\s*(?=\S)|"
    r"^(?:von|par|por|door|di|af|av|oleh|geschrieben von|écrit par|escrito por|scritto da|autor(?:es|a)?\s*:|auteurs?\s*:)\s+"
    r"(?=[^\W\d_])",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"\b(?:comments?|repl(?:y|ied)|reviewed|checked|edited|photo(?:graph(?:s|y|ed)?|s)?|illustrat\w+|image|translated|sponsored|presented|powered|"
    r"produced|hosted|medically|approved|designed|recommended|inspired|driven|led|made|built|day|one|step|side|piece)\s*$",
    re.IGNORECASE,
)
"""What stands before a `by` that tells of somebody else, or of nobody."""
_GLUED = re.compile(
    r"(?<=[^\W\d_])(?=(?:Published|Updated|Posted|Last [Uu]pdated|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d))"
)
"""Where two parts of a line met, that only their style keeps apart on the screen."""
_END = re.compile(
    r"[|•·‧●∙]|\s[-–—]{1,2}\s|[\s,]+(?:published|updated|posted|last updated|last modified)\b|\s(?:on|at|for|in)\s+(?=[A-Z\d])|"
    r"\s*[(\[]|\s+https?:|\s\d+\s|[.!?]\s+(?-i:(?=[A-Z][a-z]+\s[a-z]))|,?\s+(?:copyright|©)|$",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"[\s,]*(?:on\s+)?(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[\s,.]*$", re.IGNORECASE
)
_BY_ALONE = re.compile(
    r"(?:(?:written|posted|words|story|text|contributed) )?by|(?:post |article )?authors?|von|par|por|autor(?:es)?|auteurs?",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"\s+(?:on|at|for|in|and|und|et|y)$", re.IGNORECASE)
_JOIN = re.compile(r"\s*(?:[,;|/&+]|\s(?:and|und|et|y|e|en|og|och|dan|with|và)\s)\s*", re.IGNORECASE)
_DEGREE = re.compile(
    r"(?:[A-Z][A-Za-z]{0,4}\.?(?:[.-]?[A-Z][A-Za-z]{0,3}\.?)*|M\.?D|Ph\.?D|[A-Z]{2,7}(?:-[A-Z]{1,4})?|Jr|Sr|Esq|I{2,3})\.?"
)
"""`Ph.D.`, `RN`, `MBA`, `FAND` after a name."""
_POST = re.compile(
    r"(?:co-)?(?:editors?|writers?|experts?|directors?|managers?|founders?|officers?|reporters?|correspondents?|contributors?|authors?|"
    r"specialists?|analysts?|consultants?|presidents?|strategists?|educators?|advisors?|engineers?|scientists?|professors?|"
    r"attorneys?|columnists?|bloggers?|journalists?|photographers?|leads?|heads?|c[a-z]o|vp)\b",
    re.IGNORECASE,
)
"""The last word, or the first, of a post that stands behind a name."""
_PARTICLES = frozenset(
    [
        "de",
        "da",
        "di",
        "del",
        "della",
        "der",
        "den",
        "van",
        "von",
        "la",
        "le",
        "du",
        "dos",
        "das",
        "bin",
        "al",
        "el",
        "ter",
        "y",
        "e",
        "zu",
    ]
)
_NO_NAMES = frozenset({
    "admin", "administrator", "author", "name", "root", "user", "webmaster", "guest", "unknown", "none", "null", "undefined",
    "editor", "updated", "published", "posted", "share", "follow",
})  # fmt: skip
_LONGEST_LINE, _LONGEST_NAME = 200, 80


def is_by_alone(text: str) -> bool:
    """Whether a line only announces the author, whose name is the next one."""
    return len(text) <= 20 and _BY_ALONE.fullmatch(text.strip(" :")) is not None


def parse_by(text: str, *, login: bool = False) -> Byline | None:
    """Read a line that says by whom. None where it does not.
    `login`: whether a word in small letters may be a name, as markup can say.
    """
    text = clean(_GLUED.sub(" ", text)) if len(text) <= _LONGEST_LINE else ""
    for match in _BY.finditer(text):
        if _NO_AUTHOR.search(text[: match.start() + 1]) is None:
            byline = read_names(text[match.end() :], login=login)
            if byline is not None:
                return byline
    return None


def read_names(text: str, *, login: bool = False) -> Byline | None:
    """The names that a text begins with, up to a date, a sign or another matter. None where it begins with none."""
    text = clean(_GLUED.sub(" ", text[:_LONGEST_LINE]))
    day = find_day(text)
    if day is not None:
        text = _WEEKDAY.sub("", text[: day.start])
    end = _END.search(text)
    printed = text[: end.start()].strip(" ,;:-–—.") if end else text
    printed = _TRAILING.sub("", printed)
    people = _people_of(printed, login)
    return Byline(printed=printed, people=people, strong=True) if people and len(printed) <= 160 else None


def _people_of(printed: str, login: bool) -> list[str]:
    people: list[str] = []
    for part in (part.strip(" .") for part in _JOIN.split(printed)):
        if not part or (people and _DEGREE.fullmatch(part)):
            continue
        if not _is_name(part, login) or (people and _is_post(part)):
            break
        people.append(part)
    return list(dict.fromkeys(people))


def _is_post(part: str) -> bool:
    words = part.split()
    return _POST.match(words[-1]) is not None or _POST.match(words[0]) is not None


def _is_name(part: str, login: bool) -> bool:
    """Whether words after `By` can be a name: capitals but for particles, or one word that may be a user's."""
    words = part.split()
    if not 1 <= len(words) <= 6 or len(part) > 45 or any(map(str.isdigit, words[0])) or "@" in part:
        return False
    if len(words) == 1:
        return len(part) > 1 and part.lower() not in _NO_NAMES and (login or initial_is_upper(part))
    return initial_is_upper(words[-1]) and all(
        initial_is_upper(word) or word.lower() in _PARTICLES or word[0] in "'’" for word in words
    )


def is_told_name(value: str, *, login: bool = True) -> bool:
    """Whether what metadata call an author is a name: no address, no handle, no word of the system's own."""
    if not 2 <= len(value) <= _LONGEST_NAME or "/" in value or "@" in value or value.lower() in _NO_NAMES:
        return False
    if " " not in value and ("." in value.strip(".") or not login):
        return False
    return is_person(value) or any(map(str.isalpha, value))
