"""The benchmarks run, and their columns say what they should; never how fast."""

import gzip
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from archive.state.database import State
from crawler.bench import refresh, seal
from crawler.bench.capture import make_row
from crawler.bench.contestants import Extracted
from crawler.bench.corpus import BASE, build_corpus
from crawler.bench.pages import KnownPage, Truth, fill_page, sample_pages
from crawler.bench.sampling import REST, part_of
from crawler.bench.scoring import score
from crawler.bench.started import tell_apart
from crawler.bench.timing import TimedRun
from crawler.bench.words import read_benchmark, word_f1
from crawler.items import as_record
from crawler.pages import parse_article, parse_links
from crawler.site.scope import find_kind
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import SampleCrawl

TRUTH = Truth(
    title="Phường Bình Lạc mở thư viện",
    lead="Thư viện mở cửa mỗi sáng.",
    date="2023-10-05",
    bylines=("Bài và ảnh: Long An",),
    authors=("Long An",),
    captions=(("Phòng đọc ngày đầu mở cửa. Ảnh: LA", "Phòng đọc ngày đầu mở cửa."),),
    paragraphs=("Sáng 5/10, phường Bình Lạc mở thư viện của khu phố.", "Người dân mang sách cũ đến tặng."),
)
PAGE = KnownPage(
    name="x", url="https://www.thanhuytphcm.vn/tin-tuc/x-1491871594", body=b"", truth=TRUTH, clock="2026-02-28"
)
PERFECT = Extracted(
    paragraphs=list(TRUTH.paragraphs),
    title=TRUTH.title,
    date=TRUTH.date,
    byline=TRUTH.bylines[0],
    authors=["Long An"],
    captions=["Phòng đọc ngày đầu mở cửa."],
)


def test_truth_scores_full_marks() -> None:
    got = score(PAGE, PERFECT)
    assert (1.0, 1.0, 0, 0) == (got.paragraph_f1, got.text_f1, got.caption_leaks, got.boilerplate)
    assert (True, True, False, True) == (got.title, got.date, got.clock, got.byline)
    assert (1, 1, 1) == (got.captions_found, got.captions_given, got.captions_true)


def test_lead_given_as_body_is_not_held_against_a_parser() -> None:
    assert TRUTH.lead is not None
    assert score(PAGE, Extracted(paragraphs=[TRUTH.title, TRUTH.lead, *TRUTH.paragraphs])).paragraph_f1 == 1.0


def test_caption_in_the_body_is_a_leak_and_a_menu_is_boilerplate() -> None:
    paragraphs = [
        *TRUTH.paragraphs,
        "Phòng đọc ngày đầu mở cửa.",
        "Trang chủ",
        "Thông báo lịch tiếp công dân tháng này",
    ]
    got = score(PAGE, Extracted(paragraphs=paragraphs))
    assert (1, 2) == (got.caption_leaks, got.boilerplate)
    assert got.paragraph_f1 < 1


def test_field_that_is_not_offered_is_no_mistake() -> None:
    got = score(PAGE, Extracted(paragraphs=list(TRUTH.paragraphs)))
    assert [None] * 5 == [got.title, got.date, got.clock, got.byline, got.captions_found]


def test_clock_taken_for_the_date_is_told() -> None:
    assert score(PAGE, Extracted(paragraphs=[], date="2026-02-28")).clock is True


def test_sample_truth_is_what_the_record_holds() -> None:
    page = sample_pages()[0]
    article = parse_article(page.body, page.url)
    assert list(page.truth.paragraphs) == article.body.split("\n\n")
    assert page.truth.date == article.date


def test_filled_page_tells_the_same_article() -> None:
    for page in sample_pages()[::8]:
        filled = fill_page(page, 60_000)
        assert 60_000 <= len(filled.body) < 62_000
        plain, wrapped = (as_record(parse_article(each.body, each.url)) for each in (page, filled))
        assert {name for name in plain if plain[name] != wrapped[name]} <= {"sources", "warnings"}


def test_corpus_leads_to_every_page_and_nowhere_else() -> None:
    corpus = build_corpus(60, size=20_000)
    assert 60 == len(set(corpus.articles)) == len({corpus.pages[path] for path in corpus.articles})
    assert all(abs(len(corpus.pages[path]) - 20_000) < 200 for path in corpus.articles)
    followed = set()
    for path, body in corpus.pages.items():
        for link in parse_links(body, BASE + path):
            if link.tag == "a" and find_kind(link.url) in {"tin-tuc", "tu-lieu", "nhom-tin", "home"}:
                followed.add(link.url)
    assert {BASE + path for path in corpus.pages} == followed


def test_ratio_is_the_median_of_neighbours() -> None:
    bare = [TimedRun(pages=10, seconds=seconds, cpu_seconds=1.0, peak_bytes=10_000_000) for seconds in (1.0, 2.0, 4.0)]
    ours = [TimedRun(pages=10, seconds=seconds, cpu_seconds=1.5, peak_bytes=20_000_000) for seconds in (1.1, 2.4, 4.0)]
    row = make_row("ours", ours, bare)
    assert row["ratio"] == pytest.approx(1.1)
    assert row["cpu_ratio"] == pytest.approx(1.5)
    assert row["peak_mb"] == 20


