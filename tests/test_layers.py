"""The arrows between the rooms of the house."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KNOW_ARCHIVE = (
    "crawler.engine",
    "crawler.planning.kinds",
    "crawler.reporting",
    "crawler.extracting",
    "crawler.bench",
    "crawler.cli",
)
PURE = ("crawler.pages", "crawler.site.scope", "crawler.items")


def modules(room: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / room).rglob("*.py")):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path, *, top_only: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    for node in tree.body if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_archive_knows_nothing_of_scrapy_or_news() -> None:
    import sys

    allowed = sys.stdlib_module_names | {"archive", "warcio"}
    for module, path in modules("archive"):
        strangers = {name for name in imports(path, top_only=True) if name.partition(".")[0] not in allowed}
        assert set() == strangers, module


def test_the_parser_knows_nothing_of_the_engine_or_the_archive() -> None:
    for module, path in modules("crawler"):
        if module.startswith(PURE):
            strangers = {name for name in imports(path) if name.partition(".")[0] in {"scrapy", "twisted", "archive"}}
            assert set() == strangers, module


def test_only_the_edge_imports_the_archive() -> None:
    for module, path in modules("crawler"):
        if not module.startswith(KNOW_ARCHIVE):
            assert not {name for name in imports(path) if name.partition(".")[0] == "archive"}, module


def test_nobody_imports_the_settings() -> None:
    for module, path in modules("crawler"):
        if module != "crawler.settings":
            assert "crawler.settings" not in set(imports(path)), module
            assert "from crawler import settings" not in path.read_text("utf-8"), module


def test_each_module_says_what_it_owns() -> None:
    for room in ("archive", "crawler"):
        for module, path in modules(room):
            assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), module
