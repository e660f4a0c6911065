"""Whoever is to be told is told, nothing that fails breaks a crawl, and no secret leaks."""

import base64
import email
import email.policy
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawler.scheduling.notify import Notifier
from tests.support.commands import run_thanhuy
from tests.support.small_site import small_site

Heard = list[tuple[str, bytes]]
heads: list[str] = []
"""The headers of what was heard."""


@pytest.fixture
def ear() -> Iterator[tuple[str, Heard]]:
    """A server that hears what it is told; gives its address and what it heard."""
    heard: Heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            if "drip" in self.path:  # each byte within the time that a socket may take
                self.wfile.write(b"HTTP/1.1 200 ")
                for _ in range(50):
                    time.sleep(0.2)
                    self.wfile.write(b"O")
            self.send_response(500 if "broken" in self.path else 302 if "away" in self.path else 200)
            self.send_header("Location", "ftp://127.0.0.1/secret")
            heads.append(str(self.headers))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


def test_a_crawl_tells_how_it_went_and_keeps_the_secret(ear: tuple[str, Heard], tmp_path: Path) -> None:
    address, heard = ear
    config = tmp_path / "t.toml"
    config.write_text(
        f'[notify]\nurl = "{address}/5f0c-secret"\nwebhook = "{address}/hook-secret"\non = "always"\n'
        f'textfile = "{tmp_path}/thanhuy.prom"\ncommand = ["sh", "-c", "cat > {tmp_path}/told; echo $THANHUY_EXIT"]\n',
        "utf-8",
    )
    with small_site(tmp_path) as site:
        site.say("/", site.links(site.article(1491900001, "Bài thứ nhất của ngày hội sách")))
        ran = site.run("crawl", "--config", config)
    assert 0 == ran.code, ran
    assert ["/5f0c-secret/start", "/5f0c-secret/0", "/hook-secret"] == [path for path, _ in heard]
    assert b"Closing spider" in heard[1][1]
    told = json.loads(heard[2][1])
    assert (0, "crawl", "x", 1, 1) == tuple(
        told[key] for key in ("exit", "command", "collection", "articles", "new_versions")
    )
    assert told == json.loads((tmp_path / "told").read_text("utf-8"))
    metrics = (tmp_path / "thanhuy.prom").read_text("utf-8")
    assert 'thanhuy_last_run_exit_code{collection="x",command="crawl"} 0\n' in metrics
    assert 'thanhuy_articles{collection="x",command="crawl"} 1\n' in metrics
    for path in (tmp_path / "x").rglob("*"):
        if path.is_file():
            assert b"secret" not in path.read_bytes(), path
    assert 0 == run_thanhuy("verify", tmp_path / "x").returncode


def notify(table: dict[str, Any], code: int, tmp_path: Path) -> list[str]:
    complaints: list[str] = []
    notifier = Notifier(table, tmp_path, complaints.append)
    notifier.tell_start("refresh")
    notifier.tell_end(code, "done")
    return complaints


def test_trouble_alone_is_told_unless_asked(ear: tuple[str, Heard], tmp_path: Path) -> None:
    address, heard = ear
    assert [] == notify({"webhook": f"{address}/hook"}, 0, tmp_path)
    assert [] == heard
    assert [] == notify({"webhook": f"{address}/hook"}, 9, tmp_path)
    assert 9 == json.loads(heard[0][1])["exit"]


def test_whoever_cannot_be_told_breaks_nothing_and_is_named_by_host_alone(
    ear: tuple[str, Heard], tmp_path: Path
) -> None:
    address, _ = ear
    table = {
        "url": "http://127.0.0.1:9/secret",
        "webhook": f"{address}/broken-secret",
        "textfile": str(tmp_path / "no" / "x.prom"),
        "command": ["false"],
        "mail": "a@example.org",
    }
    complaints = notify(table, 1, tmp_path)
    assert {"url", "webhook", "textfile", "command"} <= {line.split(" ")[1] for line in complaints}
    assert not [line for line in complaints if "secret" in line]
    assert [] == notify({"url": 5, "mail": None, "webhook": ["x"]}, 1, tmp_path)
    assert ["notify: url (?): nobody could be told: ValueError"] * 2 == notify({"url": "file:///etc"}, 0, tmp_path)


