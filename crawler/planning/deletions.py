"""Deletions: when the site's word that articles are gone may be taken, and when so many go at once that it is ill.

An article is gone when the site itself says so (404 or 410 at its address) on two days.
A redirect, an error or an empty page says nothing of the kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.site.times import VIETNAM

FEW = 3
"""Articles that may go at once from a collection of any size."""
MOST_KNOWN = 0.03
"""Share of all known articles that may go at once."""
MOST_WAITED = 0.1
"""The most that this share grows to where the site gave no answers for weeks: then they had as long to go."""
MANY = 10
"""Articles from which on their share of those asked for counts."""
MOST_ASKED = 0.5
"""Share of the articles asked for that may be gone."""
WINDOW = timedelta(days=7)
"""Runs of so long are judged together as well: many small ones must not add up to what one may not do."""
RUNS = 3
"""So many runs are judged together, however far apart they are, as those of a weekly timer."""
FEW_IN_RUNS = 2 * FEW
"""Articles that may go in so many runs from a collection of any size."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What is judged together."""

    since: datetime
    few: int
    """Articles that may go in it, whatever their share."""
    share: float
    """Of all known articles that may go in it."""
    words: str
    """As a person is told of it."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """A run in which articles answered."""

    began: datetime
    doubted: bool = False
    """Whether what it said of deletions was not believed: such runs wear no doubt off, however many there are."""


def parse_looks(text: str, before: datetime) -> list[Look]:
    """The runs that a state tells of, the first one first; what a wrong clock or somebody else wrote is passed over."""
    found = []
    for word in text.split():
        try:
            began = datetime.fromisoformat(word.removeprefix("?"))
        except ValueError:
            continue
        if began.tzinfo is not None and began < before:
            found.append(Look(began=began, doubted=word.startswith("?")))
    return sorted(found, key=lambda look: look.began)


def format_looks(looks: Sequence[Look], now: datetime) -> str:
    """Those that the next run asks for: of the window, of the last runs that were believed, and one before."""
    believed = [look.began for look in looks if not look.doubted][-RUNS - 1 :]
    since = min(now - WINDOW, *believed, now)
    first = sum(look.began < since for look in looks)
    return " ".join("?" * look.doubted + look.began.isoformat() for look in looks[max(0, first - 1) :])


def find_windows(looks: Sequence[Look], began: datetime) -> tuple[Reach, ...]:
    """The run that began then by itself, with those of the days before, and with the runs before.

    `looks`: the runs before, the first one first.
    """
    times = [*(look.began for look in looks), began]
    believed = [*(look.began for look in looks if not look.doubted), began]
    steps = [(times[max(0, place - 1)], time) for place, time in enumerate(times)]
    windows = (
        (began, FEW, "at once"),
        (began - WINDOW, FEW, f"within {WINDOW.days} days"),
        (believed[-RUNS:][0], FEW_IN_RUNS, f"within {RUNS} runs"),
    )
    return tuple(
        Reach(
            since=since, few=few, share=max(_share_of(end - start) for start, end in steps if end >= since), words=words
        )
        for since, few, words in windows
    )


def _share_of(time: timedelta) -> float:
    """Share of all known articles that may go between two runs."""
    return min(MOST_WAITED, MOST_KNOWN * max(1.0, time / WINDOW))


def find_doubt(window: Reach, going: int, *, known: int, asked: int, again: int = 0) -> str | None:
    """Why so many deletions are not believed. None where they are.

    `going`: articles that the site calls gone for the first time in that window; `known`: live ones of the collection
    when it began; `asked`: those that gave an answer in it, the gone ones among them; `again`: articles that the site
    called gone before, and were judged then.
    """
    if going > max(window.few, window.share * known):
        return f"the site calls {going} of {known} known articles gone {window.words}"
    if going + again >= MANY and going + again > MOST_ASKED * asked:
        return f"the site calls {going + again} of {asked} articles gone {window.words} that were asked for"
    return None


def is_confirmed(since: str | None, now: datetime) -> bool:
    """Whether a page that is gone now was so on an earlier day in Vietnam. `since`: a moment in UTC, or only a day."""
    if since is None:
        return False
    return as_moment(since).astimezone(VIETNAM).date() < now.astimezone(VIETNAM).date()


def as_moment(since: str) -> datetime:
    """The moment at which a page was first gone; collections of earlier versions noted only the day, in Vietnam."""
    moment = datetime.fromisoformat(since)
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def format_moment(since: str) -> str:
    """The same in UTC, ISO 8601 with `Z`."""
    return since if since.endswith("Z") else as_moment(since).astimezone(UTC).isoformat().replace("+00:00", "Z")
