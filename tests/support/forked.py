"""Commands in processes that begin with the program's modules: most of what a small crawl takes is their import.

One process imports them and is forked for each command. It has no threads, connections or reactor,
so that a fork goes on as a process begun anew would.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import types
from functools import cache
from pathlib import Path
from typing import IO, Self, cast

import archive.faults

PACKAGES = (
    "crawler.engine",
    "crawler.spiders",
    "crawler.surveying",
    "crawler.reporting",
    "crawler.learning",
    "crawler.planning",
)
SCRAPYS = ("scrapy.downloadermiddlewares", "scrapy.spidermiddlewares")
MODULES = (
    *("crawler.cli.crawl", "crawler.cli.survey", "crawler.cli.endings", "crawler.cli.watching"),
    *("crawler.cli.adopt", "crawler.cli.extract", "crawler.cli.repair", "crawler.cli.repack", "crawler.cli.reread"),
    *("crawler.cli.verify", "crawler.cli.demo", "crawler.scheduling.notify", "archive.seal.attest"),
    *("scrapy.extensions.closespider", "scrapy.extensions.corestats", "scrapy.extensions.feedexport"),
    *("scrapy.extensions.logcount", "scrapy.logformatter", "scrapy.statscollectors", "multiprocessing.popen_fork"),
)
COMMAND = "from crawler.cli import main; main()"
"""The command line as it is."""
IMPATIENT = f"import crawler.settings; crawler.settings.RETRY_BACKOFF /= 10; {COMMAND}"
"""The same, but for the seconds that a crawl lets pass before it asks again for a page that failed."""
LARGEST_REQUEST = 1 << 17


class Forked:
    """A process that runs code, told and asked as a `subprocess.Popen` is."""

    def __init__(
        self, code: str, words: list[str], env: dict[str, str], *, out: int, err: int, cwd: Path | None = None
    ) -> None:
        """Run `code` as `python -c CODE WORDS…`. `env`: what the environment says beside what it says here;
        nothing that Python itself reads when it starts. `out`, `err`: descriptors that it writes to.
        """
        told = {"code": code, "words": words, "cwd": str(cwd or Path.cwd()), "env": {**os.environ, **env}}
        self.args, self.returncode = words, cast("int | None", None)
        self._socket, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)  # an answer is read whole
        with theirs:
            socket.send_fds(_server()[0], [json.dumps(told).encode()], [theirs.fileno(), out, err])
        self.pid = int(self._socket.recv(20))

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, or the negative number of the signal that ended it. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._socket.settimeout(timeout)
            try:
                self.returncode = int(self._socket.recv(20))
            except TimeoutError:
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self._socket.close()
        return self.returncode

    def poll(self) -> int | None:
        """The same, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0.001)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal it, where it has not been waited for."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class Begun(Forked):
    """One whose output is read while it runs."""

    def __init__(self, code: str, words: list[str], env: dict[str, str]) -> None:
        """See `Forked`."""
        pipes = [os.pipe() for _ in range(2)]
        self.stdout, self.stderr = (os.fdopen(ours, encoding="utf-8") for ours, _ in pipes)
        theirs = [theirs for _, theirs in pipes]
        super().__init__(code, words, env, out=theirs[0], err=theirs[1])
        for descriptor in theirs:
            os.close(descriptor)
        self._rest: dict[IO[str], str] = {}
        self._readers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stdout.close()
        self.stderr.close()
        self.wait()

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All that it writes from now on, once it has ended. Raises subprocess.TimeoutExpired, and may be asked again."""
        if not self._readers:
            self._readers = [threading.Thread(target=self._read, args=(one,)) for one in (self.stdout, self.stderr)]
            for reader in self._readers:
                reader.start()
        self.wait(timeout)
        for reader in self._readers:
            reader.join()
        self.stdout.close()
        self.stderr.close()
        return self._rest[self.stdout], self._rest[self.stderr]

    def _read(self, stream: IO[str]) -> None:
        with contextlib.suppress(ValueError):  # the test has closed it
            self._rest[stream] = ""
            self._rest[stream] = stream.read()


def run_forked(
    code: str, words: list[str], *, timeout: float, env: dict[str, str], cwd: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run it to its end. Raises subprocess.TimeoutExpired, after ending it."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = Forked(code, words, env, out=out.fileno(), err=err.fileno(), cwd=cwd)
        try:
            code_of_exit = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise subprocess.TimeoutExpired(words, timeout, _text(out), _text(err)) from None
        return subprocess.CompletedProcess(words, code_of_exit, _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@cache
def _server() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """The socket that takes commands and the process at its other end, which ends with this one."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        return ours, subprocess.Popen(command, cwd=Path(__file__).parents[2], pass_fds=[theirs.fileno()])


def _import() -> None:
    for package in (*PACKAGES, *SCRAPYS):
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
            with contextlib.suppress(ImportError):  # an extension for a package that is not here
                importlib.import_module(f"{package}.{module.name}")
    for name in MODULES:
        importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules, "each crawl chooses its own"
    assert tempfile.tempdir is None, "each command is told its own"
    gc.freeze()  # what all share is neither looked through nor copied


def _serve(requests: socket.socket) -> str:
    """Return the code in a process forked for it, set up for it; end when no more is to come."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, LARGEST_REQUEST, 3)
        if not message:
            sys.exit()
        if not os.fork():
            break
        for descriptor in descriptors:
            os.close(descriptor)
    requests.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    answers, out, err = descriptors
    if pid := os.fork():
        os.close(out)  # so that whoever reads it sees when the command has ended
        os.close(err)
        os.write(answers, f"{pid}".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with contextlib.suppress(BrokenPipeError):  # it took too long, and nobody waits for it
            os.write(answers, f"{code}".encode())
        os._exit(0)
    os.close(answers)
    for descriptor, standard in ((out, 1), (err, 2)):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    told = json.loads(message)
    os.chdir(told["cwd"])
    os.environ.clear()
    os.environ.update(told["env"])
    importlib.reload(archive.faults)  # it has read the environment
    sys.argv = ["thanhuy", *told["words"]]
    sys.path[0] = ""  # the working directory, as with `python -c`
    return str(told["code"])


if __name__ == "__main__":
    _import()
    _code = _serve(socket.socket(fileno=int(sys.argv[1])))
    # As with `python -c`: what it starts in its turn must not look for this module.
    sys.modules["__main__"] = types.ModuleType("__main__")
    exec(_code, vars(sys.modules["__main__"]))
