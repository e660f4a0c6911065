"""Write the papers of an export beside it."""

import json
from pathlib import Path

from archive.files import replace_file
from crawler.exporting.papers.about import DataFile
from crawler.exporting.papers.card import format_card
from crawler.exporting.papers.catalogues import as_croissant, as_data_package
from crawler.exporting.papers.datasheet import format_datasheet
from crawler.reporting.report_data import ReportData

NAMES = ("README.md", "datapackage.json", "croissant.json", "datasheet.md")


def paper_paths(target: Path, *, alone: bool) -> list[Path]:
    """Where the papers of a file lie. `alone`: in a directory of its own, under their plain names;
    else with its name before them.
    """
    before = "" if alone else f"{target.name}."
    return [target.with_name(f"{before}{name}") for name in NAMES]


def write_papers(target: Path, figures: ReportData, file: DataFile, *, alone: bool) -> list[Path]:
    """Write the four papers; return where they are."""
    texts = (
        format_card(figures, file),
        json.dumps(as_data_package(figures, file), ensure_ascii=False, indent=2) + "\n",
        json.dumps(as_croissant(figures, file), ensure_ascii=False, indent=2) + "\n",
        format_datasheet(figures, file),
    )
    paths = paper_paths(target, alone=alone)
    for path, text in zip(paths, texts, strict=True):
        replace_file(path, [text.encode("utf-8", "replace")])
    return paths
