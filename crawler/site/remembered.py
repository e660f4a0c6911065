"""What is found of an address, remembered: most links of a page stand on every page of the site."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

T = TypeVar("T")

MAX_URL = 2000
"""A longer address is none that a person ever linked."""
MOST = 4096


def remembered(find: Callable[[str], T]) -> Callable[[str], T]:
    """Keep what is found of the addresses asked for last.
    Of one that is longer than any that is followed nothing is kept, so that no page fills the memory with its links.
    """
    kept = lru_cache(maxsize=MOST)(find)

    @wraps(find)
    def look_up(url: str) -> T:
        return kept(url) if len(url) <= MAX_URL else find(url)

    return look_up
