"""The page of a proof, for people: what is proven, by when, by whom, what is not, and how to check it."""

from typing import Any

from archive.json_text import parse_json
from crawler.reporting.amounts import format_moment
from crawler.reporting.document import draw_document
from crawler.reporting.markup import Html, el, facts, items, link, vietnamese

VERB = "prove"
ROLES = {
    "response": "What the server sent",
    "revisit": "What the server sent, the same as before",
    "request": "What it was asked",
    "item": "What was read from it: the article's record",
}
UNPROVEN = (
    "That the server said so: TLS signs nothing that could be shown to others. The proof is of what this archive kept.",
    "That the time is right where there is no stamp: it is then the word of whoever signed, and of the witnesses.",
    "Whose key it is: compare it with one that you were given by another way.",
)


def draw_proof(data: bytes, name: str) -> bytes:
    """The page in UTF-8, of a proof and the name of its file."""
    proof = parse_json(data)
    article = proof["article"]
    main = el(
        "main",
        _section("What", _what(article), *map(_record, proof["records"])),
        _section("By when, and by whom", *(_seal(seal) for seal in proof["seals"])),
        _section("What this does not prove", items(UNPROVEN)),
        _section("How to check it", _how(name)),
    )
    header = el("header", el("h1", "Proof: ", vietnamese(article["title"])), _sum_up(proof, name))
    return draw_document(f"Proof: {article['title']}", VERB, header, main)


def _section(heading: str, *content: Html) -> Html:
    return el("section", el("h2", heading), *content)


def _sum_up(proof: dict[str, Any], name: str) -> Html:
    """One sentence on top of it all."""
    text = proof["seals"][0]["checkpoint"]
    return el(
        "p",
        "What the server sent for this address was archived on ",
        format_moment(proof["article"]["captured_at"]),
        f". It is one of {text.splitlines()[1]} records that were signed together on ",
        format_moment(_lines_of(text)["time"]),
        "; the file ",
        el("code", name),
        " shows that it is unchanged since.",
    )


def _what(article: dict[str, Any]) -> Html:
    return facts(
        (
            ("Address", link(article["url"])),
            ("Article", f"{article['kind']}/{article['id']}, version {article['version']}"),
            ("Fetched, by the archive's clock", format_moment(article["captured_at"])),
            ("Digest of its text", el("code", article["text_digest"])),
        )
    )


def _record(record: dict[str, Any]) -> Html:
    return el(
        "div",
        el("h3", ROLES.get(record["role"], record["role"])),
        facts(
            (
                ("Record", el("code", record["id"])),
                ("Dated", format_moment(record["date"])),
                ("Number in the archive", record["leaf"]),
                ("SHA-256 of its bytes", el("code", record["sha256"])),
                ("Its bytes", "in the file of the proof" if "gzip" in record else "not in the file of the proof"),
            )
        ),
    )


def _lines_of(checkpoint: str) -> dict[str, str]:
    """The named lines of a checkpoint."""
    text = checkpoint.rpartition("\n\n")[0]
    return dict(line.partition(" ")[::2] for line in text.splitlines()[3:])


def _seal(seal: dict[str, Any]) -> Html:
    text, _, signatures = seal["checkpoint"].rpartition("\n\n")
    named = _lines_of(seal["checkpoint"])
    origin, size = text.splitlines()[:2]
    return facts(
        (
            ("Signed, by the signer's clock", format_moment(named["time"])),
            ("The archive", el("code", origin)),
            ("Records that it had", size),
            ("By the key", el("code", named["key"])),
            ("Signatures", len(signatures.splitlines())),
            ("Witnesses", ", ".join(one.partition("+")[0] for one in seal.get("witnesses", ())) or "none"),
            ("Time stamps of authorities", ", ".join(one["url"] for one in seal.get("stamps", ())) or "none"),
            ("OpenTimestamps", "in the file of the proof" if "ots" in seal else ""),
        )
    )


def _how(name: str) -> Html:
    commands = f"thanhuy prove --verifier > verifier.py\npython3 verifier.py {name}"
    return el(
        "div",
        el("p", "The program that checks it has fewer than 200 lines of Python, which anybody may read first:"),
        el("pre", commands),
        el(
            "p",
            "How to do it with sha256sum and openssl, or by libraries of others, is told in our README.",
        ),
    )
