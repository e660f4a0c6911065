"""One sealed run for all tests of stamps: what each of them adds goes into a copy."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from archive.seal.proof import Exhibit, make_proof
from tests.support.attacks import BEGAN, write_run


@pytest.fixture(scope="package")
def run_sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of one sealed run; not to be changed."""
    path = tmp_path_factory.mktemp("sealed") / "x"
    write_run(path, BEGAN, 2)
    return path


@pytest.fixture
def path(run_sealed: Path, tmp_path: Path) -> Path:
    """A copy of it that may be changed."""
    return Path(shutil.copytree(run_sealed, tmp_path / "x"))


def prove(path: Path) -> dict[str, Any]:
    """A proof of a collection's first record."""
    name = min((path / "warc").iterdir()).name
    proof: dict[str, Any] = json.loads(make_proof(path, [Exhibit(role="warcinfo", file=name, offset=0)], {}))
    return proof
