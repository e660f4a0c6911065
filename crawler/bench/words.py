"""Word F1 on the pages of a public benchmark in a directory: title and text against what the page holds."""

import gzip
import json
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from crawler.bench.contestants import Extract, Extracted
from crawler.bench.result import ResultColumn, ResultSection
from crawler.bench.timing import BenchError

SETS = ("hard", "control")
"""What a page may be of."""
_WORD = re.compile(r"\w+")
COLUMNS = (
    ResultColumn(key="parser", title="parser"),
    ResultColumn(key="hard", title="word F1, hard", form=".3f"),
    ResultColumn(key="control", title="word F1, control", form=".3f"),
)


@dataclass(frozen=True, kw_only=True)
class BenchmarkPage:
    """A page of the benchmark: its bytes, the words that it holds, and the set that it belongs to."""

    url: str
    body: bytes
    text: str
    set: str


def read_benchmark(directory: Path) -> list[BenchmarkPage]:
    """The pages of a directory, each a `NAME.json` beside its `NAME.html.gz`. Raises BenchError."""
    return [_read_page(path) for path in sorted(directory.glob("*.json"))]


def _read_page(path: Path) -> BenchmarkPage:
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
        body = gzip.decompress(path.with_suffix(".html.gz").read_bytes())
        url, text, kind = truth["url"] or "https://example.org/", truth["main_content"], truth["set"]
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise BenchError(f"{path}: expected a page's truth beside its .html.gz, got {error!r}") from error
    if not isinstance(url, str) or not isinstance(text, str) or kind not in SETS:
        raise BenchError(f"{path}: expected url, main_content and set ({', '.join(SETS)}), got other values")
    return BenchmarkPage(url=url, body=body, text=text, set=kind)


def measure_words(pages: list[BenchmarkPage], parsers: dict[str, Extract], missing: list[str]) -> ResultSection:
    """Every parser on every page."""
    rows = []
    for name, extract in parsers.items():
        scores: dict[str, list[float]] = {kind: [] for kind in SETS}
        for page in pages:
            scores[page.set].append(word_f1(_text_of(extract(page.body, page.url)), page.text))
        rows.append({"parser": name, **{kind: mean(found) if found else None for kind, found in scores.items()}})
    return ResultSection(
        name="words",
        title=f"{len(pages)} English pages of the WCXB benchmark",
        columns=COLUMNS,
        rows=rows,
        notes=("words of title, standfirst and text against those of the page's main content", *missing),
        more={"pages": len(pages)},
    )


def word_f1(got: str, want: str) -> float:
    """The F1 of two texts' words, each counted as often as it stands there."""
    found, wanted = (Counter(_WORD.findall(text.lower())) for text in (got, want))
    both = sum((found & wanted).values())
    return 2 * both / (sum(found.values()) + sum(wanted.values())) if found or wanted else 1.0


def _text_of(found: Extracted) -> str:
    lead = found.lead if found.lead and found.lead not in found.paragraphs else ""
    return "\n".join([found.title or "", lead or "", *found.paragraphs])
