"""What was done to make a collection whole, and what is left, in words for a person."""

import logging
from dataclasses import dataclass, field
from pathlib import Path

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Recovery:
    """What was done, in words for a person."""

    actions: list[str] = field(default_factory=list)
    finished: list[Path] = field(default_factory=list)
    """Files that got their final name."""
    indexed: bool = False
    """Whether the state learned of records that it did not know."""
    left: list[str] = field(default_factory=list)
    """Damage that is left, in words for a person."""

    def note(self, action: str) -> None:
        """Keep and log one action."""
        self.actions.append(action)
        logger.info("%s", action)

    def leave(self, damage: str) -> None:
        """Keep and log one damage that is not mended here."""
        self.left.append(damage)
        logger.info("%s", damage)
