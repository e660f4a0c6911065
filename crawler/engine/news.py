"""How far each listing was read: which of the articles that it shows are news.

A listing's pages are turned while there is news on them, and news is what was found since the listing was last read
to its end. Rows of the frontier are numbered in the order in which they were found, so one number says it; it stands in
the state, so that no run that broke off, was stopped or met an ill listing makes the next one stop too early.
"""

from collections.abc import Iterable

from archive.state.database import State
from archive.state.schema import REBUILT
from archive.state.states import UrlState, in_sql
from archive.state.urls import Urls
from crawler.planning.kinds import LISTINGS
from crawler.site.scope import listing_name

READ_TO = "read-to"
"""Name of the fact that says up to which row every listing is read, but for those that have a fact of their own."""
UNREAD = tuple(state for state in UrlState if state not in {UrlState.DONE, UrlState.REFUSED})


class News:
    """Asks and notes in the state how far listings are read."""

    def __init__(self, state: State, urls: Urls) -> None:
        self._state, self._urls = state, urls

    def read_to(self, listing: str) -> int | None:
        """The row up to which all was known when a listing was last read to its end. None where it never was:
        also where the listing itself was found later.
        """
        own = self._state.fact(f"{READ_TO} {listing}")
        value = self._state.fact(READ_TO) if own is None else own
        number = int(value) if value is not None and value.isdecimal() else None
        found = self._urls.newest_id((listing, f"{listing}/"))  # names have no final slash, keys may have one
        return None if number is None or found > number else number

    def has_news(self, listing: str, keys: Iterable[str]) -> bool:
        """Whether one of these articles was found since the listing was last read to its end."""
        return self._urls.newest_id(keys) > (self.read_to(listing) or 0)

    def conclude(self, *, refresh: bool) -> None:
        """Note at the end of a run that came to its end which listings it leaves read: all that have no page left.

        A state that was made from the WARCs does not know which pages a broken-off run had still to read: only a
        refresh, which turns every listing that is not known to be read, may say of it that they are.
        """
        if self._state.fact(REBUILT) is not None and not refresh:
            return
        kinds = ", ".join(f"'{kind}'" for kind in LISTINGS)
        unread = {listing_name(row.url) for row in self._urls.where(f"{in_sql(UNREAD)} AND kind IN ({kinds})")}
        kept = {name: self.read_to(name) for name in unread}
        for name in self._state.facts(f"{READ_TO} "):
            self._state.set_fact(name, None)
        self._state.set_fact(READ_TO, str(self._urls.newest_id()))
        for name, number in kept.items():
            self._state.set_fact(f"{READ_TO} {name}", "" if number is None else str(number))
        self._state.set_fact(REBUILT, None)
