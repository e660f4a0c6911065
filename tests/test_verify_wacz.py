"""WACZ files with one fault each: the finding that must come of it, and none but what follows from it."""

from pathlib import Path

import pytest

from tests.test_verify_corpus import verify
from tests.warcs.wacz import FAULTS, FILES, SOUND, WARC, pack, package


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
    listing = package(FILES, wacz_version="1.0.0").replace(b'"hash": "sha256:', b'"hashing": "sha256", "stats": {"hash": "')
    listing = listing.replace(b"}, {", b"}}, {").replace(b"}]", b"}}]")
    path = tmp_path / "test.wacz"
    path.write_bytes(pack(FILES, listing))
    assert verify(path) == (0, [])


def test_finding_names_the_member(tmp_path: Path) -> None:
    path = tmp_path / "test.wacz"
    path.write_bytes(FAULTS["truncated-member"][0]())
    _, findings = verify(path)
    assert {finding["file"] for finding in findings} == {f"{path}!archive/{WARC}"}
