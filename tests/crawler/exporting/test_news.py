"""ninjs and JSON-LD keep the published rules of their fields: which keys there are, which must be there, and their forms.

The keys are those of IPTC's schema of ninjs 3.1, which allows no others.
"""

import json
import re
from typing import Any

import pytest

from crawler.exporting.news import as_news_article, as_ninjs
from tests.support.hostile import HOSTILE
from tests.support.library import article
from tests.support.many_articles import RARE, records

NEWS_OBJECT = {
    "uri", "type", "representationType", "profile", "version", "firstCreated", "versionCreated", "contentCreated",
    "embargoedUntil", "pubStatus", "urgency", "copyrightHolder", "copyrightNotice", "usageTerms", "edNote",
    "language", "descriptions", "bodies", "headlines", "people", "organisations", "places", "subjects", "events",
    "eventDetails", "plannedCoverage", "objects", "infoSources", "title", "by", "slugline", "located", "renditions",
    "associations", "altIds", "trustIndicators", "standard", "genres", "expires", "rightsInfo", "digitalSourceType",
}  # fmt: skip
INSIDE: dict[str, tuple[set[str], set[str]]] = {
    "headlines": ({"role", "contentType", "value"}, {"value"}),
    "descriptions": ({"role", "contentType", "value"}, {"value"}),
    "bodies": ({"role", "contentType", "charCount", "wordCount", "value"}, {"value"}),
    "people": ({"name", "rel", "uri", "literal", "contactInfo"}, set()),
    "subjects": ({"name", "rel", "uri", "literal", "creator", "relevance", "confidence"}, set()),
    "infoSources": ({"name", "role", "uri", "literal", "contactInfo"}, set()),
    "altIds": ({"role", "value"}, set()),
    "renditions": ({"name", "href", "contentType", "title", "width", "height", "sizeInBytes", "format"}, {"name"}),
    "associations": (NEWS_OBJECT | {"name", "rel"}, {"name", "uri"}),
}
"""List → keys that its objects may have, and those that they must have."""
ONE_OF = {
    "type": {"text", "audio", "video", "picture", "graphic", "composite", "component", "event", "planning"},
    "representationType": {"full", "partial"},
    "pubStatus": {"usable", "withheld", "canceled"},
}
URI = re.compile(r"https?://[A-Za-z0-9.-]+(/([A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-Fa-f]{2})*)?", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
ODD = {
    "canonical_url": None,
    "url": "https://www.thanhuytphcm.vn/tin-tuc/bến đò 100%-[1]-1491871009",
    "images": [{"url": "https://images.hcmcpv.org.vn/Ảnh 1%2.jpg", "caption": None, "credit": None, "alt": None}],
    "blocks": [
        {"type": "image", "text": "chú\x0bthích", "level": None, "image": 0},
        {"type": "heading", "text": "x", "level": 9, "image": None},
    ],
}
RECORDS = [
    next(records(1)),
    article(1, **RARE),
    article(2) | ODD,
    HOSTILE | {"captured_at": "2024-01-01T00:00:00.000000Z"},
]


def hold(item: dict[str, Any], allowed: set[str], needed: set[str]) -> None:
    assert needed <= set(item) <= allowed
    for key, value in item.items():
        assert value not in (None, "", [], {}), key
        if key in INSIDE:
            for one in value:
                hold(one, *INSIDE[key])
        elif key in ONE_OF:
            assert value in ONE_OF[key]
        elif key in {"uri", "href"}:
            assert URI.fullmatch(value), value
        elif key in {"firstCreated", "versionCreated", "contentCreated"}:
            assert MOMENT.fullmatch(value), value
        else:
            assert isinstance(value, int if key.endswith("Count") else dict if key == "standard" else str), key


@pytest.mark.parametrize("record", RECORDS, ids=["plain", "rare", "odd", "hostile"])
def test_ninjs_has_the_keys_of_its_schema_and_no_others(record: dict[str, Any]) -> None:
    hold(as_ninjs(record | {"version": record["version"] or 1}), NEWS_OBJECT, {"uri"})


@pytest.mark.parametrize("record", RECORDS, ids=["plain", "rare", "odd", "hostile"])
def test_json_ld_is_a_news_article_with_its_capture(record: dict[str, Any]) -> None:
    found = json.loads(json.dumps(as_news_article(record)))
    assert ("NewsArticle", record["title"]) == (found["@type"], found["headline"])
    assert "WebPage" == found["archivedAt"]["@type"]
    kinds = {"image": "ImageObject", "associatedMedia": "MediaObject", "author": "Person"}
    assert all(one["@type"] == kind for key, kind in kinds.items() for one in found.get(key, ()))
