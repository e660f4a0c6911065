"""Exit codes: one number for each way a command can end, the same in every verb."""

import atexit
import codecs
import enum
import errno
import io
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

from archive.elsewhere import reveal
from archive.errors import (
    ArchiveError,
    CollectionLocked,
    DamagedCollection,
    NotACollection,
    NotUsable,
    OutOfSpace,
    PackageMissing,
    RecordError,
    StoreFailed,
)
from archive.files import OUT_OF_SPACE


class Exit(enum.IntEnum):
    """What `$?` says, and its wording: in messages, in the README's table and in the reference."""

    says: str

    DONE = 0, "done, also when there was nothing new"
    ERROR = 1, "an unexpected error"
    USAGE = 2, "wrong usage or configuration"
    NO_SPACE = 3, "out of disk space: stopped cleanly, nothing lost"
    UNHEALTHY = 4, "finished, but a health check fell short; the data is written"
    DAMAGE = 5, "verification found damage, or a command met damage that it cannot leave out"
    UNREACHABLE = 9, "the site, or a store, could not be reached or refused us; worth a retry"
    INTERRUPTED = 11, "interrupted by SIGINT or SIGTERM: stopped cleanly, resumable"
    LOCKED = 75, "another crawl holds the collection"

    def __new__(cls, code: int, says: str) -> "Exit":
        """A number that knows its wording."""
        self = int.__new__(cls, code)
        self._value_, self.says = code, says
        return self


class CommandFailed(Exception):
    """Ends a command with a message on stderr and an exit code of its own."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = code


CODES: tuple[tuple[type[Exception], Exit], ...] = (
    (CollectionLocked, Exit.LOCKED),
    (OutOfSpace, Exit.NO_SPACE),
    (NotACollection, Exit.USAGE),
    (NotUsable, Exit.USAGE),
    (PackageMissing, Exit.USAGE),
    (StoreFailed, Exit.UNREACHABLE),
    (RecordError, Exit.DAMAGE),
    (DamagedCollection, Exit.DAMAGE),
    (ArchiveError, Exit.ERROR),
)
"""The first class that matches gives the code."""
NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
"""Errors of the file system that speak of permissions."""
NO_SUCH_PATH = frozenset({errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR, errno.ENXIO})
"""Those that speak of a path that leads nowhere on any day: too long, round in a circle, through a file."""

TOO_MANY_OPEN = frozenset({errno.EMFILE, errno.ENFILE})
LONGEST_WORD = 1000
"""Letters that a message shows of what has no blank in it, a path or an address."""


def run(command: Callable[..., Any]) -> int:
    """Run a click command; return its exit code, with every error as one clear line on stderr and never a traceback."""
    _hold_streams()
    # Until a crawl has its own handlers, SIGTERM ends as Ctrl-C does;
    # and Ctrl-C does so also for what a shell started with `&`.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        result = command(standalone_mode=False)
    except click.exceptions.Exit as error:
        return int(error.exit_code)
    except click.Abort:
        return _fail("interrupted", Exit.INTERRUPTED)
    except click.ClickException as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            return _show_help(error)
        return _fail(_word_usage(error), Exit.USAGE)
    except CommandFailed as error:
        return _fail(str(error), error.code)
    except BrokenPipeError:
        return leave_quietly()
    except KeyboardInterrupt:
        return _fail("interrupted", Exit.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the one place where nothing may pass: a user never sees a traceback
        return _explain(error)
    return int(result) if isinstance(result, int) else Exit.DONE


def leave(code: int) -> NoReturn:
    """End the program. What is decided stays: another Ctrl-C, by somebody impatient, changes nothing of the code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(code))  # rather than wait for threads
        atexit.register(signal.signal, number, signal.SIG_IGN)  # later on Python would put the system's handlers back
    sys.exit(code)


