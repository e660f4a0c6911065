"""JSON that anybody may have written: whatever it is, it is a value or a ValueError."""

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.collection import Collection, Options
from archive.json_text import parse_json
from tests.support.commands import call_thanhuy
from tests.support.writer import describe, write
from tests.warcs.build import member, metadata

DEEP = ["[" * 200_000, '{"a":' * 200_000, '{"version":' + "[" * 200_000]


@pytest.mark.parametrize("text", [*DEEP, "[" * 100_000 + "]" * 100_000], ids=["list", "object", "field", "closed"])
def test_value_that_is_nested_too_deeply_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json(text)


@pytest.mark.parametrize(
    "data",
    [r'"\ud800"', r'{"a\uDFFF": 1}', r'["\udc00\ud800"]', '"\ud800"', b'"\xed\xa0\x80"', rb'"\ud83d"',
     r'["\udc00"]'.encode("utf-16"), r'["\udc00"]'.encode("utf-32-be"), b'"\0\0\xdc"\0'],
)  # fmt: skip
def test_half_a_surrogate_pair_is_a_value_error(data: bytes | str) -> None:
    with pytest.raises(ValueError, match="half a surrogate pair"):
        parse_json(data)
    assert parse_json(rb'"\ud83d\ude00\\ud800"') == "😀\\ud800"


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_other_value_is_read_as_it_is(value: object) -> None:
    assert value == parse_json(json.dumps(value)) == parse_json(json.dumps(value).encode())


@given(st.binary())
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        parse_json(data)
    except ValueError:
        return


def test_state_is_made_anew_also_where_a_record_is_nested_too_deeply(tmp_path: Path) -> None:
    write(tmp_path / "x")
    warc = sorted((tmp_path / "x" / "warc").iterdir())[0]
    with warc.open("ab") as stream:
        stream.write(member(metadata(9, block=DEEP[0].encode(), Content_Type="application/json")))
    for name in ("state.sqlite", "fixity.jsonl"):
        (tmp_path / "x" / name).unlink()
    shutil.rmtree(tmp_path / "x" / "crawls")
    collection = Collection.open(tmp_path / "x", describe=describe, options=Options(free_space_floor=0))
    collection.close({"reason": "finished"})
    assert collection.recovery.left == []
    assert len((tmp_path / "x" / "articles.jsonl").read_bytes().splitlines()) == 6


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("fixity.jsonl", "verify"), ("indexes/index.cdxj", "verify"), ("indexes/index.cdxj", "pack -o {}/x.wacz"), ("collection.json", "status"),
        ("crawls/*/run.json", "report -o {}/x.html"), ("articles/*.jsonl", "export --format csv -o {}/x.csv"), ("articles/*.jsonl", "verify"), (".lock", "status"),
    ],
)  # fmt: skip
def test_no_command_stumbles_over_half_a_surrogate_pair(name: str, verb: str, tmp_path: Path) -> None:
    write(tmp_path / "x")
    [path, *_] = (tmp_path / "x").glob(name)
    data = path.read_bytes() or b'{"pid": "1"}'
    path.write_bytes(re.sub(rb'": *"', rb'": "\\ud800', data))
    word, *options = verb.format(tmp_path).split()
    done = call_thanhuy([word, str(tmp_path / "x"), *options])
    assert done.returncode != 1, done.stderr
    assert "Traceback" not in done.stderr
