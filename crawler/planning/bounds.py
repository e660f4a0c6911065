"""How much a site may cost while it brings nothing new.

Pages that lead to articles are followed as long as articles come of them, a million if need be. Where they only name
each other (sitemaps of sitemaps, listings with ever new numbers, style sheets that import style sheets), each kind has
a number after which no more of it is taken up, until another article is found.
"""

from collections.abc import Mapping

from crawler.planning.limits import ITEM_KINDS
from crawler.site.scope import Kind

MOST_BARREN = {Kind.LISTING: 2000, Kind.PAGE: 300, Kind.FEED: 300, Kind.REQUISITE: 1000}
"""Kind → how many new ones are taken up in a row without a new article between them."""
WORDS = {
    Kind.LISTING: "listings",
    Kind.PAGE: "lists of documents",
    Kind.FEED: "feeds and sitemaps",
    Kind.REQUISITE: "style sheets, scripts and fonts",
}


class Bounds:
    """Counts what is found, over all runs."""

    def __init__(self, counts: Mapping[str, int] | Mapping[Kind, int]) -> None:
        """`counts`: as the run before left them."""
        known = {str(kind): count for kind, count in counts.items()}
        self.counts = {kind: max(0, known.get(kind, 0)) for kind in MOST_BARREN}
        self.met: set[Kind] = set()
        """Kinds of which something was turned away in this run."""
        self._leaving: set[str] = set()

    def lets_in(self, kind: Kind) -> bool:
        """Whether another one of a kind may be taken up."""
        if self.counts.get(kind, 0) < MOST_BARREN.get(kind, 1):
            return True
        self.met.add(kind)
        return False

    def note_found(self, kind: Kind) -> None:
        """Something new was taken up."""
        if kind in ITEM_KINDS:
            self.counts = dict.fromkeys(self.counts, 0)
        elif kind in self.counts:
            self.counts[kind] += 1

    def note_turned_away(self, page: str) -> None:
        """A page, by its key, links something that was turned away."""
        self._leaving.add(page)

    def leaves_links_of(self, page: str) -> bool:
        """Whether a page links something that was turned away since this was last asked: a later run reads it again,
        from the archive, when an article may have been found.
        """
        leaves = page in self._leaving
        self._leaving.discard(page)
        return leaves

    def describe(self) -> list[str]:
        """What was turned away, in words."""
        return [
            f"{MOST_BARREN[kind]} {WORDS[kind]} in a row led to no new article; no more are followed until one is found"
            for kind in sorted(self.met)
        ]
