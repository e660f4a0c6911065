"""Fetch and understand: the spiders, the parser and the command line.

`items`, `scope` and `pages` are pure: they import parsel and the standard library, never Scrapy's engine nor `archive`.
Only `capture`, `frontier`, `pipelines`, `extensions` and `cli` import `archive`.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("thanhuy-archive")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+unknown"

USER_AGENT = f"thanhuy-archive/{__version__}"
"""What the crawler calls itself, before a contact is added."""
