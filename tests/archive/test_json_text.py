"""JSON that anybody may have written: whatever it is, it is a value or a ValueError."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.collection import Collection, Options
from archive.json_text import parse_json
from tests.support.writer import describe, write
from tests.warcs.build import member, metadata

DEEP = ["[" * 200_000, '{"a":' * 200_000, '{"version":' + "[" * 200_000]


@pytest.mark.parametrize("text", [*DEEP, "[" * 100_000 + "]" * 100_000], ids=["list", "object", "field", "closed"])
def test_value_that_is_nested_too_deeply_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json(text)


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
