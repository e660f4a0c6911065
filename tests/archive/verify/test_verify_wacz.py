"""WACZ files with one fault each: the finding that must come of it, and none but what follows from it."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.archive.verify.test_verify_corpus import verify
from tests.support.commands import run_thanhuy
from tests.warcs.wacz import FAULTS, FILES, SOUND, WARC, pack, package, zip_of


@pytest.mark.parametrize("name", FAULTS)
def test_faulty_wacz_gives_its_finding(name: str, tmp_path: Path) -> None:
    build, companions = FAULTS[name]
    path = tmp_path / "test.wacz"
    path.write_bytes(build())
    code, findings = verify(path)
    expected = name.partition("--")[0]
    found = {finding["code"] for finding in findings}
    assert expected in found, findings
    assert found <= {expected} | companions, findings
    assert code == (5 if any(finding["severity"] == "damage" for finding in findings) else 0)


def test_sound_wacz_gives_no_finding(tmp_path: Path) -> None:
    path = tmp_path / "test.wacz"
    path.write_bytes(SOUND)
    assert verify(path) == (0, [])


def test_files_of_the_first_version_keep_digests_under_stats(tmp_path: Path) -> None:
    """As wacz/py-wacz wrote them in 2020."""
    listing = package(FILES, wacz_version="1.0.0").replace(
        b'"hash": "sha256:', b'"hashing": "sha256", "stats": {"hash": "'
    )
    listing = listing.replace(b"}, {", b"}}, {").replace(b"}]", b"}}]")
    path = tmp_path / "test.wacz"
    path.write_bytes(pack(FILES, listing))
    assert verify(path) == (0, [])


def test_finding_names_the_member(tmp_path: Path) -> None:
    path = tmp_path / "test.wacz"
    path.write_bytes(FAULTS["truncated-member"][0]())
    _, findings = verify(path)
    assert {finding["file"] for finding in findings} == {f"{path}!archive/{WARC}"}


def _lying_end(data: bytes) -> bytes:
    """The directory is said to begin five bytes behind where it does: its first member then begins before the file."""
    at = data.rindex(b"PK\x05\x06") + 16
    return data[:at] + (int.from_bytes(data[at : at + 4], "little") + 5).to_bytes(4, "little") + data[at + 4 :]


def _nameless(data: bytes) -> bytes:
    """One more member, which has no name."""
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = ""
        with archive.open(info, "w") as member:
            member.write(b"x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("spoil", "code", "expected"), [(_lying_end, 5, "zip-member"), (_nameless, 0, "wacz-unlisted")]
)
def test_zip_that_lies_gives_findings_and_no_error_of_ours(
    spoil: Callable[[bytes], bytes], code: int, expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "test.wacz"
    path.write_bytes(spoil(SOUND))
    done, findings = verify(path)
    found = {finding["code"] for finding in findings}
    assert code == done
    assert expected in found
    assert "unreadable-file" not in found


def test_extract_says_what_is_wrong_with_a_zip_that_lies(tmp_path: Path) -> None:
    path = tmp_path / "test.wacz"
    path.write_bytes(_lying_end(SOUND))
    done = run_thanhuy("extract", path)
    assert 2 == done.returncode
    assert "expected its bytes where the zip's directory says" in done.stderr


def multi(*parts: bytes) -> bytes:
    """A zip of WACZ files."""
    files = {f"{number}.wacz": part for number, part in enumerate(parts)}
    return zip_of(files | {"datapackage.json": package(files, profile="multi-wacz-package")})


def test_multi_wacz_is_checked_part_by_part(tmp_path: Path) -> None:
    path = tmp_path / "all.wacz"
    path.write_bytes(multi(SOUND, SOUND))
    assert verify(path) == (0, [])
    path.write_bytes(multi(SOUND, FAULTS["truncated-member"][0]()))
    code, findings = verify(path)
    assert (5, {f"{path}!1.wacz!archive/{WARC}"}) == (code, {finding["file"] for finding in findings})


def test_extract_reads_compressed_warcs_and_each_wacz_of_many(tmp_path: Path) -> None:
    for name, data in (("packed.wacz", FAULTS["wacz-compressed"][0]()), ("all.wacz", multi(SOUND, SOUND))):
        path = tmp_path / name
        path.write_bytes(data)
        done = run_thanhuy("extract", "--any-url", path, "-o", tmp_path / "out.jsonl")
        assert (0, True) == (done.returncode, "record" in done.stderr), done.stderr
