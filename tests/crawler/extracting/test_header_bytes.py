"""Bytes that are no UTF-8 in a record's header: told by verify, and in no reader's way."""

import json
from pathlib import Path
from typing import Any

import pytest

from archive.warc.fields import Field
from tests.archive.verify.test_verify_corpus import verify
from tests.support.commands import run_thanhuy
from tests.warcs.build import compressed, response, revisit, warcinfo

BAD = "\udcff"
"""Written as the byte FF."""
FIELDS = [field for field in Field if field is not Field.CONTENT_LENGTH]


def record(field: Field) -> bytes:
    name = field.replace("-", "_")
    changes: dict[str, Any] = {name: f"<urn:uuid:{BAD}>" if name.endswith(("_ID", "_To")) else f"text{BAD}"}
    of_revisits = {Field.REFERS_TO, Field.REFERS_TO_TARGET_URI, Field.REFERS_TO_DATE, Field.PROFILE}
    return revisit(7, **changes) if field in of_revisits else response(7, **changes)


@pytest.mark.parametrize("field", FIELDS)
def test_verify_names_the_byte(field: Field, tmp_path: Path) -> None:
    path = tmp_path / "test.warc.gz"
    path.write_bytes(compressed(warcinfo(), response(), record(field)))
    code, findings = verify(path)
    assert code in {0, 5}
    assert "not-utf-8" in {finding["code"] for finding in findings}
    json.dumps(findings, ensure_ascii=False).encode()  # as text it is text


def test_index_extract_pack_and_verify_go_on(tmp_path: Path) -> None:
    warcs = tmp_path / "c" / "warc"
    warcs.mkdir(parents=True)
    for number, field in enumerate(FIELDS):
        name = f"test-{number:05d}.warc.gz"
        (warcs / name).write_bytes(compressed(warcinfo(WARC_Filename=name), response(), record(field)))
    ends = {}
    for verb, *options in (["index"], ["extract", "--any-url"], ["pack", "-o", tmp_path / "c.wacz"], ["verify"]):
        ends[verb] = run_thanhuy(verb, tmp_path / "c", *options).returncode
    assert {"index": 0, "extract": 5, "pack": 0, "verify": 5} == ends
