"""Signed notes: those that others publish are read and checked, and what is none is refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.seal.note import (
    Note,
    NoteError,
    NoteSignature,
    VerifierKey,
    parse_note,
    parse_vkey,
)

PUBLISHED = (
    (
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
        "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
    ),
    (
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "This is an example message.\n",
        "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
    ),
)
"""Key, text and signature line of notes that other implementations have in their documentation."""


@pytest.mark.parametrize(("vkey", "text", "line"), PUBLISHED)
def test_notes_of_others_are_read_and_checked(vkey: str, text: str, line: str) -> None:
    data = f"{text}\n{line}".encode()
    note, key = parse_note(data), parse_vkey(vkey)
    assert note.is_signed_by(key)
    assert (text, data, vkey) == (note.text, note.format(), key.format())
    assert not Note(text=text + "x\n", signatures=note.signatures).is_signed_by(key)
    assert not note.is_signed_by(VerifierKey(name=key.name, public=bytes(32)))
    assert not note.is_signed_by(VerifierKey(name="other", public=key.public))
    wrong = NoteSignature(name=key.name, id=key.id, value=bytes(64))
    assert not Note(text=text, signatures=(*note.signatures, wrong)).is_signed_by(key), "one of its own is wrong"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n- name AAAA\n",
        b"text\n\n\xe2\x80\x94 name\n",
        b"text\n\n\xe2\x80\x94 name AAAA\n",
        b"a\x00b\n\n\xe2\x80\x94 n AAAAAAAA\n",
        b"\xff\n\n",
        b"text\n\n\xe2\x80\x94 n AAAAAAAA",
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(NoteError, match="expected"):
        parse_note(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "x+y",
        "x+00000000+AAAA",
        "a b+00000000+" + "A" * 44,
        PUBLISHED[0][0].replace("c74f", "c74e"),
        "x+00000000+" + base64.b64encode(b"\x07" + bytes(32)).decode(),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError, match="expected"):
        parse_vkey(text)


@given(
    st.text(
        st.characters(
            min_codepoint=33, codec="utf-8", exclude_categories=["Zs", "Zl", "Zp", "Cc"], exclude_characters="+"
        ),
        min_size=1,
    ),
    st.binary(min_size=1),
    st.lists(
        st.text(st.characters(min_codepoint=32, codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])), min_size=1
    ),
)
def test_a_note_is_read_back_as_it_was_written(name: str, value: bytes, lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    note = Note(text=text, signatures=(NoteSignature(name=name, id=b"1234", value=value),))
    assert note == parse_note(note.format())
