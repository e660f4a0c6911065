"""Encodings: what pages call their coding, and marks heaped on a letter."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.http.encodings import CODECS, find_codec
from crawler.pages import parse_article
from crawler.pages.html.charset import decode_page
from crawler.pages.words.text import clean, compose


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF-8", "utf-8"), ("utf8", "utf-8"), ("latin1", "cp1252"), ("ISO-8859-1", "cp1252"), ("us-ascii", "cp1252"),
        ("windows-1258", "cp1258"), ("x-windows-1258", "cp1258"), ("gb2312", "gb18030"), ("Shift_JIS", "cp932"),
        ("iso_8859-2:1987", "iso8859-2"), (" koi8-r ", "koi8-r"), ("iso-2022-kr", None),
    ],
)  # fmt: skip
def test_labels_mean_what_browsers_take_them_for(label: str, codec: str | None) -> None:
    assert codec == find_codec(label)


def test_every_label_names_a_codec_of_characters() -> None:
    for codec in CODECS.values():
        assert "abc" == "abc".encode(codec).decode(codec)


@pytest.mark.parametrize(
    "label",
    ["punycode", "idna", "undefined", "rot13", "zip", "hex", "base64", "unicode_escape", "utf-7", "mbcs", "x" * 40],
)
def test_names_of_python_codecs_that_are_no_charsets_are_not_heard(label: str) -> None:
    """One of them takes the square of a page's length, others fail, or carry out what the page says."""
    text = f"<html><head><meta charset={label}><title>Con hẻm nhỏ</title></head><body><h1>Con hẻm nhỏ</h1>" + (
        "<p>Mọi người cùng nhau dọn dẹp con hẻm nhỏ vào mỗi sáng, rồi ngồi uống trà trước sân.</p>" * 200
    )
    body = text.encode("cp1258", "xmlcharrefreplace")
    assert find_codec(label) is None
    assert (
        "con"
        in parse_article(body, "https://bao.example/a", headers={"Content-Type": f"text/html; charset={label}"}).body
    )
    assert "cp1258" == decode_page(body).charset


@given(st.text(max_size=200))
def test_composed_is_nfc(text: str) -> None:
    assert unicodedata.normalize("NFC", text) == compose(text)


def test_marks_heaped_on_a_letter_are_no_more_than_a_stream_safe_text_has() -> None:
    """Ordering them costs the square of their number: a page of them would take hours."""
    heap = "a" + "\u0301\u0316" * 500_000 + " một câu"
    assert len(compose(heap)) < 50
    assert clean(heap).endswith("một câu")
    assert "─" * 500 == compose("─" * 500)
    assert compose("\u0361" * 31 + "─" * 40).endswith("─" * 40)
