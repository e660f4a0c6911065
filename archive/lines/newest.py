"""`articles.jsonl`: the newest version of each item, made of the lines in `articles/`."""

from collections.abc import Iterator
from pathlib import Path

from archive.errors import ArchiveError
from archive.files import find_lines, read_range, replace_file
from archive.state.database import State


def write_newest(path: Path, state: State) -> None:
    """Replace `articles.jsonl` by the newest version of each item, by key."""
    replace_file(path / "articles.jsonl", newest_lines(path, state))


def newest_lines(path: Path, state: State) -> Iterator[bytes]:
    """The lines that `articles.jsonl` should have."""
    for row in state.newest_versions():
        lines = find_lines(path / "articles", row.jsonl)
        if lines is None:
            raise ArchiveError(f"{path / 'articles'}: expected {row.jsonl!r}, got no such file; run `thanhuy repair`")
        yield b"".join(read_range(lines, row.jsonl_offset, row.jsonl_offset + row.jsonl_length))
