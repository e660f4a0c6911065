"""The settings of a run as plain values, also where `scrapy crawl -s` gives every one as a text."""

from typing import Any

from scrapy.settings import BaseSettings

from crawler.planning.begun import BegunScope
from crawler.planning.limits import Limits

LISTS = frozenset({"SECTIONS", "SEEDS"})


def read_limits(settings: BaseSettings) -> Limits:
    """What the user asked for in this run. Raises ValueError at a day that cannot be read."""
    return Limits.of(lambda name: read_setting(settings, name))


def read_scope(settings: BaseSettings) -> BegunScope:
    """What the user wants the collection to hold. Raises ValueError at a day that cannot be read."""
    return BegunScope.of(lambda name: read_setting(settings, name))


def read_setting(settings: BaseSettings, name: str) -> Any:
    """A setting as what it is."""
    if name in LISTS:
        return settings.getlist(name)
    return settings.getbool(name) if name.startswith("FETCH_") else settings.get(name)


UNTOLD = ("SPIDER_MODULES", "NEWSPIDER", "SEAL_")
"""How settings begin that are kept nowhere: they say nothing of the crawl, or where the key that seals lies."""


def read_configuration(settings: BaseSettings) -> dict[str, Any]:
    """The settings that differ from Scrapy's defaults, as `warcinfo` and `run.json` keep them."""
    chosen = {}
    for name, attribute in sorted(settings.attributes.items()):
        if attribute.priority > 0 and not name.startswith(UNTOLD):
            value = attribute.value.copy_to_dict() if isinstance(attribute.value, BaseSettings) else attribute.value
            chosen[name] = value if isinstance(value, str | int | float | bool | list | dict) else str(value)
    return chosen
