"""Search and reading in a browser: found with and without accents, harmless whatever an article says,
nothing from outside.
"""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from crawler.browsing.app import Library, build_app, prepare
from crawler.browsing.folder import pack_numbers, shard_of, write_folder
from crawler.browsing.index import build_index
from crawler.browsing.photos import kind_of_photo
from crawler.browsing.searching import Query, SearchIndex, find_snippet
from crawler.demo import media
from tests.support.commands import run_thanhuy
from tests.support.hostile import HOSTILE, LONE, SCRIPT, break_halves
from tests.support.library import article, build_library
from tests.support.webdriver import Browser, call, open_browser

ARTICLES = [
    [
        article(1, title="Đảng bộ quận Bình Tân họp mặt", date="2023-10-05"),
        article(
            1, title="Đảng bộ quận Bình Tân họp mặt", date="2023-10-05", paragraphs=["Sáng nay, 300 người đến dự."]
        ),
    ],
    [article(2, title="Đường mới qua kênh", date="2024-02-01", authors=["Đỗ Hà"], section=["Kinh tế"])],
    [article(3, title="Chợ nổi", date=None, paragraphs=["Ghe đầy dương xỉ."])],
    [HOSTILE],
]


PHOTO = "https://images.hcmcpv.org.vn/Uploads/Image/1/do.jpg"
TITLE = HOSTILE["title"].replace(LONE, "\ufffd")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("library") / "c"
    return break_halves(build_library(place, ARTICLES, {PHOTO: media.photo("/Uploads/Image/1/do.jpg")}))


@pytest.fixture(scope="module")
def index(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    path = tmp_path_factory.mktemp("index") / "index.sqlite"
    build_index(library, path, "")
    found = SearchIndex(path)
    yield found
    found.close()


@pytest.fixture
def client(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    prepare(library, lambda size: None)
    return TestClient(build_app(Library(library), ["127.0.0.1"]), base_url="http://127.0.0.1")


def titles(found: Any) -> list[str]:
    return [hit.title for hit in found.hits]


@pytest.mark.parametrize(
    "words", ["dang bo", "Đảng bộ", "dang bo quan binh tan", "ĐẢNG BỘ QUẬN BÌNH TÂN", "dang bo qu"]
)
def test_words_are_found_with_and_without_accents(index: SearchIndex, words: str) -> None:
    assert ["Đảng bộ quận Bình Tân họp mặt"] == titles(index.search(Query(words=words)))


def test_d_with_a_stroke_is_found_by_d(index: SearchIndex) -> None:
    assert {"Đường mới qua kênh", "Chợ nổi"} == set(titles(index.search(Query(words="duong"))))
    assert ["Đường mới qua kênh"] == titles(index.search(Query(words="duong moi")))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(year="2024"), ["Đường mới qua kênh"]),
        (Query(section="Kinh tế"), ["Đường mới qua kênh"]),
        (Query(author="Đỗ Hà"), ["Đường mới qua kênh"]),
        (Query(edit="sentence"), ["Đảng bộ quận Bình Tân họp mặt"]),
        (Query(words="kênh", year="2023"), []),
        (
            Query(words='") OR ("'),
            ["Đường mới qua kênh", "Đảng bộ quận Bình Tân họp mặt", TITLE, "Chợ nổi"][:0],
        ),
    ],
    ids=str,
)
def test_filters_narrow(index: SearchIndex, query: Query, found: list[str]) -> None:
    assert found == titles(index.search(query))


def test_the_newest_come_first(index: SearchIndex) -> None:
    assert ["Đường mới qua kênh", TITLE, ARTICLES[0][0]["title"], "Chợ nổi"] == titles(index.search(Query()))


def test_a_page_shows_text_as_text_and_asks_for_nothing_outside(client: TestClient) -> None:
    for path in ("/", f"/tin-tuc/{HOSTILE['id']}"):
        answer = client.get(path)
        assert 200 == answer.status_code
        assert "<script>document" not in answer.text
        assert "<img src=x" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert not [part for part in answer.text.split('src="')[1:] if not part.startswith("/")]


def test_another_site_s_name_is_refused(client: TestClient) -> None:
    assert 400 == client.get("/", headers={"Host": "a.example"}).status_code


def test_versions_stand_with_the_words_that_changed(client: TestClient) -> None:
    page = client.get(f"/tin-tuc/{ARTICLES[0][0]['id']}").text
    assert "<ins>" in page
    assert "<del>" in page


