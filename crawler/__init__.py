"""Fetch and understand: the spiders, the parser and the command line.

`site`, `items`, `pages` and `planning` are pure: no Scrapy, no disk, no network.
Every component of Scrapy is in `engine`.
`articles` is what `archive` is told of articles; `archive` itself knows nothing of them.
"""

__version__ = "0.2.0"
"""Written here, where `pyproject.toml` finds it: asking the installed package takes half of the time of `--help`."""

USER_AGENT = f"thanhuy-archive/{__version__}"
"""What the crawler calls itself, before a contact is added."""
