"""A record held against its schema: the quick verdict is that of the words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.verify import schema
from archive.verify.schema import check_schema, parse_line

RULES: dict[str, Any] = {
    "$defs": {
        "photo": {"type": "object", "properties": {"url": {"type": "string"}, "alt": {"type": ["string", "null"]}}}
    },
    "type": "object",
    "properties": {
        "schema": {"const": "article/1"},
        "kind": {"enum": ["a", "b"]},
        "date": {"anyOf": [{"type": "string", "pattern": r"^\d{4}$"}, {"type": "null"}]},
        "size": {"type": "integer"},
        "share": {"type": "number"},
        "photos": {"type": "array", "items": {"$ref": "#/$defs/photo"}},
        "later": {"type": "boolean", "x-since": "2"},
    },
}
SOUND = {
    "schema": "article/1", "kind": "a", "date": "2024", "size": 1, "share": 0.5, "photos": [{"url": "u", "alt": None}], "later": True,
}  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        "article/1",
        "a",
        "2024",
        None,
        1,
        True,
        0.5,
        [],
        {},
        [{"url": "u", "alt": "x"}],
        [{"alt": None, "url": "u"}],
        [{"url": 1, "alt": None}],
    ]
)


@given(
    st.permutations(list(SOUND)),
    st.dictionaries(st.sampled_from([*SOUND, "more"]), VALUES, max_size=2),
    st.sets(st.sampled_from(list(SOUND)), max_size=1),
)
def test_quick_verdict_is_that_of_the_words(order: list[str], changes: dict[str, Any], gone: set[str]) -> None:
    for keys in (list(SOUND), order):
        value: dict[str, Any] = {key: SOUND[key] for key in keys if key not in gone} | changes
        assert schema._compiled(RULES)(value) == (not list(check_schema(value, RULES, root=RULES)))


def test_sound_records_fit_with_and_without_a_later_key() -> None:
    assert [] == list(check_schema(SOUND, RULES))
    assert [] == list(check_schema({key: value for key, value in SOUND.items() if key != "later"}, RULES))


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ('{"a":"Tiếng Việt"}', []),
        ('{"a":"e\u0301"}', ["jsonl-not-nfc"]),
        (r'{"a":"e\u0301"}', ["jsonl-not-nfc"]),
        (r'{"a":"\ud800"}', ["jsonl-surrogate"]),
        (r'{"a\ud800":1}', ["jsonl-surrogate"]),
        (r'{"a":"\u2028"}', []),
    ],
)
def test_text_is_judged_whether_it_is_escaped_or_not(line: str, codes: list[str]) -> None:
    assert codes == [code for code, _ in parse_line(line.encode())[1]]


def test_lone_surrogates_are_told_and_replaced() -> None:
    value, problems = parse_line(rb'{"a\ud800":["\udc00",1]}')
    assert {"a\ufffd": ["\ufffd", 1]} == value
    assert ["jsonl-surrogate", "jsonl-surrogate"] == [code for code, _ in problems]
