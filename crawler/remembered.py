"""What a function made of short texts, remembered: a site says the same few on every page."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

T = TypeVar("T")


def remembered(longest: int, size: int = 4096) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Have a function keep what it made of the texts that it was given last.
    Of one that is longer than so many characters nothing is kept, so that no page fills the memory.
    """

    def remember(function: Callable[[str], T]) -> Callable[[str], T]:
        kept = lru_cache(maxsize=size)(function)

        @wraps(function)
        def look_up(text: str) -> T:
            return kept(text) if len(text) <= longest else function(text)

        return look_up

    return remember
