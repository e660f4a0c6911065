"""The papers of an export, which stand beside it."""

import json
from contextlib import suppress
from pathlib import Path

from archive.files import open_regular
from crawler.exporting.owned import PACKAGE_NAME
from crawler.exporting.papers.about import DataFile
from crawler.exporting.papers.card import START as CARD
from crawler.exporting.papers.card import format_card
from crawler.exporting.papers.catalogues import as_croissant, as_data_package
from crawler.exporting.papers.datasheet import START as DATASHEET
from crawler.exporting.papers.datasheet import format_datasheet
from crawler.reporting.report_data import ReportData

NAMES = ("README.md", "datapackage.json", "croissant.json", "datasheet.md")
STARTS = (CARD, DATASHEET)
"""How our papers for people begin; those for machines name the data set."""


def paper_paths(target: Path, *, alone: bool) -> list[Path]:
    """Where the papers of a file lie. `alone`: in a directory of its own, under their plain names;
    else with its name before them.
    """
    before = "" if alone else f"{target.name}."
    return [target.with_name(f"{before}{name}") for name in NAMES]


def format_papers(figures: ReportData, file: DataFile) -> list[bytes]:
    """The four papers, in the order of NAMES."""
    texts = (
        format_card(figures, file),
        json.dumps(as_data_package(figures, file), ensure_ascii=False, indent=2) + "\n",
        json.dumps(as_croissant(figures, file), ensure_ascii=False, indent=2) + "\n",
        format_datasheet(figures, file),
    )
    return [text.encode("utf-8", "replace") for text in texts]


def is_own_paper(path: Path) -> bool:
    """Whether a file is a paper of an earlier export."""
    with suppress(OSError), open_regular(path) as stream:
        start = stream.read(8192).decode("utf-8", "replace")
        return start.startswith(STARTS) or PACKAGE_NAME in start
    return False
