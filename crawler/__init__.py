"""Fetch and understand: the spiders, the parser and the command line.

`site`, `items`, `pages` and `planning` are pure: no Scrapy, no disk, no network.
Every component of Scrapy is in `engine`.
`articles` is what `archive` is told of articles; `archive` itself knows nothing of them.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("thanhuy-archive")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+unknown"

USER_AGENT = f"thanhuy-archive/{__version__}"
"""What the crawler calls itself, before a contact is added."""
