"""An article that means harm to whoever shows or loads it: markup, formulas, bidirectional controls, half a surrogate pair."""

from pathlib import Path

from tests.support.library import article

SCRIPT = "<script>document.title='hỏng'</script>"
FORMULA = '=HYPERLINK("http://a.example";"xem")'
BIDI = "\u202ecod.exe\u2066"
LONE = "LONE-0"
"""Stands for a lone surrogate until `break_halves`; as long as its escape in JSON."""
HOSTILE = article(
    4,
    title=f"Bến {SCRIPT} {BIDI} {LONE}",
    lead=f"{FORMULA} {SCRIPT}",
    paragraphs=[f'{SCRIPT} "><img src=x onerror=alert(1)> {BIDI} {LONE}\u2028 --> ]]> </pre></details>'],
    byline=SCRIPT,
    authors=[SCRIPT],
    section=[SCRIPT],
    tags=[SCRIPT, "javascript:alert(1)"],
    captions=[FORMULA],
)
EDITED = HOSTILE | {"body": HOSTILE["body"] + f" {SCRIPT}", "text_digest": "sha256:" + "0" * 64}


def break_halves(collection: Path) -> Path:
    """Let the lines of a collection hold what no writer of ours writes: half of a surrogate pair."""
    for path in (collection / "articles.jsonl", *(collection / "articles").glob("*.jsonl")):
        data = path.read_bytes()
        assert LONE.encode() in data
        path.write_bytes(data.replace(LONE.encode(), b"\\ud800"))
    return collection