def test_mail_goes_to_sendmail_with_the_end_of_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "sendmail"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\ncat > {tmp_path}/mail\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr("crawler.scheduling.notify.SENDMAIL", (str(program),))
    (tmp_path / "crawls" / "1").mkdir(parents=True)
    (tmp_path / "crawls" / "1" / "crawl.log").write_text("hôm nay: hỏng\n", "utf-8")
    assert [] == notify({"mail": "a@example.org"}, 9, tmp_path)
    message = email.message_from_bytes((tmp_path / "mail").read_bytes(), policy=email.policy.default)
    assert "-t -oi\n" == (tmp_path / "words").read_text("utf-8")
    assert ("a@example.org", True) == (message["To"], message["Subject"].startswith("thanhuy refresh "))
    assert "hôm nay: hỏng" in message.get_content()


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"url": "http:///secret"}, "url (?): nobody could be told: ValueError"),
        ({"url": "http://a:secret@[bad/"}, "url (?): nobody could be told: ValueError"),
        ({"url": "http://127.0.0.1:99999/secret"}, "url (?): nobody could be told: ValueError"),
        ({"url": "ADDRESS/away"}, "url (127.0.0.1): nobody could be told: status 302"),
        ({"url": "ADDRESS/broken-secret"}, "url (127.0.0.1): nobody could be told: status 500"),
        ({"url": "ADDRESS/drip-secret"}, "url (127.0.0.1): nobody could be told: no end within 2 seconds"),
        ({"url": "http://127.0.0.1:9/secret"}, "url (127.0.0.1): nobody could be told: Connection refused"),
        ({"webhook": "ADDRESS/broken?key=secret"}, "webhook (127.0.0.1): nobody could be told: status 500"),
        ({"command": ["/nowhere/to/tell"]}, "command (tell): nobody could be told: No such file or directory"),
        ({"command": ["sh", "-c", "exit 3", "secret"]}, "command (sh): nobody could be told: it ended with 3"),
        ({"command": "sh -c 'secret"}, "command (?): nobody could be told: ValueError"),
        (
            {"command": ["sh", "-c", "sleep 30 & sleep 30"]},
            "command (sh): nobody could be told: no end within 2 seconds",
        ),
    ],
)
def test_hostile_receivers_cost_a_line_and_a_moment(
    table: dict[str, Any], told: str, ear: tuple[str, Heard], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.scheduling.notify.PATIENCE", 2.0)
    table = {
        name: value.replace("ADDRESS", ear[0]) if isinstance(value, str) else value for name, value in table.items()
    }
    began = time.monotonic()
    complaints = notify(table, 1, tmp_path)
    assert {f"notify: {told}"} == set(complaints)
    assert time.monotonic() - began < 20, "two tries of two seconds each, on a busy machine"


def test_an_address_is_sent_as_http_wants_it(ear: tuple[str, Heard], tmp_path: Path) -> None:
    address, heard = ear
    heads.clear()
    place = address.replace("http://", "http://me:s%C3%A9cret@")
    assert [] == notify({"url": f"{place}/đường đi/?thẻ=1", "webhook": f"{address}/a%20b?x=ă"}, 1, tmp_path)
    assert ["/%C4%91%C6%B0%E1%BB%9Dng%20%C4%91i/start?th%E1%BA%BB=1", "/a%20b?x=%C4%83"] == [heard[0][0], heard[-1][0]]
    assert f"Authorization: Basic {base64.b64encode('me:sécret'.encode()).decode()}" in heads[0]
