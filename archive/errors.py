"""The archive's errors, one for each thing that a caller does next."""

import pickle
from contextlib import suppress


class ArchiveError(Exception):
    """Stop the crawl cleanly; the message says where, what and the remedy."""


class CollectionLocked(ArchiveError):
    """Another process writes this collection; wait or stop it."""


class NotACollection(ArchiveError):
    """The directory named is no collection, or one of a format this version cannot read."""


class OutOfSpace(ArchiveError):
    """The disk has less free space than the floor, or a write found none; free some and run the same command again."""


class RecordError(ArchiveError):
    """Bytes that are no WARC record: damage, or not a WARC file at all."""


class DamagedCollection(ArchiveError):
    """What was to be read is damaged, and cannot be left out; `thanhuy verify` says where, `thanhuy repair` mends."""


class PackageMissing(ArchiveError):
    """What was asked for needs a package that is not installed; the message names the extra that brings it."""


class NotUsable(ArchiveError):
    """Something that a person put into a collection and has to put right: where, what was expected, what was got."""


class StoreFailed(ArchiveError):
    """Object storage could not be reached, or refused; nothing was lost: the same command goes on where it stopped."""


class WorkerDied(ArchiveError):
    """A process ended before its result: killed, or out of memory."""


def make_portable(error: Exception) -> Exception:
    """The error, or where it cannot be handed from process to process one of its nearest class that can, which says
    the same: so that it means the same exit code.
    """
    with suppress(Exception):
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        return error
    for kind in type(error).__mro__:
        with suppress(Exception):
            other: Exception = kind(str(error))
            pickle.loads(pickle.dumps(other))  # noqa: S301 - our own
            return other
    return RuntimeError(str(error))
