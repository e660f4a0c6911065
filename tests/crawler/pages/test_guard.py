"""What is looked at before a page is parsed: every stretch between two `>` that may hide a flood of attributes,
wherever it lies.
"""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.pages.html.guard import find_long_parts, tame_tags

SIZES = st.sampled_from([0, 1, 7, 4_999, 5_000, 5_001, 9_998, 9_999, 10_000, 10_001, 14_999, 15_000, 25_003])


@settings(max_examples=300, deadline=None)
@given(sizes=st.lists(SIZES, max_size=12), closed=st.booleans())
def test_each_stretch_longer_than_any_honest_tag_is_found_once(sizes: list[int], closed: bool) -> None:
    text = ">".join("x" * size for size in sizes) + (">" if closed else "")
    assert [part for part in text.split(">") if len(part) > 10_000] == list(find_long_parts(text))


@settings(max_examples=60, deadline=None)
@given(before=st.integers(0, 12_000), after=st.integers(0, 12_000))
def test_flood_of_attributes_is_cut_wherever_it_stands(before: int, after: int) -> None:
    flood = "<div " + " ".join(f'a{number}="x"' for number in range(2_000)) + ">"
    tamed = tame_tags(f"<p>{'x' * before}</p>{flood}<p>{'y' * after}</p>")
    assert f"<p>{'x' * before}</p><div " in tamed
    assert f"><p>{'y' * after}</p>" in tamed
    assert len(re.findall(r"\ba\d+=", tamed)) < 500