def test_a_short_crawl_beside_a_long_one_tells_the_start_from_the_pages() -> None:
    short, long = ([run_of(pages, 2 + pages * 0.01 + noise) for noise in (0.5, 0)] for pages in (20, 100))
    cost = tell_apart(short, long)
    assert (cost.start, cost.page) == pytest.approx((2, 0.01))
    assert cost.of(2000) == pytest.approx(22)


def run_of(pages: int, cpu_seconds: float) -> TimedRun:
    return TimedRun(pages=pages, seconds=1, cpu_seconds=cpu_seconds, peak_bytes=None)


def test_bench_capture_crawls_both_ways_and_tells_who_is_not_installed() -> None:
    done = run_thanhuy("bench", "capture", "--pages", 12, "--runs", 1, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["capture"]
    assert ["parse", "fetch", "peers"] == list(found)
    for section in ("parse", "fetch"):
        bare, ours = found[section]["rows"]
        assert min(bare["pages_per_second"], ours["pages_per_second"], ours["ratio"], ours["peak_mb"]) > 0
    named = " ".join([*found["peers"]["notes"], *(row["crawler"] for row in found["peers"]["rows"])])
    assert all(peer in named for peer in ("scrapy-webarchive", "scrapy-warcio", "wget"))


def test_bench_parse_reads_a_directory_and_prints_a_table(tmp_path: Path) -> None:
    page = sample_pages()[1]
    truth = page.truth
    (tmp_path / "one.html").write_bytes(page.body)
    told = {
        "url": page.url, "title": truth.title, "lead": truth.lead, "date": truth.date, "byline": "; ".join(truth.bylines) or None,
        "authors": truth.authors, "captions": [each[0] for each in truth.captions], "paragraphs": truth.paragraphs,
    }  # fmt: skip
    (tmp_path / "one.truth.json").write_text(json.dumps(told), "utf-8")
    done = run_thanhuy("bench", "parse", "--runs", 1, "--pages-dir", tmp_path)
    assert done.returncode == 0, done.stderr
    ours = [line for line in done.stdout.splitlines() if "thanhuy" in line]
    assert len(ours) == 4
    assert ours[3].count("1.000") == 3
    assert all(name in done.stdout for name in ("trafilatura", "readability-lxml", "newspaper4k"))


def test_bench_parse_reads_a_benchmark_of_words_and_says_what_is_none(tmp_path: Path) -> None:
    page = sample_pages()[1]
    (tmp_path / "one.html.gz").write_bytes(gzip.compress(page.body))
    told = {"url": page.url, "main_content": "\n".join(page.truth.paragraphs), "set": "hard"}
    (tmp_path / "one.json").write_text(json.dumps(told), "utf-8")
    (read,) = read_benchmark(tmp_path)
    assert (page.body, "hard") == (read.body, read.set)
    (tmp_path / "one.json").write_text(json.dumps({**told, "set": "easy"}), "utf-8")
    done = run_thanhuy("bench", "parse", "--runs", 1, "--words-dir", tmp_path)
    assert 1 == done.returncode
    assert "one.json: expected url, main_content and set (hard, control)" in done.stderr


def test_seals_are_measured_and_their_memory_does_not_grow_with_the_records() -> None:
    small, large = seal.measure(300), seal.measure(60_000)
    assert small["path_bytes"] < large["path_bytes"] < 1000
    assert large["memory_mb"] < 8


def test_pretended_articles_are_known_and_none_is_due(small_crawl: SampleCrawl, tmp_path: Path) -> None:
    directory = small_crawl.copy(tmp_path / "copy")
    with State(directory / "state.sqlite") as state:
        before = state.counts()["items"]
    refresh.pretend(directory, 3)
    with State(directory / "state.sqlite") as state:
        assert before + 3 == state.counts()["items"]
        [(due, read)] = state.execute("SELECT min(due), min(read) FROM urls WHERE key LIKE 'tin-tuc/16000000_%'")
        assert due > time.time()
        assert read


def test_unknown_benchmark_is_a_usage_error() -> None:
    done = run_thanhuy("bench", "speed")
    assert done.returncode == 2
    assert "expected one of crawl, capture, page, parse" in done.stderr
    assert "got 'speed'" in done.stderr


def test_word_f1_counts_each_word_as_often_as_it_stands_there() -> None:
    assert word_f1("a b b", "a b b") == 1.0
    assert word_f1("a b", "a b b b") == 2 * 2 / 6
    assert word_f1("", "a") == 0.0
    assert word_f1("", "") == 1.0


@pytest.mark.parametrize(
    ("modules", "part"),
    [
        (["twisted.internet.defer"], REST),
        (["crawler.engine.pipeline", "archive.collection", "archive.warc.writer"], "records: digests, gzip, writing"),
        (["crawler.spiders.thanhuytphcm", "urllib.parse"], "links: which to follow"),
    ],
)
def test_work_belongs_to_the_innermost_part(modules: list[str], part: str) -> None:
    def look(_: object = None) -> str:
        return part_of(sys._getframe(1))

    call: Any = look
    for module in reversed(modules):
        call = eval("lambda inner: lambda: inner()", {"__name__": module})(call)
    assert part == call()