def _hold_streams() -> None:
    """See to it that the numbers of the standard streams are taken. Where one was closed (`>&-`), the next file opened
    would get its number, and what is printed would end in it; what is printed on a closed stdout fails instead.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # the lowest number that is free: this one
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False))
        elif isinstance(stream := getattr(sys, name), io.TextIOWrapper) and not _takes_all(stream):
            stream.reconfigure(errors="backslashreplace")


def _takes_all(stream: io.TextIOWrapper) -> bool:
    """Whether whatever is printed has a form there: a terminal or a pipe of another charset gets what it can show.
    In the locales C and POSIX that is ASCII, of which Python lets through no more than bytes of file names.
    """
    lets_bytes = stream.errors == "surrogateescape" and codecs.lookup(stream.encoding).name == "utf-8"
    return stream.errors not in {"strict", "surrogateescape"} or lets_bytes


def _word_usage(error: click.ClickException) -> str:
    """Click's complaint in one line: the verb, what is wrong, where to read more."""
    message = " ".join(error.format_message().split()).rstrip(".")
    message = re.sub(r"^([A-Z])(?=[a-z])", lambda first: first[1].lower(), message)
    context = error.ctx if isinstance(error, click.UsageError) else None
    verb = context.info_name if context is not None and context.parent is not None else ""
    remedy = f"; thanhuy {verb} --help tells more".replace("  ", " ")
    return f"{verb}: {message}{remedy}".removeprefix(": ")


def leave_quietly() -> int:
    """The exit code when the reader of our stdout left (`| head`): as coreutils do, without a word.
    Later flushes must not fail either.
    """
    drop_output()
    return 128 + signal.SIGPIPE


def drop_output() -> None:
    """Let what stdout still holds go nowhere: where it cannot be written,
    the interpreter would end with 120 in place of our code.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def code_of(error: Exception) -> Exit:
    """The exit code that an error means."""
    if isinstance(error, CommandFailed):
        return error.code
    if isinstance(error, click.ClickException):
        return Exit.USAGE
    if isinstance(error, OSError) and error.errno in OUT_OF_SPACE:
        return Exit.NO_SPACE
    # What may not be read or written is the user's to put right, as a wrong option is.
    if isinstance(error, OSError) and error.errno in NOT_ALLOWED | NO_SUCH_PATH | TOO_MANY_OPEN | {errno.EBADF}:
        return Exit.USAGE
    return next((code for kind, code in CODES if isinstance(error, kind)), Exit.ERROR)


def _explain(error: Exception) -> int:
    code = code_of(error)
    if isinstance(error, tuple(kind for kind, _ in CODES)):
        return _fail(str(error), code)
    if isinstance(error, OSError):
        if code is Exit.NO_SPACE:
            drop_output()
            where = error.filename or "disk, or where stdout leads"
            return _fail(f"{where}: no space left; free some and run the same command again", code)
        if error.errno == errno.EBADF:
            drop_output()
            return _fail("stdout: expected a place to print to, got a closed one", code)
        where = f"{error.filename}: " if error.filename else ""
        remedy = "; allow this shell more of them (ulimit -n)" if error.errno in TOO_MANY_OPEN else ""
        return _fail(f"{where}{error.strerror or error}{remedy}", code)
    if isinstance(error, MemoryError):
        return _fail("out of memory; free some, or allow more of it (ulimit -v), and run the same command again", code)
    if os.environ.get("THANHUY_DEBUG"):
        raise error
    return _fail(
        f"unexpected {type(error).__name__}: {error} (set THANHUY_DEBUG=1 and run it again for the traceback)",
        Exit.ERROR,
    )


def complain(message: str) -> None:
    """A line on stderr, whoever had a hand in its words. Raises OSError where it cannot be written."""
    told = re.sub(rf"(\S{{{LONGEST_WORD}}})\S+", r"\1…", plain(reveal(message)))
    click.echo(f"thanhuy: {told}", err=True)


def plain(text: str) -> str:
    """Text without what a terminal would obey: each character that is not printable becomes U+FFFD."""
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)


def plain_json(text: str) -> str:
    """JSON in which all that a terminal would obey stands as an escape; its value is the same."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text)


def _show_help(error: click.ClickException) -> int:
    """Print the help as it is, where a command was named without a word of what it should do."""
    try:
        click.echo(error.format_message(), err=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    return Exit.USAGE


def _fail(message: str, code: Exit) -> int:
    try:
        complain(message)
    except OSError:  # nobody can be told but by the code
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    return code
