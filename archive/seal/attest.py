"""What others are asked to say of the newest checkpoint: authorities that stamp it, a command that takes it elsewhere.

Nothing is asked unless it is named. What fails is told and harms nothing: the next run asks again.
"""

import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from archive.errors import ArchiveError
from archive.files import read_named
from archive.seal.authority import Attested, Authority, system_roots
from archive.seal.calendar import SCHEME, ask_calendars, fetch_promised
from archive.seal.checkpoint import SealError, read_newest
from archive.seal.stamp import TimeStamp, add_stamp, find_expiry, find_stamped, list_stamps, renew_stamp

T = TypeVar("T")
PATIENCE = 120
"""Seconds that a command may take."""


@dataclass(frozen=True, kw_only=True)
class Attestation:
    """Whom to ask."""

    timestamps: tuple[str, ...] = ()
    """Addresses of authorities; with `ots:` before it, of a calendar of OpenTimestamps."""
    roots: Path | None = None
    """Certificates of authorities that are believed, else those of this machine."""
    digest: str = "sha256"
    publish: str | None = None
    """A command that is given the checkpoint on stdin."""

    def authorities(self) -> list[Authority]:
        """The authorities, with whom to believe. Raises SealError, OSError."""
        urls = [url for url in self.timestamps if not url.startswith(SCHEME)]
        if not urls:
            return []
        roots = read_named(self.roots).decode("utf-8", "replace") if self.roots else system_roots()
        return [Authority(url=url, roots=roots, digest=self.digest) for url in urls]

    @property
    def calendars(self) -> list[str]:
        """The addresses of calendars."""
        return [url.removeprefix(SCHEME) for url in self.timestamps if url.startswith(SCHEME)]


def attest(collection: Path, ask: Attestation, *, publish: bool) -> Iterator[Attested]:
    """Have the newest checkpoint stamped, and give it to others; what came of each.

    The caller holds the collection's lock.
    """
    number, newest = read_newest(collection)
    if newest is None:
        return
    stamped = {stamp.url for stamp in list_stamps(collection, number)}
    for authority in ask.authorities():
        if authority.url not in stamped:
            yield _try(add_stamp, collection, number, authority)
    yield from fetch_promised(collection, ask.calendars)
    yield from ask_calendars(collection, number, ask.calendars)
    if ask.publish and publish:
        yield _publish(ask.publish, newest.data)


def renew(collection: Path, ask: Attestation, now: datetime, within: timedelta) -> Iterator[Attested]:
    """Renew the stamps whose certificates expire soon. The caller holds the collection's lock."""
    authorities = ask.authorities()
    for number in find_stamped(collection):
        for stamp in list_stamps(collection, number):
            if authorities and is_due(stamp, now, within):
                yield _try(renew_stamp, collection, stamp, authorities[0])


def is_due(stamp: TimeStamp, now: datetime, within: timedelta) -> bool:
    """Whether the certificates of a stamp expire soon. Raises SealError."""
    try:
        return find_expiry(stamp) < now + within
    except OverflowError:
        return True


def _try(function: Callable[[Path, T, Authority], str], collection: Path, what: T, authority: Authority) -> Attested:
    try:
        return Attested(function(collection, what, authority))
    except (ArchiveError, OSError) as error:
        return Attested.of(error)


def _publish(command: str, data: bytes) -> Attested:
    try:
        done = subprocess.run(  # noqa: S603 - named by the user
            shlex.split(command), input=data, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return Attested.of(SealError(f"{command}: expected a command that takes the checkpoint, got: {error}"))
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-200:]
        return Attested.of(SealError(f"{command}: expected exit code 0, got {done.returncode} {said}".rstrip()))
    return Attested(f"{command}: took the checkpoint")
