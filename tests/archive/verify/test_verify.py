"""`thanhuy verify` as a command: what it prints, what it takes, what it costs, and that no altered byte escapes it."""

import gzip
import json
import random
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from archive.verify.findings import CODES, Severity, count, find
from archive.verify.runner import VerifyOptions, verify
from archive.verify.warc import WarcContext, WarcScan, scan_warc
from archive.warc.reader import read_records
from crawler.cli.exits import run
from crawler.cli.verify import command
from tests.archive.verify.test_verify_collection import CASES
from tests.archive.verify.test_verify_corpus import verify as verify_file
from tests.archive.verify.test_verify_corpus import write
from tests.warcs.build import NAME, chunks, compressed, http_response, request, resource, response, warcinfo
from tests.warcs.faults import FAULTS, GZIPPED, SOUND
from tests.warcs.wacz import FAULTS as WACZ_FAULTS


def scan_file(path: Path, context: WarcContext) -> WarcScan:
    with path.open("rb") as stream:
        return scan_warc(stream, context)


def invoke(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(command, arguments)


def test_finding_is_one_line_with_place_and_remedy(tmp_path: Path) -> None:
    path = write(tmp_path, FAULTS["block-digest"]())
    result = CliRunner().invoke(command, [str(path)], standalone_mode=False)
    (line,) = result.stdout.splitlines()
    assert line.startswith(f"{path}:186: damage: block-digest: expected sha1:")
    assert line.endswith("; restore the file from a copy")
    assert "checked 1 warcs, 2 records: damage found (1 damage, 0 warnings, 0 info)" in result.stderr
    assert result.return_value == 5


def test_control_characters_of_a_record_never_reach_the_terminal() -> None:
    finding = find("bad-date", "a\x1b[31m.warc", "expected a date, got \x07\udce9\n")
    assert (
        finding.format()
        == "a\\x1b[31m.warc: damage: bad-date: expected a date, got \\x07\\udce9\\n; restore the file from a copy"
    )


def test_json_is_one_object(tmp_path: Path) -> None:
    path = write(tmp_path, FAULTS["bad-date"]())
    value = json.loads(invoke("--json", str(path)).stdout)
    assert value["counts"] == {"damage": 1, "warning": 0, "info": 0}
    assert value["checked"] == {"bytes": path.stat().st_size, "files": 1, "records": 2, "warcs": 1}
    (finding,) = value["findings"]
    assert list(finding) == ["code", "severity", "file", "offset", "record_id", "detail", "remedy"]


@pytest.mark.parametrize(
    "arguments", [["--sample", "0%"], ["--sample", "x"], ["--sample", "101"], ["--fixity-only"], ["--jobs", "0"]]
)
def test_wrong_usage_says_so(arguments: list[str], tmp_path: Path) -> None:
    assert invoke(*arguments, str(write(tmp_path, FAULTS["bad-date"]()))).exit_code == 2


def test_files_named_together_are_one_set(tmp_path: Path) -> None:
    first = write(tmp_path, ("one.warc.gz", compressed(warcinfo(WARC_Filename="one.warc.gz"), response())))
    second = write(tmp_path, ("two.warc.gz", compressed(warcinfo(8, WARC_Filename="two.warc.gz"), request())))
    assert [finding.code for finding in verify([second], VerifyOptions()).findings] == ["unresolved-reference"]
    assert verify([first, second], VerifyOptions()).findings == []
    assert verify([second, first], VerifyOptions(jobs=2)).findings == []


def test_progress_adds_up(tmp_path: Path) -> None:
    path = write(tmp_path, (NAME, GZIPPED))
    told: list[tuple[int, int]] = []
    verify([path], VerifyOptions(progress=lambda label, done, more: told.append((done, more))))
    assert sum(done for done, _ in told) == sum(more for _, more in told) == len(GZIPPED)


def test_flipping_any_byte_of_a_warc_is_found(tmp_path: Path) -> None:
    """Every byte of a compressed file, one bit of it: also those of gzip headers, by comparison with the other members.

    What escapes is a change that decompresses to the very same records (the unused bits at a deflated stream's end).
    """
    chance = random.Random(2)
    path = tmp_path / NAME
    context = WarcContext(file=NAME, name=NAME, now=datetime.now(UTC))
    missed = 0
    for place in range(len(GZIPPED)):
        altered = GZIPPED[:place] + bytes([GZIPPED[place] ^ 1 << chance.randrange(8)]) + GZIPPED[place + 1 :]
        path.write_bytes(altered)
        if not any(finding.severity is not Severity.INFO for finding in scan_file(path, context).findings):
            missed += 1
            assert gzip.decompress(altered) == b"".join(SOUND), place
    assert missed < 2 * len(SOUND)


def test_damage_in_the_middle_does_not_hide_what_follows(tmp_path: Path) -> None:
    whole = compressed(*SOUND)
    cut = whole.index(b"\x1f\x8b", 200)
    path = write(tmp_path, (NAME, whole[: cut - 30] + whole[cut:]))
    scan = scan_file(path, WarcContext(file=NAME, name=NAME, now=datetime.now(UTC)))
    assert len(scan.entries) == len(SOUND) - 1


def test_every_code_has_a_file_that_shows_it() -> None:
    shown = {name.partition("--")[0] for names in (FAULTS, CASES, WACZ_FAULTS) for name in names}
    other = {
        "bracketed-uri": "an oddity",
        "folded-header": "an oddity",
        "warc-filename": "foreign files",
        "no-warcinfo": "an oddity",
        "open-file": "seen with torn-tail",
        "item-missing": "a test of its own",
        "item-differs": "follows from each altered line",
        "record-differs": "a test of its own",
        "record-unparsed": "a test of its own",
        "page-unread": "a test of its own",
        "older-parser": "a test of its own",
        "unreadable-file": "needs a failing disk",
        "lost-bytes": "tests of repair",
        "lost-record": "tests of repair",
        "lost-response": "tests of repair",
        "fixity-begun": "tests of seals",
        "wacz-signature": "a test of its own",
        "wacz-signature-unchecked": "a test of its own",
        "wacz-signed": "a test of its own",
        **{
            code: "tests/archive/seal, which holds that it has each"
            for code in CODES
            if code.startswith(("seal-", "no-seals", "proof-"))
        },
        **{code: "tests/archive/mirror, which holds that it has each" for code in CODES if "mirror" in code},
    }
    assert set(CODES) - shown - set(other) == set()


def test_counts_are_by_severity() -> None:
    assert count([find("bad-date", "f", "d"), find("bare-lf", "f", "d")]) == {"damage": 1, "warning": 1, "info": 0}


LARGE = """
import resource, sys
from pathlib import Path
from archive.verify.runner import VerifyOptions, verify
from archive.warc.reader import read_records
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report = verify([Path(sys.argv[1])], VerifyOptions())
assert report.findings == [], report.findings
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_large_record_costs_bounded_memory(tmp_path: Path) -> None:
    """A response of 200 MB, chunked: under 40 MB more than the interpreter had."""
    path = tmp_path / NAME
    deflate = zlib.compressobj(1, zlib.DEFLATED, 31)
    body = b"%x\r\n" % (200 << 20) + bytes(200 << 20) + b"\r\n0\r\n\r\n"
    block = http_response(body, b"Transfer-Encoding: chunked", length=False)
    large = response(block=block, payload=bytes(200 << 20))
    path.write_bytes(compressed(warcinfo()) + deflate.compress(large) + deflate.flush())
    done = subprocess.run([sys.executable, "-c", LARGE, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 40


WGET = shutil.which("wget")


@pytest.mark.skipif(WGET is None, reason="wget is not installed")
@pytest.mark.parametrize("compress", [True, False])
def test_warc_from_wget_has_no_damage(tmp_path: Path, page_server: str, compress: bool) -> None:
    assert WGET is not None
    options = [
        "--warc-file=wget",
        "--no-proxy",
        "-q",
        "-p",
        "-O",
        "page",
        *([] if compress else ["--no-warc-compression"]),
    ]
    subprocess.run([WGET, *options, f"{page_server}/chunked", f"{page_server}/plain"], cwd=tmp_path, check=False)
    path = tmp_path / ("wget.warc.gz" if compress else "wget.warc")
    assert sum(item.type == "response" for _, _, item in read_records(path)) == 2
    report = verify([path], VerifyOptions())
    assert [finding for finding in report.findings if finding.severity is Severity.DAMAGE] == []


class _Pages(BaseHTTPRequestHandler):
    """Sends `/chunked` in chunks and anything else plain."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(chunks(b"<p>hello</p>", b"<p>again</p>"))
        else:
            self.send_header("Content-Length", "12")
            self.end_headers()
            self.wfile.write(b"<p>hello</p>")

    def log_request(self, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def page_server() -> Iterator[str]:
    """A server on loopback that sends one page in chunks and one plain."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_many_findings_alike_are_a_few_and_a_number(tmp_path: Path) -> None:
    path = write(
        tmp_path, (NAME, compressed(warcinfo(), *(resource(n, WARC_Record_ID=f"<urn:uuid:{n}>") for n in range(9))))
    )
    short, whole = invoke(str(path)), invoke("--all", str(path))
    assert 5 == short.stdout.count("expected WARC-Record-ID")
    assert f"{path}: warning: odd-uuid: 4 more like these; --all prints each" in short.stdout
    assert (9, False) == (whole.stdout.count("expected WARC-Record-ID"), "more like" in whole.stdout)


def test_strict_takes_a_warning_for_damage(tmp_path: Path) -> None:
    path = write(tmp_path, FAULTS["odd-uuid"]())
    assert [0, 5] == [verify_file(path, options=options)[0] for options in ((), ("--strict",))]


@pytest.mark.parametrize("name", ["a.wat.gz", "a.gz", "a", "a.warc"])
def test_name_does_not_matter_while_the_content_tells(name: str, tmp_path: Path) -> None:
    for data in (GZIPPED, b"".join(SOUND)):
        code, findings = verify_file(write(tmp_path, (name, data)))
        assert (0, {"warc-filename"}) == (code, {finding["code"] for finding in findings})


def test_digest_over_the_body_of_no_http_is_no_damage(tmp_path: Path) -> None:
    """Tools split at the first empty line they find, whatever the protocol."""
    block = b"ICY 200 OK\r\nServer: x\r\n\r\n<p>hello</p>"
    path = write(tmp_path, (NAME, compressed(warcinfo(), response(block=block, payload=b"<p>hello</p>"))))
    code, findings = verify_file(path)
    assert (0, {"no-http", "payload-digest-other"}) == (code, {finding["code"] for finding in findings})


def test_arc_file_is_told_what_to_do_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = b"filedesc://IA-000001.arc 0.0.0.0 20080101000000 text/plain 76\n1 0 InternetArchive\n"
    for data in (line, gzip.compress(line)):
        path = write(tmp_path, ("old.arc.gz", data))
        assert run(lambda path=path, **options: command([str(path)], **options)) == 2
        assert "warcio recompress old.arc.gz" in capsys.readouterr().err
