"""The scope that a collection was begun with: what its refreshes keep to, and what a wider crawl adds.

It is kept in `collection.json`. Days (`--since`, `--until`) and `--limit` are no part of it: they bound one run.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from crawler.planning.limits import Limits
from crawler.site.asked import is_never_asked
from crawler.site.scope import find_kind

OPTIONS = {
    "seeds": "SEEDS",
    "section": "SECTIONS",
    "max_depth": "MAX_DEPTH",
    "images": "FETCH_IMAGES",
    "attachments": "FETCH_ATTACHMENTS",
    "requisites": "FETCH_REQUISITES",
}
"""Option of the command line → the setting that the scope gives where the option is not given."""
FLAGS = ("images", "attachments", "requisites")
"""Those of them that are on or off."""


@dataclass(frozen=True, kw_only=True)
class BegunScope:
    """What belongs to a collection."""

    seeds: tuple[str, ...] = ()
    """Empty: the site's home page."""
    sections: frozenset[str] = frozenset()
    """Slugs; empty: all."""
    max_depth: int | None = None
    images: bool = True
    attachments: bool = True
    requisites: bool = True

    @classmethod
    def of(cls, chosen: Callable[[str], Any]) -> Self:
        """What settings ask for; `chosen`: name of a setting → its value, None where it has none."""
        limits = Limits.of(chosen)
        flags = {name: chosen(OPTIONS[name]) for name in FLAGS}
        return cls(
            seeds=tuple(chosen("SEEDS") or ()),
            sections=limits.sections,
            max_depth=limits.max_depth,
            **{name: value is None or bool(value) for name, value in flags.items()},
        )

    @classmethod
    def parse(cls, value: Any) -> Self | None:
        """What `collection.json` says under `scope`. None where it says nothing, or nothing that can be meant."""
        if not isinstance(value, dict):
            return None
        seeds, sections, depth = (value.get(name) for name in ("seeds", "sections", "max_depth"))
        flags = {name: value.get(name, True) for name in FLAGS}
        texts = all(isinstance(one, list) and all(isinstance(part, str) for part in one) for one in (seeds, sections))
        if (
            not texts
            or not (depth is None or type(depth) is int)
            or not all(type(flag) is bool for flag in flags.values())
        ):
            return None
        kept = tuple(seed for seed in seeds or () if find_kind(seed) is not None and not is_never_asked(seed))
        return cls(seeds=kept, sections=frozenset(sections or ()), max_depth=depth, **flags)

    def as_json(self) -> dict[str, Any]:
        """The value for `collection.json`."""
        return {
            "seeds": list(self.seeds),
            "sections": sorted(self.sections),
            "max_depth": self.max_depth,
            "images": self.images,
            "attachments": self.attachments,
            "requisites": self.requisites,
        }

    def widened(self, other: Self) -> Self:
        """All that belongs to either."""
        depths = (self.max_depth, other.max_depth)
        return type(self)(
            seeds=tuple(dict.fromkeys((*self.seeds, *other.seeds))) if self.seeds and other.seeds else (),
            sections=self.sections | other.sections if self.sections and other.sections else frozenset(),
            max_depth=None if None in depths else max(depth for depth in depths if depth is not None),
            images=self.images or other.images,
            attachments=self.attachments or other.attachments,
            requisites=self.requisites or other.requisites,
        )

    def leads_further(self, before: Self) -> bool:
        """Whether pages that were read under the scope before have links that belong to this one."""
        more = any(getattr(self, name) and not getattr(before, name) for name in FLAGS)
        return more or self.sections != before.sections or self.max_depth != before.max_depth

    def holds(self, limits: Limits) -> bool:
        """Whether a run under these limits follows all the links that belong here."""
        days = limits.since is not None or limits.until is not None
        return not days and limits.sections == self.sections and limits.max_depth == self.max_depth

    def settings(self, given: Collection[str]) -> dict[str, Any]:
        """The settings of a run that keeps to it, but for the options that were given."""
        values = {
            "seeds": list(self.seeds),
            "section": sorted(self.sections),
            "max_depth": self.max_depth,
            "images": self.images,
            "attachments": self.attachments,
            "requisites": self.requisites,
        }
        return {OPTIONS[name]: value for name, value in values.items() if name not in given}

    def describe(self) -> str | None:
        """In words, what is left out, and how to widen it. None where nothing is."""
        parts = []
        if self.sections:
            parts.append(f"the section{'s' * (len(self.sections) > 1)} {', '.join(sorted(self.sections))}")
        if self.max_depth is not None:
            parts.append(f"{self.max_depth} hops from its seeds")
        if not parts:
            return None
        return f"keeps to {' and '.join(parts)}, as it was begun; `thanhuy crawl` without these options widens it"


def rebuild_scope(configurations: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The scope for `collection.json`, from the configurations that the WARCs keep of the runs, in their order.

    As it grew: from the first crawl's, widened by each later one. None where no crawl is among them.
    """
    begun: BegunScope | None = None
    for configuration in configurations:
        if "FETCH_IMAGES" not in configuration or configuration.get("REFRESH"):
            continue
        # What has no value stands there as a word.
        chosen = {name: value for name, value in configuration.items() if value != "None"}
        try:
            asked = BegunScope.of(chosen.get)
        except (TypeError, ValueError):
            continue  # somebody else's words
        begun = begun.widened(asked) if begun else asked
    return begun.as_json() if begun else None
