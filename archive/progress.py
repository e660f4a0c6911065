"""Progress: who is told how far a long piece of work is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told of a label, bytes done since the last call, and bytes that were added to what is to do."""


def tell_nobody(label: str, done: int, more: int) -> None:
    """A `Progress` where nobody watches."""
