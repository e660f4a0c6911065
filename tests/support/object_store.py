"""An S3 server on loopback, which checks the SHA-256 that it is sent; and a web server that gives parts of files."""

import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from archive.mirror.store import Store
from tests.support.tools import find_tool


@contextmanager
def serve_s3(room: Path) -> Iterator[dict[str, str]]:
    """The server; what the environment must say."""
    weed = find_tool("weed")
    ports = [_free_port() for _ in range(4)]
    access = {"accessKey": "somebody", "secretKey": "something"}
    identity = {"name": "x", "credentials": [access], "actions": ["Admin", "Read", "Write", "List"]}
    (room / "s3.json").write_text(json.dumps({"identities": [identity]}))
    names = ("master.port", "volume.port", "filer.port", "s3.port")
    command = [
        *(str(weed), "server", f"-dir={room}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-volume.max=20"),
        # A second server on the machine would find their ports taken.
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"),
        *("-master.volumeSizeLimitMB=64", f"-s3.config={room / 's3.json'}"),
        *(f"-{name}={port}" for name, port in zip(names, ports, strict=True)),
    ]
    environment = {
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "something",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports[-1]}",
    }
    with (room / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            with pytest.MonkeyPatch.context() as patch:
                for name, value in environment.items():
                    patch.setenv(name, value)
                _wait_until_written(process)
            yield environment
        finally:
            process.kill()


def _free_port() -> int:
    """A port that the server may use; it takes the one 10 000 above as well."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port: int = taken.getsockname()[1]
        if port < 55_000:
            return port


def _wait_until_written(process: "subprocess.Popen[bytes]") -> None:
    for _ in range(120):
        assert process.poll() is None, "the S3 server ended"
        try:
            Store("s3://mirrors/x").create(f"begun-{time.monotonic_ns()}", b"x")
        except Exception as error:  # noqa: BLE001 - whatever it says before it is up
            last = error
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"the S3 server took no object: {last}")


@dataclass
class RangeServer:
    """Files by their names, and what was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    failing: list[int] = field(default_factory=list)
    """Statuses that the next requests get."""
    whole: bool = False
    """Whether it gives whole files only."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and range of each request."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Those of each request."""
    url: str = ""


@contextmanager
def serve_files() -> Iterator[RangeServer]:
    """A web server on loopback."""
    told = RangeServer()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            pass

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            told.asked.append((self.path, wanted))
            told.headers.append({name.lower(): value for name, value in self.headers.items()})
            data = told.files.get(self.path)
            status, body, more = 404, b"", {}
            if told.failing:
                status = told.failing.pop(0)
            elif self.path in told.redirects:
                status, more = 302, {"Location": told.redirects[self.path]}
            elif data is not None and told.whole:
                status, body = 200, data
            elif data is not None:
                found = re.fullmatch(r"bytes=(\d+)-(\d+)", wanted)
                assert found is not None, wanted
                start, stop = int(found[1]), min(int(found[2]) + 1, len(data))
                status, body = (206, data[start:stop]) if start < stop else (416, b"")
                span = f"{start}-{stop - 1}" if start < stop else "*"
                more = {"Content-Range": f"bytes {span}/{len(data)}", "ETag": f'"{hash(data)}"'}
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()
