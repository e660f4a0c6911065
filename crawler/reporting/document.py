"""A page that needs nothing else: one HTML file with its own style, no script, nothing that a browser would fetch."""

from crawler.reporting.markup import Html, el, join
from crawler.reporting.style import STYLE

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
MARK_WITHIN = 1000
"""Bytes at the beginning of a file within which its mark stands."""


def mark_of(verb: str) -> str:
    """By this a file is known to be the page that a verb writes."""
    return f'<meta name="generator" content="thanhuy {verb}" />'


def draw_document(title: str, verb: str, *body: Html, style: str = "") -> bytes:
    """The page in UTF-8. `style`: what it has beyond the style that all pages share."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        Html(mark_of(verb)),
        el("title", title),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("meta", name="referrer", content="no-referrer"),
        el("style", Html(STYLE + style)),
    )
    page = el("html", Html("\n"), head, Html("\n"), el("body", *body), Html("\n"), lang="en")
    return f"<!DOCTYPE html>\n{page}\n".encode()


def section(anchor: str, heading: str, content: Html) -> Html:
    """A part of the page, under a heading that the list of its parts can lead to."""
    return join([Html("\n"), el("section", el("h2", heading, id=anchor), content, aria_labelledby=anchor)])
