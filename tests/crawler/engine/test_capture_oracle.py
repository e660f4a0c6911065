"""An independent witness: warcprox, between a client and the same server, records the same response bytes."""

import http.client
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.warc.reader import read_records
from tests.support.commands import run_scrapy
from tests.support.tools import find_tool
from tests.support.wirecases import WHOLE
from tests.support.wireserver import HOST, WireServer, wire_server

PLAIN = ("plain", "header-case", "header-order", "header-duplicates", "header-utf-8", "body-binary", "body-large", "chunked", "gzip",
         "gzip-chunked", "deflate", "status-404", "status-301", "body-until-close", "pieces")  # fmt: skip
"""What a proxy passes on as it came; the harder ones it refuses or rebuilds."""


def find_warcprox() -> str:
    """The program; the test is skipped where there is none."""
    return str(find_tool("warcprox"))


@contextmanager
def warcprox(directory: Path) -> Iterator[int]:
    """Run warcprox on a free port; its WARCs are complete when the block has ended."""
    program = find_warcprox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [
        program,
        "--port",
        str(port),
        "--dir",
        str(directory),
        "--gzip",
        "--no-warc-open-suffix",
        "--dedup-db-file",
        "dedup.sqlite",
    ]
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def through_proxy(server: WireServer, port: int) -> None:
    """Ask for every plain case by way of the proxy."""
    for name in PLAIN:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        client.request("GET", f"http://{server.address}:{server.port}/w/{name}")
        client.getresponse().read()
        client.close()


def blocks(directory: Path) -> dict[str, bytes]:
    """Case → the response block as recorded."""
    found = {}
    for path in sorted(directory.glob("*.warc.gz")):
        for _, _, record in read_records(path):
            if record.type == "response":
                found[record.target_uri.rpartition("/")[2]] = record.block.read()
    return found


def test_warcprox_records_the_same_response_bytes(tmp_path: Path) -> None:
    scripts = {f"/w/{name}": WHOLE[name] for name in PLAIN}
    # warcprox fetches nothing from 127.0.0.1 itself.
    with wire_server(scripts, tmp_path, tls=False, address="127.0.0.2") as server:
        oracle = tmp_path / "oracle"
        oracle.mkdir()
        with warcprox(oracle) as port:
            through_proxy(server, port)
        done = run_scrapy(
            "crawl", "thanhuytphcm",
            SEEDS=",".join(f"http://{HOST}/w/{name}" for name in PLAIN), COLLECTION=tmp_path / "x", CONNECT_TO=server.connect_to,
            DOWNLOAD_DELAY=0, FREE_SPACE_FLOOR=0,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    theirs, ours = blocks(oracle), blocks(tmp_path / "x" / "warc")
    for name in PLAIN:
        if name in ours:  # a payload seen before is a revisit
            assert theirs[name] == ours[name] == WHOLE[name].said, name
    assert len(ours) >= 7
