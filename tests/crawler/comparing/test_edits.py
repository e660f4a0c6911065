"""Each kind of edit, scripted on an article and told apart again."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.comparing.edits import Action, EditKind, find_edits, kind_of_edit, split_sentences
from crawler.comparing.words import compare_words, format_words
from tests.support.library import article

SENTENCES = [
    "Sáng nay, tổ thu gom rác trên kênh bắt đầu làm việc lúc 5 giờ.",
    "Bà Lê Thị Mười mang nước cho từng người.",
    "Đến trưa, cả nhóm vớt được 120 ký lục bình.",
    "Nhiều hộ ven kênh tự nguyện góp thuyền.",
    "Phường sẽ lắp thêm lưới chắn ở hai đầu con kênh.",
    "Ông Trần Văn Sáu cho biết nước đã trong hơn trước.",
]


def version(sentences: list[str], **fields: object) -> dict[str, object]:
    half = len(sentences) // 2
    return article(1, paragraphs=[" ".join(sentences[:half]), " ".join(sentences[half:])], **fields)


Script = Callable[[list[str]], list[str]]
SCRIPTS: dict[str, tuple[EditKind, Action, Script]] = {
    "typo": (EditKind.TYPO, Action.EDIT, lambda s: [s[0].replace("kênh", "kêng"), *s[1:]]),
    "number": (EditKind.NUMBER, Action.EDIT, lambda s: [*s[:2], s[2].replace("120", "150"), *s[3:]]),
    "name": (EditKind.NAME, Action.EDIT, lambda s: [s[0], s[1].replace("Mười", "Chín"), *s[2:]]),
    "wording": (
        EditKind.WORDING,
        Action.EDIT,
        lambda s: [*s[:3], s[3].replace("góp thuyền", "cho mượn xuồng"), *s[4:]],
    ),
    "added": (EditKind.SENTENCE, Action.ADDITION, lambda s: [*s, "Việc này kéo dài đến hết tháng."]),
    "removed": (EditKind.SENTENCE, Action.DELETION, lambda s: s[:4] + s[5:]),
    "moved": (EditKind.SENTENCE, Action.REFACTOR, lambda s: [*s[1:], s[0]]),
}


FIELD_EDITS: list[tuple[dict[str, object], EditKind, Action]] = [
    ({"title": "Kênh trong trở lại"}, EditKind.HEADLINE, Action.EDIT),
    ({"captions": ["Tổ vớt rác buổi sáng."]}, EditKind.CAPTION, Action.EDIT),
    ({"captions": []}, EditKind.CAPTION, Action.DELETION),
    ({"images": []}, EditKind.PHOTO, Action.DELETION),
    ({"byline": None}, EditKind.BYLINE, Action.DELETION),
    ({"byline": "Hồng Đào"}, EditKind.BYLINE, Action.EDIT),
    ({"date": "2023-10-06"}, EditKind.DATE, Action.EDIT),
]


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_edit_of_a_sentence_is_told_apart(name: str) -> None:
    kind, action, script = SCRIPTS[name]
    found = find_edits(version(SENTENCES), version(script(list(SENTENCES))))
    assert [(kind, action)] == [(edit.kind, edit.action) for edit in found]


@pytest.mark.parametrize(("fields", "kind", "action"), FIELD_EDITS)
def test_each_edit_of_a_field_is_told_apart(fields: dict[str, object], kind: EditKind, action: Action) -> None:
    found = find_edits(version(SENTENCES), version(SENTENCES, **fields))
    assert [(kind, action)] == [(edit.kind, edit.action) for edit in found]


def test_several_edits_at_once_are_each_named() -> None:
    """A thousand edits, three in each of some versions, of sentences and of other fields."""
    draw, count = random.Random(7), 0
    while count < 1_000:
        names = draw.sample(sorted(set(SCRIPTS) - {"moved", "removed"}), 3)
        sentences = list(SENTENCES)
        for name in names:
            sentences = SCRIPTS[name][2](sentences)
        fields, kind, action = draw.choice(FIELD_EDITS)
        found = find_edits(version(SENTENCES), version(sentences, **fields))
        expected = [(SCRIPTS[name][0], SCRIPTS[name][1]) for name in names] + [(kind, action)]
        assert sorted(expected) == sorted((edit.kind, edit.action) for edit in found)
        count += len(expected)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("Giá vé 15.000 đồng.", "Giá vé 18.000 đồng.", EditKind.NUMBER),
        ("Ông Trần Văn Ân nói.", "Ông Trần Văn An nói.", EditKind.NAME),
        ("Bà Lê Thị Bích nói.", "Bà Lê Thị Ngọc Bích nói.", EditKind.NAME),
        ("Ông Trần Văn Ân nói.", "Hôm nay, ông Trần Văn Ân nói.", EditKind.WORDING),
        ("Người dân cùng lamf việc.", "Người dân cùng làm việc.", EditKind.TYPO),
        ("Người dân cùng làmviệc.", "Người dân cùng làm việc.", EditKind.TYPO),
        ("Người dân cùng làm việc", "Người dân cùng làm việc.", EditKind.TYPO),
        ("Có 12 người đến.", "Có gần 15 người đến xem.", EditKind.WORDING),
    ],
)
def test_kind_of_a_changed_sentence(before: str, after: str, kind: EditKind) -> None:
    assert kind is kind_of_edit(before, after)


def test_equal_versions_have_no_edits() -> None:
    assert [] == find_edits(version(SENTENCES), version(SENTENCES))


def test_sentences_end_at_marks_and_paragraphs_and_not_in_numbers() -> None:
    assert ["Có 1.200 người.", "“Vui lắm!”, bà nói.", "Hết"] == split_sentences(
        "Có 1.200 người. “Vui lắm!”, bà nói.\n\nHết"
    )


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_runs_give_both_texts_back(before: str, after: str) -> None:
    runs = compare_words(before, after)
    assert (before, after) == ("".join(run.before for run in runs), "".join(run.after for run in runs))


def test_changed_words_are_shown_as_one_run() -> None:
    assert "Khách [-qua sông-] {+đi đò+} vui." == format_words("Khách qua sông vui.", "Khách đi đò vui.")
