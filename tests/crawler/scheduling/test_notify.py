"""Whoever is to be told is told, nothing that fails breaks a crawl, and no secret leaks."""

import email
import email.policy
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawler.scheduling.notify import Notifier
from tests.support.commands import run_thanhuy
from tests.support.small_site import small_site

Heard = list[tuple[str, bytes]]


@pytest.fixture
def ear() -> Iterator[tuple[str, Heard]]:
    """A server that hears what it is told; gives its address and what it heard."""
    heard: Heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if "broken" in self.path else 200)
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
    assert ["notify: url (etc): nobody could be told: ValueError"] * 2 == notify({"url": "file:///etc"}, 0, tmp_path)


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
