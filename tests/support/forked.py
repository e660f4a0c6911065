"""Crawls in processes that begin with the program's modules: half of what a small crawl takes is their import.

One process imports them and is forked for each crawl. It has no threads, connections or reactor,
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
from functools import cache
from pathlib import Path
from typing import IO

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
    "crawler.cli.crawl",
    "crawler.cli.survey",
    "crawler.cli.endings",
    "crawler.cli.watching",
    "crawler.scheduling.notify",
)
IMPATIENT = "import crawler.settings; crawler.settings.RETRY_BACKOFF /= 10; from crawler.cli import main; main()"
"""A crawl as it is, but for the seconds that it lets pass before it asks again for a page that failed."""
LARGEST_REQUEST = 1 << 17


def run_forked(words: list[str], timeout: float) -> "subprocess.CompletedProcess[str]":
    """Run `thanhuy` to its end, but for what `IMPATIENT` changes of it.

    Raises subprocess.TimeoutExpired, after ending it.
    """
    told = json.dumps({"words": words, "cwd": str(Path.cwd()), "env": dict(os.environ)})
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        ours, theirs = socket.socketpair()
        with ours, ours.makefile() as answers:
            with theirs:
                socket.send_fds(_server()[0], [told.encode()], [theirs.fileno(), out.fileno(), err.fileno()])
            pid = int(answers.readline())
            ours.settimeout(timeout)
            try:
                code = int(answers.readline())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(words, timeout, _text(out), _text(err)) from None
        return subprocess.CompletedProcess(words, code, _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@cache
def _server() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """The socket that takes crawls and the process at its other end, which ends with this one."""
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
    gc.freeze()  # what all share is neither looked through nor copied


def _serve(requests: socket.socket) -> None:
    """Return in a process forked for a crawl, set up for it; end when no more are to come."""
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
        os.write(answers, f"{pid}\n".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with contextlib.suppress(BrokenPipeError):  # it took too long, and nobody waits for it
            os.write(answers, f"{code}\n".encode())
        os._exit(0)
    os.close(answers)
    for descriptor, standard in ((out, 1), (err, 2)):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    told = json.loads(message)
    os.chdir(told["cwd"])
    os.environ.clear()
    os.environ.update(told["env"])
    sys.argv = ["thanhuy", *told["words"]]


if __name__ == "__main__":
    _import()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    exec(IMPATIENT)
