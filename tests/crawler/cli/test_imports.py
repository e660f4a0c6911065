"""Every verb loads what it needs and nothing else: a look at a collection waits for no crawler."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.cli import VERBS
from tests.support.foreign import Shot, write_foreign
from tests.support.sample_crawls import SampleCrawl

HEAVY = frozenset(
    {
        *("scrapy", "twisted", "itemadapter", "parsel", "lxml", "warcio", "rich", "cryptography", "OpenSSL"),
        *("aiohttp", "asyncio", "starlette", "uvicorn", "jinja2", "duckdb", "isal"),
        *("pyspark", "py4j", "pyarrow"),
    }
)
"""Packages that cost time and memory to load."""
RECORDS = frozenset({"warcio", "isal"})
"""For whoever reads or writes records."""
SEALS = RECORDS | {"cryptography"}
"""For whoever checks a signature."""
PAGES = RECORDS | {"parsel", "lxml"}
"""For whoever reads pages again."""
RUNS: dict[str, tuple[str, frozenset[str]]] = {
    "--help": ("", frozenset()),
    "survey": ("--help", frozenset()),
    "crawl": ("--help", frozenset()),
    "refresh": ("--help", frozenset()),
    "demo": ("--help", frozenset()),
    "bench": ("--help", frozenset()),
    "browse": ("--help", frozenset()),
    "push": ("--help", frozenset()),
    "pull": ("--help", frozenset()),
    "seal": ("X", SEALS),
    "prove": ("X 1491871594", SEALS),
    "layout": ("--help", PAGES),
    "replay": ("X --wayback none", RECORDS),
    "verify": ("X", PAGES | SEALS),
    "repair": ("X", PAGES | SEALS),
    "index": ("X", RECORDS),
    "repack": ("X --dry-run", RECORDS),
    "pack": ("X -o out.wacz", RECORDS),
    "extract": ("X -o again.jsonl", PAGES),
    "reread": ("X --dry-run", PAGES),
    "adopt": ("X others.warc.gz", PAGES | SEALS),
    "export": ("X --format csv -o out.csv", PAGES),
    "schema": ("", RECORDS),
    "show": ("X 1491871594", RECORDS),
    "changes": ("X", RECORDS),
    "report": ("X -o report.html", PAGES),
    "status": ("X", PAGES),
    "config": ("", frozenset()),
    "schedule": ("cron --into X", frozenset()),
    "doctor": ("X --offline", SEALS),
    "probe": ("--rules", PAGES),
}
"""Verb → how it is called, and what it may load."""
SCRIPT = """
import json, os, sys
from functools import partial
import crawler.cli.exits
from crawler.cli import cli
told = os.fdopen(3, "w")
for line in json.loads(sys.argv[1]):
    if not os.fork():
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = crawler.cli.exits.run(partial(cli, line, prog_name="thanhuy"))
        print(json.dumps([line[0], code, sorted({name.partition(".")[0] for name in sys.modules})]), file=told, flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def loaded(small_crawl: SampleCrawl, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, set[str]]]:
    """Verb → its exit code and the packages that were loaded, each in a process of its own."""
    place = tmp_path_factory.mktemp("imports")
    small_crawl.copy(place / "X")
    write_foreign(place / "others.warc.gz", [Shot(1, "2019-05-01T08:00:00Z")])
    lines = [[verb, *words.split()] for verb, (words, _) in RUNS.items()]
    command = f'exec {sys.executable} -c "$0" "$1" 3>told'
    subprocess.run(["/bin/sh", "-c", command, SCRIPT, json.dumps(lines)], cwd=place, capture_output=True, check=True)
    told = [json.loads(line) for line in (place / "told").read_text("utf-8").splitlines()]
    return {verb: (code, set(packages)) for verb, code, packages in told}


@pytest.mark.parametrize("verb", RUNS)
def test_a_verb_loads_what_it_needs(verb: str, loaded: dict[str, tuple[int, set[str]]]) -> None:
    code, packages = loaded[verb]
    assert code == (2 if verb in {"replay", "show", "prove"} else 0)  # no such program, no such article
    assert packages & HEAVY <= RUNS[verb][1]


def test_every_verb_is_looked_at() -> None:
    assert VERBS.keys() | {"--help"} == RUNS.keys()


def test_completion_loads_nothing(tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv[0] = 'thanhuy'\ntry:\n from crawler.cli import main; main()\nfinally: print(*sys.modules)"
    )
    environment = {"_THANHUY_COMPLETE": "bash_complete", "COMP_WORDS": "thanhuy verify --fix", "COMP_CWORD": "2"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert "--fixity-only" in done.stdout
    assert set() == HEAVY & {name.partition(".")[0] for name in done.stdout.split()}
