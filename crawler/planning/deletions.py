"""Deletions: when the site's word that articles are gone may be taken, and when so many go at once that it is ill.

An article is gone when the site itself says so (404 or 410 at its address) on two days.
A redirect, an error or an empty page says nothing of the kind.
"""

from datetime import UTC, datetime, timedelta

from crawler.site.times import VIETNAM

FEW = 3
"""Articles that may go at once from a collection of any size."""
MOST_KNOWN = 0.03
"""Share of all known articles that may go at once."""
MANY = 10
"""Articles from which on their share of those asked for counts."""
MOST_ASKED = 0.5
"""Share of the articles asked for that may be gone."""
WINDOW = timedelta(days=7)
"""Runs of so long are judged together as well: many small ones must not add up to what one may not do."""


def find_doubt(going: int, *, known: int, asked: int, when: str = "at once") -> str | None:
    """Why so many deletions are not believed. None where they are.

    `going`: articles that the site calls gone in this run, or in those of the window; `known`: live ones of the
    collection before; `asked`: those that gave an answer, the gone ones among them; `when`: which of the two, in words.
    """
    if going > max(FEW, MOST_KNOWN * known):
        return f"the site calls {going} of {known} known articles gone {when}"
    if going >= MANY and going > MOST_ASKED * asked:
        return f"the site calls {going} of {asked} articles gone {when} that were asked for"
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
