"""The page of a proof, for people: what is proven, by when, by whom, what is not, and how to check it."""

import json
from typing import Any

from crawler.reporting.markup import Html, el, facts, items, link, table, vietnamese
from crawler.reporting.page import POLICY
from crawler.reporting.style import STYLE

MARK = '<meta name="generator" content="thanhuy prove" />'
"""By this a file is known to be such a page."""
UNPROVEN = (
    "That the server said so: TLS signs nothing that could be shown to others. The proof is of what this archive kept.",
    "That the time is right where there is no stamp: it is then the word of whoever signed, and of the witnesses.",
    "Whose key it is: compare it with one that you were given by another way.",
)


def draw_proof(data: bytes, name: str) -> bytes:
    """The page in UTF-8, of a proof and the name of its file."""
    proof = json.loads(data)
    article = proof["article"]
    head = el(
        "head",
        el("meta", charset="utf-8"),
        Html(MARK),
        el("title", f"Proof: {article['title']}"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("style", Html(STYLE)),
    )
    main = el(
        "main",
        _section("What", _what(article), _records(proof["records"])),
        _section("By when, and by whom", *(_seal(seal) for seal in proof["seals"])),
        _section("What this does not prove", items(UNPROVEN)),
        _section("How to check it", _how(name)),
    )
    body = el("body", el("header", el("h1", "Proof: ", vietnamese(article["title"]))), main)
    return f"<!DOCTYPE html>\n{el('html', head, body, lang='en')}\n".encode()


def _section(heading: str, *content: Html) -> Html:
    return el("section", el("h2", heading), *content)


def _what(article: dict[str, Any]) -> Html:
    return facts(
        (
            ("Address", link(article["url"])),
            ("Article", f"{article['kind']}/{article['id']}, version {article['version']}"),
            ("Fetched, by the archive's clock", article["captured_at"]),
            ("Digest of its text", article["text_digest"]),
        )
    )


def _records(records: list[dict[str, Any]]) -> Html:
    rows = [(one["role"], one["date"], one["leaf"], el("code", one["sha256"]), one["id"]) for one in records]
    return table("Records", ("record", "dated", "#number in the archive", "SHA-256 of its bytes", "id"), rows)


def _seal(seal: dict[str, Any]) -> Html:
    text, _, signatures = seal["checkpoint"].rpartition("\n\n")
    named = dict(line.partition(" ")[::2] for line in text.splitlines()[3:])
    origin, size = text.splitlines()[:2]
    return facts(
        (
            ("Signed, by the signer's clock", named["time"]),
            ("The archive, and how many records it had", f"{origin}, {size}"),
            ("By the key", el("code", named["key"])),
            ("Signatures", len(signatures.splitlines())),
            ("Witnesses", ", ".join(one.partition("+")[0] for one in seal.get("witnesses", ()))),
            ("Time stamps of authorities", ", ".join(one["url"] for one in seal.get("stamps", ())) or "none"),
        )
    )


def _how(name: str) -> Html:
    commands = f"thanhuy prove --verifier > verifier.py\npython3 verifier.py {name}"
    return el(
        "div",
        el("p", "The program that checks it has fewer than 200 lines of Python, which anybody may read first:"),
        el("pre", commands),
        el("p", "How to do it with sha256sum and openssl alone stands in the README of thanhuy-archive."),
    )
