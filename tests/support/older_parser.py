"""An older parser, as a process of `thanhuy` may have it: version 0, which knows no byline."""

from pathlib import Path

_SCRIPT = """
import dataclasses

import crawler.pages
from crawler.items import text_digest
from crawler.pages import version

newer = crawler.pages.parse_article


def parse_article(*page, **more):
    article = newer(*page, **more)
    if ONLY not in page[0]:
        return dataclasses.replace(article, parser=dataclasses.replace(article.parser, version="0"))
    return dataclasses.replace(
        article,
        byline=None,
        authors=[],
        sources=[source for source in article.sources if source.field not in {"byline", "authors"}],
        text_digest=text_digest(article.title, article.lead, article.body, article.captions, None),
        parser=dataclasses.replace(article.parser, version="0"),
    )


crawler.pages.parse_article = parse_article
crawler.pages.PARSER_VERSION = version.PARSER_VERSION = "0"
"""


def older_parser(directory: Path, only: bytes = b"") -> dict[str, str]:
    """Environment of a process in which the parser is an older one. `only`:
    what the pages have whose byline it misses.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "sitecustomize.py").write_text(f"ONLY = {only!r}\n{_SCRIPT}", "utf-8")
    return {"PYTHONPATH": str(directory)}
