"""The pages that a run asked for: how many it had, which it missed, and when it missed too many."""

from collections import Counter
from dataclasses import dataclass, field

from crawler.planning.kinds import EMBEDDED, ITEM_KINDS

NAMED = 3
"""Missed pages that are named."""
FEW = 5
"""Missed pages below which their share says nothing."""
MOST = 0.2
"""Share of the pages asked for that may be missed."""


@dataclass(kw_only=True)
class PageCounts:
    """Counts pages; photos, files and style sheets are none."""

    had: Counter[str] = field(default_factory=Counter)
    """Kind → pages read, unchanged, or said by the site to be gone."""
    missed: Counter[str] = field(default_factory=Counter)
    """Kind → pages that gave no answer of their own, or none that could be read: they are asked for again."""
    forbidden: int = 0
    """Pages that robots.txt keeps from us."""
    forbidden_example: str = ""
    set_aside: list[str] = field(default_factory=list)
    """Pages that the reader gave up, and why."""
    examples: list[str] = field(default_factory=list)
    """The first of those missed, and why."""

    def note_had(self, kind: str) -> None:
        """A page was had."""
        if kind not in EMBEDDED:
            self.had[kind] += 1

    def note_missed(self, kind: str, url: str, why: str) -> None:
        """A page was not had."""
        if kind in EMBEDDED:
            return
        self.missed[kind] += 1
        if len(self.examples) < NAMED:
            self.examples.append(_named(url, why))

    def note_forbidden(self, kind: str, url: str) -> None:
        """robots.txt forbids a page."""
        if kind not in EMBEDDED:
            self.forbidden += 1
            self.forbidden_example = self.forbidden_example or url

    def note_set_aside(self, url: str, why: str) -> None:
        """The reader gave a page up."""
        self.set_aside.append(_named(url, why))

    def find_shortfall(self) -> str | None:
        """Why this run cannot be called well; None where no or few pages were missed."""
        missed, asked = self.missed.total(), self.missed.total() + self.had.total()
        items = sum(self.missed[kind] for kind in ITEM_KINDS)
        items_had = sum(self.had[kind] for kind in ITEM_KINDS)
        if missed and missed == asked:
            return f"nothing could be read: {missed} pages were asked for, and none was had"
        if items > 1 and not items_had:
            return f"no article could be read: {items} were asked for, and none was had"
        if missed >= FEW and missed > MOST * asked:
            return f"{missed} of {asked} pages could not be had"
        return None

    def name_forbidden(self) -> str | None:
        """The sentence that names what robots.txt forbids; None where it forbids nothing that was wanted."""
        if not self.forbidden:
            return None
        pages = "1 page" if self.forbidden == 1 else f"{self.forbidden} pages"
        return f"robots.txt forbids {pages}, which are left alone: {self.forbidden_example}"

    def name_set_aside(self) -> str | None:
        """The sentence that names what the reader gave up; None where it read all."""
        if not self.set_aside:
            return None
        pages = "1 page" if len(self.set_aside) == 1 else f"{len(self.set_aside)} pages"
        more = f" and {len(self.set_aside) - NAMED} more" if len(self.set_aside) > NAMED else ""
        named = ", ".join(self.set_aside[:NAMED])
        return f"{pages} kept but set aside until a newer parser reads them: {named}{more}"

    def name_missed(self) -> str | None:
        """The sentence that names what is asked for again; None where nothing is."""
        missed = self.missed.total()
        if not missed:
            return None
        more = f" and {missed - len(self.examples)} more" if missed > len(self.examples) else ""
        pages = "1 page" if missed == 1 else f"{missed} pages"
        return f"{pages} could not be had; the next run asks again: {', '.join(self.examples)}{more}"


def _named(url: str, why: str) -> str:
    return f"{url} ({' '.join(why.split())[:120]})"