@pytest.mark.parametrize(
    "path", ["/tin-tuc/1", "/x/y", "/static/..%2fapp.py", "/static/none.css", "/tin-tuc/1491871001/photo/9"]
)
def test_what_is_not_there_is_a_404(client: TestClient, path: str) -> None:
    assert 404 == client.get(path).status_code


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "²"])
def test_odd_page_numbers_do_no_harm(client: TestClient, page: str) -> None:
    assert 200 == client.get("/api/search", params={"page": page, "q": '"*^'}).status_code


def test_record_is_given_as_json(client: TestClient) -> None:
    assert "Đường mới qua kênh" == client.get("/tin-tuc/1491871002/record.json").json()["title"]


@given(st.lists(st.integers(1, 10**6), unique=True).map(sorted))
def test_packed_numbers_give_the_numbers_back(numbers: list[int]) -> None:
    at, found = 0, []
    for gap in pack_numbers(numbers).split(",") if numbers else ():
        at += int(gap, 36)
        found.append(at)
    assert numbers == found


@pytest.mark.parametrize(("word", "shard"), [("dang", "da"), ("a", "a"), ("đ", "_"), ("5g", "5g"), ("日本", "_")])
def test_words_are_told_to_scripts_by_their_first_letters(word: str, shard: str) -> None:
    assert shard == shard_of(word)


def test_snippet_shows_the_first_word_looked_for() -> None:
    text = "Mở đầu dài. " * 40 + "Bến đò nằm cuối bài."
    assert "Bến đò" in find_snippet(text, ["ben"])
    assert find_snippet(text, []).startswith("Mở đầu")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"<svg onload=alert(1)>", None),
        (b"<html>", None),
        (b"RIFF1234WEBP", "image/webp"),
    ],
)
def test_only_photos_are_served_as_photos(data: bytes, kind: str | None) -> None:
    assert kind == kind_of_photo(data)


def test_folder_is_whole_and_refers_to_its_own_files(library: Path, tmp_path: Path) -> None:
    (tmp_path / "site.new").mkdir()  # somebody's own
    count, unreadable = write_folder(library, tmp_path / "site")
    assert (4, 0) == (count, unreadable.count)
    assert ["site", "site.new"] == sorted(path.name for path in tmp_path.iterdir())
    for page in (tmp_path / "site").rglob("*.html"):
        for part in page.read_text("utf-8").replace('src="', 'href="').split('href="')[1:]:
            address = part.partition('"')[0]
            if not address.startswith(("http", "?", "#")):
                assert (page.parent / address).is_file(), (page, address)
    (tmp_path / "site" / "a" / "tin-tuc-1.html").touch()
    done = run_thanhuy("export", library, "--format", "site", "-o", tmp_path / "site")
    assert (0, False) == (done.returncode, (tmp_path / "site" / "a" / "tin-tuc-1.html").exists()), "our own is replaced"
    papers = {path.name for path in tmp_path.iterdir()} - {"site", "site.new"}
    assert {"site.README.md", "site.datapackage.json", "site.croissant.json", "site.datasheet.md"} == papers
    (resource,) = json.loads((tmp_path / "site.datapackage.json").read_text("utf-8"))["resources"]
    sums = (tmp_path / resource["path"]).read_bytes()
    assert f"sha256:{hashlib.sha256(sums).hexdigest()}" == resource["hash"]
    checked = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path / "site", check=False)
    assert 0 == checked.returncode
    assert len(sums.splitlines()) + 1 == sum(path.is_file() for path in (tmp_path / "site").rglob("*"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "holds files of others"),
        (["--force"], "--force: expected with a file"),
        (["--section", "x"], "--section: expected with another format"),
    ],
)
@pytest.mark.parametrize("name", ["CNAME", "photos/holiday.jpg", "a/notes.html"])
def test_no_folder_of_others_is_replaced(
    library: Path, tmp_path: Path, options: list[str], words: str, name: str
) -> None:
    write_folder(library, tmp_path / "site")
    (tmp_path / "site" / name).touch()  # somebody's own
    done = run_thanhuy("export", library, "--format", "site", "-o", tmp_path / "site", *options)
    assert (2, True) == (done.returncode, (tmp_path / "site" / name).exists())
    assert words in done.stderr


def test_a_folder_whose_successor_never_came_is_put_back(library: Path, tmp_path: Path) -> None:
    write_folder(library, tmp_path / "site")
    (tmp_path / "site").rename(tmp_path / ".site.before")
    write_folder(library, tmp_path / "site")
    assert ["site"] == [path.name for path in tmp_path.iterdir()]


