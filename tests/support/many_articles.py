"""Collections of very many invented articles, made without a crawl: for what has to hold at a size that no test fetches."""

import itertools
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crawler.items import WarcPointer
from tests.support.library import article, build_library

_ONSETS = (
    "", "b", "c", "ch", "d", "đ", "g", "gh", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x",
)  # fmt: skip
_RIMES = (
    "a", "à", "á", "ả", "ã", "ạ", "an", "àn", "án", "ản", "ang", "àng", "áng", "ảnh", "ạnh", "ai", "ài", "ải",
    "ao", "ào", "áo", "ăn", "ắn", "ặng", "âu", "ầu", "ấu", "ây", "ầy", "e", "é", "en", "èn", "eo", "ê", "ể",
    "ên", "ện", "ênh", "i", "ì", "í", "in", "ình", "o", "ó", "òng", "ong", "oi", "ói", "ọc", "ô", "ố", "ổ",
    "ôn", "ông", "ồng", "ơ", "ở", "ơi", "ời", "ơn", "u", "ù", "ủ", "un", "ung", "ùng", "uy", "ưa", "ừa", "ươi",
    "ương", "ường", "ưởng", "iên", "iện", "iêu",
)  # fmt: skip
SYLLABLES = tuple(f"{onset}{rime}" for onset, rime in itertools.product(_ONSETS, _RIMES))
"""Some two thousand syllables that look Vietnamese; the first ones are used most, as in any language."""
_SECTIONS = ("Thời sự", "Xây dựng Đảng", "Kinh tế", "Văn hóa", "Giáo dục", "Y tế", "Đô thị", "Quốc tế")
_AUTHORS = tuple(
    f"{one} {other}" for one in ("Lê", "Đỗ", "Trần", "Huỳnh", "Võ") for other in ("An", "Hà", "Vy", "Sơn", "Tú")
)
RARE: dict[str, Any] = {
    "lead": "Dòng dẫn chỉ có ở bài cuối.",
    "comment_count": 3,
    "attachments": ["https://images.hcmcpv.org.vn/Uploads/File/ke-hoach.pdf"],
    "published_at": "2024-05-06T07:08:09+07:00",
    "modified_at": "2024-05-06T09:00:00+07:00",
    "event_date": "2024-05-05",
    "tags": ["bến đò"],
    "warnings": ["no-date"],
    "gone": {
        "since": "2024-06-01T00:00:00.000000Z",
        "confirmed_at": "2024-06-02T00:00:00.000000Z",
        "warc": {"file": "a.warc.gz", "offset": 1, "length": 2, "record_id": "urn:uuid:1", "payload_digest": "sha1:A"},
    },
    "reread": {"at": "2024-07-01T00:00:00.000000Z", "parser": "2", "fields": ["lead"]},
}
"""Fields that only the last of many records has, where a loader that guesses has long decided what they are."""


def records(count: int, *, words: int = 40, seed: int = 1) -> Iterator[dict[str, Any]]:
    """So many articles of about so many syllables, one a third of a day; the last one alone has the `RARE` fields."""
    draw = random.Random(seed)
    weights = list(itertools.accumulate(1 / (place + 3) for place in range(len(SYLLABLES))))
    shuffled = draw.sample(SYLLABLES, len(SYLLABLES))
    for number in range(1, count + 1):
        text = draw.choices(shuffled, cum_weights=weights, k=draw.randint(words // 2, words * 3 // 2) + 12)
        day = f"{2012 + number * 13 // (count + 1):04d}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        author = draw.choice(_AUTHORS)
        fields = {
            "title": " ".join(text[:10]).capitalize(),
            "paragraphs": [" ".join(text[at : at + 60]).capitalize() + "." for at in range(0, len(text), 60)],
            "date": day,
            "section": [draw.choice(_SECTIONS)],
            "byline": author,
            "authors": [author],
            "captured_at": f"{day}T05:00:00.000000Z",
            "version": 1,
            "warc": WarcPointer(
                file="a.warc.gz", offset=number, length=9, record_id=f"urn:uuid:{number}", payload_digest="sha1:A"
            ),
        }
        yield article(number, **(fields | (RARE if number == count else {})))


def build_many(directory: Path, count: int, *, words: int = 40) -> Path:
    """A collection of so many articles, each of one version, that everything can read which reads lines alone."""
    build_library(directory, [[article(1)]])
    [name] = [path.name for path in (directory / "articles").glob("*.jsonl")]
    rows: list[tuple[object, ...]] = []
    offset = 0
    with (directory / "articles.jsonl").open("wb") as newest, (directory / "articles" / name).open("wb") as lines:
        for record in records(count, words=words):
            line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
            newest.write(line)
            lines.write(line)
            key = f"{record['kind']}/{record['id']}"
            rows.append(
                (key, 1, "", "1", record["text_digest"], "live", record["date"], name, offset, len(line), "a", 0, 1)
            )
            offset += len(line)
    with closing(sqlite3.connect(directory / "state.sqlite")) as state:
        state.execute("DELETE FROM versions")
        state.executemany(f"INSERT INTO versions VALUES ({', '.join('?' * len(rows[0]))})", rows)
        state.commit()
    return directory
