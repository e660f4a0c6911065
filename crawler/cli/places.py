"""What a command reads: paths, and addresses of what lies elsewhere, which become paths until the command ends."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.exits import CommandFailed, Exit

if TYPE_CHECKING:
    from archive.remote.look import Deposit


def find_places(targets: Sequence[Path | str], *, whole: bool = True) -> tuple[Path, ...]:
    """The paths of what was named. `whole`: whether a collection's database and seals are wanted too."""
    return tuple(path for target in targets for path in _find(target, whole))


def find_collection(target: Path | str, *, whole: bool = True) -> Path:
    """The path of the collection that was named."""
    if isinstance(target, Path):
        return target
    (path, *others) = _find(target, whole)
    if others or not path.is_dir():
        raise CommandFailed(f"{target}: expected a collection, got {'files' if others else 'a file'}", Exit.USAGE)
    return path


def find_collection_with_state(target: Path | str) -> Path:
    """The same of one whose state is read, which knows versions and edits."""
    path = find_collection(target)
    if isinstance(target, str) and not (path / "state.sqlite").exists():
        raise CommandFailed(
            f"{target}: expected state.sqlite, which knows versions and edits, got none, as in every mirror;"
            f" `thanhuy pull {target} DIR` makes it",
            Exit.USAGE,
        )
    return path


def look(url: str) -> "Deposit":
    """What lies at an address. Raises CommandFailed."""
    from archive.kinds import NothingToRead
    from archive.remote.look import look_at

    try:
        return look_at(url)
    except NothingToRead as error:
        raise CommandFailed(str(error), Exit.USAGE) from error


def show(found: "Deposit", *, whole: bool = True) -> list[Path]:
    """The paths that stand for it until the command ends. Raises CommandFailed."""
    from archive.kinds import NothingToRead
    from archive.mirror.manifest import ManifestDamaged
    from archive.remote.view import view

    try:
        return click.get_current_context().with_resource(view(found, whole=whole))
    except ManifestDamaged as error:
        raise CommandFailed(str(error), Exit.DAMAGE) from error
    except NothingToRead as error:
        raise CommandFailed(str(error), Exit.USAGE) from error


def _find(target: Path | str, whole: bool) -> list[Path]:
    return [target] if isinstance(target, Path) else show(look(target), whole=whole)
