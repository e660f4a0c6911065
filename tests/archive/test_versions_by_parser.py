"""A version is another payload and another text by the same parser; what a newer parser reads otherwise renews it."""

import io
import itertools
import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.collection import Collection, Options
from archive.state.urls import Found
from archive.verify.items import ItemRules
from archive.verify.runner import VerifyOptions, verify
from archive.warc.exchange import Exchange
from archive.warc.salvage import read_every

URL = "https://www.thanhuytphcm.vn/tin-tuc/bai-1"
READINGS = {
    "1": {"a": "một", "b": "hai", "c": "ba"},
    "2": {"a": "một", "b": "một", "c": "ba"},
    "3": {"a": "Một", "b": "hai", "c": "hai"},
}
"""Parser → text of a page → what it reads: one takes two texts for one, another reads them apart."""
PARSERS = st.sampled_from(sorted(READINGS))
VISITS = st.tuples(st.sampled_from("abc"), st.integers(0, 1), PARSERS)
"""A page's text, what else its bytes have, and who reads it."""
STEPS = st.lists(st.one_of(VISITS, PARSERS), min_size=1, max_size=12)
"""Visits of the page, and parsers that read the newest version again."""


def item_of(text: str, parser: str) -> dict[str, Any]:
    """What a parser reads."""
    read = READINGS[parser][text]
    item = {"id": "1", "kind": "tin-tuc", "url": URL, "title": read, "text_digest": f"sha256:{read}", "status": "live"}
    return {**item, "parser": {"version": parser}, "reread": None}


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_versions_are_the_sites_and_renewals_the_parsers(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path, expected = Path(scratch) / "x", Steps()
        collection = Collection.open(path, describe=describe, options=Options(free_space_floor=0), clock=tick())
        for step in steps:
            if isinstance(step, str):
                expected.renew(collection, step)
            else:
                expected.visit(collection, *step)
        collection.close({"reason": "finished"})
        lines = [json.loads(line) for file in (path / "articles").iterdir() for line in file.read_bytes().splitlines()]
        assert expected.lines == [(line["version"], line["title"], line["parser"]["version"]) for line in lines]
        newest = (path / "articles.jsonl").read_bytes()
        assert expected.lines[-1:] == [
            (line["version"], line["title"], line["parser"]["version"]) for line in map(json.loads, newest.splitlines())
        ]
        assert not [str(found) for found in verify((path,), VerifyOptions(items=ItemRules())).findings]
        (path / "state.sqlite").unlink()
        Collection.open(path, describe=describe, options=Options(free_space_floor=0)).close()
        assert newest == (path / "articles.jsonl").read_bytes(), "the WARCs alone say which reading counts"


def test_item_whose_response_was_lost_and_forgotten_can_be_gone_and_be_renewed(tmp_path: Path) -> None:
    """Its new versions refer to the response that it was read from, wherever that is now."""
    collection = Collection.open(tmp_path / "x", describe=describe, options=Options(free_space_floor=0), clock=tick())
    Steps().visit(collection, "a", 0, "1")
    collection.state.execute("DELETE FROM captures")
    first = collection.find_item("tin-tuc/1")
    assert first is not None
    gone = collection.append_gone(first, {"since": "2030-01-01", "confirmed_at": "2030-01-02T00:00:00Z"})
    collection.append_renewal({**gone, "title": "Một", "reread": {"at": "2030-01-03T00:00:00Z", "parser": "1"}})
    collection.close({"reason": "finished"})
    warc = next((tmp_path / "x" / "warc").iterdir())
    items = [found.record for found in read_every(warc, []) if found.record.is_json]
    assert [(1, "live"), (2, "gone"), (2, "gone")] == [
        (item["version"], item["status"]) for item in map(json.load, (record.block for record in items))
    ]
    assert {first["warc"]["record_id"]} == {record.refers_to for record in items}


class Steps:
    """What must come of a sequence of steps."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str, str]] = []
        self._page: tuple[str, int] | None = None
        self._moments = itertools.count(1)

    def visit(self, collection: Collection, text: str, noise: int, parser: str) -> None:
        """The page is fetched and read."""
        capture = collection.write_exchange(exchange_of(text, noise), key="tin-tuc/1")
        assert capture is not None
        stamped = collection.append_item(item_of(text, parser), capture, reparse=lambda stored: self._again(parser))
        collection.flush()
        read = READINGS[parser]
        is_new = self._page is None or ((text, noise) != self._page and read[text] != read[self._page[0]])
        # What is stored may already be what is read, by whatever parser.
        is_new = is_new and (not self.lines or self.lines[-1][1] != read[text])
        assert is_new == (stamped is not None)
        if is_new:
            self.lines.append((len({version for version, _, _ in self.lines}) + 1, read[text], parser))
            self._page = (text, noise)

    def _again(self, parser: str) -> Mapping[str, Any] | None:
        return item_of(self._page[0], parser) if self._page else None

    def renew(self, collection: Collection, parser: str) -> None:
        """The newest version is read again, and renewed where it reads otherwise."""
        stored = collection.find_item("tin-tuc/1")
        if stored is None or self._page is None or READINGS[parser][self._page[0]] == stored["title"]:
            return
        kept = {name: stored[name] for name in ("version", "changed", "captured_at", "warc")}
        at = f"2030-01-01T00:00:00.{next(self._moments):06d}Z"
        renewal = {"at": at, "parser": stored["parser"]["version"], "fields": ["title"]}
        collection.append_renewal({**item_of(self._page[0], parser), **kept, "reread": renewal})
        collection.flush()
        self.lines.append((stored["version"], READINGS[parser][self._page[0]], parser))


def exchange_of(text: str, noise: int) -> Exchange:
    """An answer with the page."""
    body = f"<p>{text}</p><!-- {noise} -->".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    now = datetime.now(UTC)
    request = b"GET / HTTP/1.1\r\nHost: www.thanhuytphcm.vn\r\n\r\n"
    return Exchange(
        target_uri=URL, began=now, ended=now, request=request, response=io.BytesIO(head + body), ip="127.0.0.1"
    )


def describe(uri: str) -> Found | None:
    """What the frontier calls the page."""
    return Found(key="tin-tuc/1", url=uri, kind="tin-tuc", priority=1)


def tick() -> Any:
    """A clock that goes on by a second each time it is asked."""
    moments = (datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=number) for number in itertools.count())
    return lambda: next(moments)
