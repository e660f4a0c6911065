"""The private names that the capture stands on, and the range of Scrapy in which they were looked at."""

import tomllib

import pytest
import scrapy
from packaging.requirements import Requirement
from packaging.version import Version
from scrapy.core.downloader.handlers import http11
from twisted.web import _newclient

from crawler.engine.wire import check_wire
from tests.support.commands import ROOT


def requirement() -> Requirement:
    """What `pyproject.toml` asks of Scrapy."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return next(found for found in map(Requirement, project["dependencies"]) if found.name == "scrapy")


def test_scrapy_is_bounded_on_both_sides_and_the_installed_one_lies_between() -> None:
    bounds = {specifier.operator: Version(specifier.version) for specifier in requirement().specifier}
    assert {">=", "<"} == set(bounds)
    assert bounds[">="] <= Version(scrapy.__version__) < bounds["<"]
    (major, minor), upper = bounds[">="].release[:2], bounds["<"].release[:2]
    assert (major, minor + 1) == upper, "one minor version: private names move with the next"


def test_every_private_name_is_there() -> None:
    check_wire()


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (http11, "_LenientHTTP11ClientProtocol"),
        (http11, "_ResponseReader"),
        (_newclient.HTTP11ClientProtocol, "_finishResponse"),
        (_newclient.Request, "writeTo"),
    ],
)
def test_name_that_moved_stops_the_crawl_and_is_told(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    monkeypatch.delattr(owner, name)
    with pytest.raises(RuntimeError, match=f"{name}.*Install Scrapy"):
        check_wire()
