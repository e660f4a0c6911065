"""When a refresh looks again at an article that is known.

News is edited in its first days and hardly ever after: an article is due again after half its age has passed once more,
at least 6 hours and at most 180 days later. An article a day old is looked at every 12 hours,
one a year old twice a year.
"""

from datetime import UTC, date, datetime, time, timedelta

from crawler.site.times import VIETNAM

SOONEST = timedelta(hours=6)
LATEST = timedelta(days=180)


def next_visit(now: datetime, published: str | None) -> float:
    """Seconds since the epoch at which an article is due again. `published`: `YYYY-MM-DD`; None counts as today."""
    age = timedelta(0)
    if published is not None:
        age = now - datetime.combine(date.fromisoformat(published), time(12), VIETNAM)
    return (now.astimezone(UTC) + min(max(age / 2, SOONEST), LATEST)).timestamp()
