"""How to cite one capture of an article: in words, for BibTeX, as CSL-JSON, each with a PWID.

PWID (Persistent Web IDentifier, a URN namespace registered with IANA): `urn:pwid:ARCHIVE:TIME:COVERAGE:URI`
names what was captured when, in which archive, so that it can be found again in any of them.
"""

import json
import re
from collections.abc import Callable

from archive.adopted import is_adopted
from crawler.exporting.news import PUBLISHER
from crawler.exporting.records import Record

_TEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})  # fmt: skip


def format_pwid(record: Record, archive: str) -> str:
    """The PWID of the capture; `archive` is the name of the collection, or the domain of who keeps it."""
    name = re.sub(r"[^A-Za-z0-9.\-]+", "-", archive).strip("-").lower() or "archive"
    return f"urn:pwid:{name}:{record['captured_at'][:19]}Z:page:{record['url']}"


def cite_text(record: Record, archive: str) -> str:
    """One paragraph: who, what, where, when, and which record holds it."""
    place = record["warc"]
    who = f"{record['byline']}. " if record["byline"] else ""
    day = f", {record['date']}" if record["date"] else ""
    return (
        f"{who}“{record['title']}”. {PUBLISHER}{day}. {record['canonical_url'] or record['url']}. "
        f"{_captured(record)}, collection {archive}, version {record['version']}, "
        f"{place['file']}, record {place['record_id']}, payload {place['payload_digest']}. "
        f"{format_pwid(record, archive)}\n"
    )


def cite_bibtex(record: Record, archive: str) -> str:
    """An `@online` entry for BibLaTeX."""
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in record["authors"]),
        "title": f"{{{_tex(record['title'])}}}",
        "organization": f"{{{_tex(PUBLISHER)}}}",
        "date": record["date"],
        "url": record["canonical_url"] or record["url"],
        "urldate": record["captured_at"][:10],
        "langid": "vietnamese",
        "note": _tex(f"{_captured(record)}, record {record['warc']['record_id']}"),
        "eprinttype": "pwid",
        "eprint": format_pwid(record, archive),
    }
    named = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@online{{thanhuy-{record['id']}-v{record['version']},\n{named}\n}}\n"


def cite_csl(record: Record, archive: str) -> str:
    """CSL-JSON, as Zotero and pandoc read it."""
    item = {
        "id": f"{record['kind']}/{record['id']}",
        "type": "article-newspaper",
        "title": record["title"],
        "author": [{"literal": name} for name in record["authors"]],
        "container-title": PUBLISHER,
        "section": " / ".join(record["section"]),
        "issued": {"date-parts": [[int(part) for part in record["date"].split("-")]]} if record["date"] else None,
        "accessed": {"date-parts": [[int(part) for part in record["captured_at"][:10].split("-")]]},
        "URL": record["canonical_url"] or record["url"],
        "archive": archive,
        "archive_location": format_pwid(record, archive),
        "version": str(record["version"]),
        "language": "vi",
        "note": f"{_captured(record)}; {record['warc']['record_id']}; {record['warc']['payload_digest']}",
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2) + "\n"


def _captured(record: Record) -> str:
    """When it was captured, and whether that is the word of others."""
    by = " by others, and adopted" if is_adopted(record["warc"]["file"]) else ""
    return f"Captured {record['captured_at']}{by}"


def _tex(text: str) -> str:
    return text.translate(_TEX)


STYLES: dict[str, Callable[[Record, str], str]] = {"text": cite_text, "bibtex": cite_bibtex, "csl": cite_csl}
"""The name of a style, as `thanhuy show --cite` takes it."""