def look(browser: Browser, address: str, outside: str) -> None:
    """Search, open the first hit, and see that the changed words are marked and nothing came from elsewhere."""
    browser.open(address)
    browser.run(
        "const q = document.querySelector('#q'); q.value = 'dang bo quan binh tan'; q.dispatchEvent(new Event('input'))"
    )
    browser.wait_for(lambda text: "Chợ nổi" not in text and "Đảng bộ quận Bình Tân" in text, 20)
    assert ["Đảng", "bộ", "quận", "Bình", "Tân"] == browser.run(
        "return [...document.querySelectorAll('h3 mark')].map(m => m.textContent)"
    )
    browser.run("document.querySelector('[data-hits] a').click()")
    browser.wait_for(lambda text: "300" in text and "WARC" not in text.split("300")[0], 20)
    assert browser.run("return document.querySelectorAll('ins').length") > 0
    assert "Chuyến đò đầu tiên." == browser.run("return document.querySelector('figcaption').innerText")
    assert (
        browser.run(
            "const p = document.querySelector('figure img'); p.loading = 'eager'; return p.decode().then(() => p.naturalWidth)"
        )
        > 0
    )
    asked = browser.run("return performance.getEntriesByType('resource').map(one => one.name)")
    assert not [one for one in asked if not one.startswith(outside)]
    assert "hỏng" != browser.run("return document.title")


def look_at_harm(browser: Browser, address: str) -> None:
    """Open what means harm, with all that a reader may unfold, and see it as text; no page had anything to complain of."""
    browser.open(address)
    browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert SCRIPT in browser.text()
    assert TITLE == browser.run("return document.title")
    assert 0 == browser.run(
        "return document.querySelectorAll('article script, aside script, article img[onerror]').length"
    )
    assert [] == call(f"{browser._base}/se/log", {"type": "browser"})


def test_folder_searches_and_reads_from_the_disk(library: Path, tmp_path: Path) -> None:
    write_folder(library, tmp_path / "site")
    with open_browser(tmp_path / "profile") as browser:
        look(browser, (tmp_path / "site" / "index.html").as_uri(), "file:///")
        look_at_harm(browser, (tmp_path / "site" / "a" / f"tin-tuc-{HOSTILE['id']}.html").as_uri())


def test_the_server_searches_and_reads_in_a_browser(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path) as (address, _), open_browser(tmp_path / "profile") as browser:
        look(browser, address, address)
        look_at_harm(browser, f"{address}tin-tuc/{HOSTILE['id']}")


def test_the_record_beside_a_page_is_the_collection_s(library: Path, tmp_path: Path) -> None:
    write_folder(library, tmp_path / "site")
    record = json.loads((tmp_path / "site" / "a" / "tin-tuc-1491871002.json").read_text("utf-8"))
    assert "Đường mới qua kênh" == record["title"]


@contextlib.contextmanager
def serving(library: Path, cache: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """`thanhuy browse` in a process of its own, and its address."""
    command = [sys.executable, "-m", "crawler.cli", "browse", str(library), "--port", "0"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    with subprocess.Popen(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield next(word for word in line.split() if word.startswith("http://127.0.0.1:")), process
        finally:
            process.send_signal(signal.SIGINT)


def test_it_serves_on_loopback_until_it_is_interrupted(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path) as (address, process):
        with urllib.request.urlopen(f"{address}api/search?q=kenh") as answer:
            assert 1 == json.load(answer)["total"]
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert (0, "") == (process.wait(20), process.stdout.read())


def test_a_photo_that_was_not_archived_is_not_asked_for(client: TestClient) -> None:
    page = client.get("/tin-tuc/1491871002").text
    assert "/photo/" not in page
    assert "no-photo" in page
    assert "/photo/0" in client.get("/tin-tuc/1491871001").text


def test_words_of_all_letters_are_told(tmp_path: Path) -> None:
    """Words of letters beyond ASCII lie between all others; one letter alone is told for all words that begin with it."""
    words = ["a", "ab", "aб", "b1", "z", "za", "中文", "日本"]
    library = build_library(
        tmp_path / "c", [[article(n, title=word, paragraphs=["x."])] for n, word in enumerate(words, 1)]
    )
    write_folder(library, tmp_path / "site")
    told: dict[str, dict[str, str]] = {}
    for path in (tmp_path / "site" / "data" / "words").iterdir():
        kind, name, value = json.loads(
            f"[{path.read_text('utf-8').removeprefix('archiveData(').removesuffix(');' + chr(10))}]"
        )
        assert ("words", path.stem) == (kind, name)
        told[name] = value
    assert {"aб", "中文", "日本"} <= set(told["_"])
    assert {"a", "a*"} == set(told["a"])
    assert 3 == len(told["a"]["a*"].partition("|")[2].split(","))
    assert "ab" in told["ab"]
