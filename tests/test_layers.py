"""The house: which rooms may know of which others, and of which packages."""

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.support.commands import ROOT

FLOORS: tuple[tuple[str, ...], ...] = (
    ("archive",),
    ("crawler.remembered",),
    ("crawler.site", "crawler.items"),
    ("crawler.pages",),
    ("crawler.articles", "crawler.planning", "crawler.learning", "crawler.reader"),
    ("crawler.comparing",),
    (
        "crawler.reporting",
        "crawler.scheduling",
        "crawler.extracting",
        "crawler.adopting",
        "crawler.exporting",
        "crawler.browsing",
        "crawler.replaying",
        "crawler.demo",
        "crawler.spark",
    ),
    ("crawler.surveying",),
    ("crawler.engine",),
    ("crawler.spiders",),
    ("crawler.bench",),
    ("crawler.cli",),
)
"""From the ground up. A room may know those of its own floor and of the floors below;
what is in no row stands on the roof.
"""
PURE = ("crawler.remembered", "crawler.site", "crawler.items", "crawler.pages", "crawler.planning")
WORLD = {"scrapy", "twisted", "socket", "sqlite3", "subprocess", "pathlib", "tempfile", "shutil", "click"}
"""What a pure room has no use for: the engine, the disk, the network, the terminal."""

OF_EXTRAS: dict[str, set[str]] = {"archive.spark.source": {"pyspark", "pyarrow"}}
"""Modules of the archive that only an extra loads, and what it brings."""

PEERS = {"scrapy_warcio", "scrapy_webarchive"}
"""What a benchmark runs in an environment of its own, with the older Scrapy that it needs."""


def modules(*rooms: str) -> Iterator[tuple[str, Path]]:
    for room in rooms or ("archive", "crawler"):
        for path in sorted((ROOT / room.replace(".", "/")).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


KNOWN = dict(modules())


@cache
def parse(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text("utf-8"))


@cache
def everything(path: Path) -> tuple[ast.AST, ...]:
    """Every node of it."""
    return tuple(ast.walk(parse(path)))


def imports(path: Path, *, top_only: bool = False) -> Iterator[str]:
    """Every name that a module imports; of our own the module, not the name in it."""
    for node in parse(path).body if top_only else everything(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                yield inside if inside in KNOWN else node.module


def is_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def floor_of(module: str) -> int:
    if module == "crawler":  # the version and the name, which everybody may know
        return 0
    return next(
        (number for number, rooms in enumerate(FLOORS) if any(is_in(module, room) for room in rooms)), len(FLOORS)
    )


def folder_of(module: str) -> str:
    """A module's folder; a module that lies directly in `archive` or `crawler` is a room of its own."""
    folder = KNOWN[module].parent.relative_to(ROOT)
    return module if len(folder.parts) == 1 else ".".join(folder.parts)


def test_no_arrow_runs_up() -> None:
    up = [
        f"{module} -> {name}"
        for module, path in modules()
        for name in imports(path)
        if name in KNOWN and floor_of(name) > floor_of(module)
    ]
    assert [] == up


def test_no_folders_import_each_other_in_a_circle() -> None:
    arrows: dict[str, set[str]] = {}
    for module, path in modules():
        here = folder_of(module)
        arrows.setdefault(here, set()).update(folder_of(name) for name in imports(path) if name in KNOWN)
        arrows[here].discard(here)
    TopologicalSorter(arrows).prepare()  # raises CycleError with the circle


def test_archive_knows_nothing_of_scrapy_or_news() -> None:
    allowed = sys.stdlib_module_names | {"archive", "warcio"}
    for module, path in modules("archive"):
        known = allowed | OF_EXTRAS.get(module, set())
        strangers = {name for name in imports(path, top_only=True) if name.partition(".")[0] not in known}
        assert set() == strangers, module


def test_the_pure_rooms_touch_neither_disk_nor_network() -> None:
    for room in PURE:
        for module, path in modules(room) if (ROOT / room.replace(".", "/")).is_dir() else [(room, KNOWN[room])]:
            assert set() == {name for name in imports(path) if name.partition(".")[0] in WORLD}, module


def test_only_its_verb_knows_the_benchmarks() -> None:
    for module, path in modules():
        if not is_in(module, "crawler.bench") and module != "crawler.cli.bench":
            assert not [name for name in imports(path) if is_in(name, "crawler.bench")], module


def test_nobody_imports_the_settings() -> None:
    for module, path in modules("crawler"):
        if module != "crawler.settings":
            assert "crawler.settings" not in set(imports(path)), module


def test_each_module_says_what_it_owns() -> None:
    for module, path in modules():
        assert ast.get_docstring(parse(path)), module


def declared() -> dict[str, bool]:
    """Distribution → whether every installation has it, as pyproject.toml says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [(text, True) for text in project["dependencies"]]
    named += [(text, False) for extra in project["optional-dependencies"].values() for text in extra]
    return {re.split(r"[\s\[<>=!~;]", text)[0].lower(): always for text, always in reversed(named)}


def test_every_import_is_a_declared_dependency() -> None:
    packages, known = packages_distributions(), declared()
    for module, path in modules():
        for name in imports(path):
            package = name.partition(".")[0]
            if package in sys.stdlib_module_names | {"archive", "crawler", "_typeshed"} | PEERS:
                continue
            assert any(one.lower() in known for one in packages.get(package, [package])), f"{module}: {name}"


def test_every_declared_dependency_is_imported() -> None:
    packages = packages_distributions()
    used = {name.partition(".")[0] for _, path in modules() for name in imports(path)}
    imported = {one.lower() for package in used for one in packages.get(package, ())}
    assert set() == {name for name, always in declared().items() if always} - imported


TWO_THINGS = frozenset(
    {"Byline", "Change", "Difference", "Found", "Gap", "Kind", "Page", "Part", "Piece", "Rule", "Source", "_Mending"}
)
"""Class names that mean two things; the list may only shrink."""


def test_a_class_name_means_one_thing() -> None:
    names = Counter(node.name for _, path in modules() for node in everything(path) if isinstance(node, ast.ClassDef))
    assert {name for name, count in names.items() if count > 1} <= TWO_THINGS


ONE_PLACE = {
    r"SpooledTemporaryFile": "archive.scratch",
    r"SparkContext|SparkConf": "archive.spark.session",
    r"RLIMIT_\w+": "archive.watched",
    r"WARC-[A-Za-z-]+": "archive.warc.fields",
    r"http://netpreserve\.org/warc/1\.1/revisit/(identical-payload-digest|server-not-modified)": "archive.warc.fields",
}
"""Names and texts that only one module has: a second copy of a mechanism is where the two begin to differ."""


def words(path: Path) -> Iterator[str]:
    """Every name and every text that a module has."""
    for node in everything(path):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_each_mechanism_of_the_archive_lives_in_one_place() -> None:
    for module, path in modules():
        # The verifier stands by itself, in places where nothing of ours is at hand.
        if is_in(module, "crawler.bench") or module == "archive.seal.verifier":
            continue
        for word in words(path):
            homes = {home for pattern, home in ONE_PLACE.items() if re.fullmatch(pattern, word)}
            assert homes <= {module}, f"{module}: {word}"
