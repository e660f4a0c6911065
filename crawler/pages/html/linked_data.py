"""Linked data: what a page says of its article in JSON-LD, in whatever graph, list or broken syntax it stands."""

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from crawler.pages.words.text import clean

OF_PAGE = "json-ld:WebPage"
"""The rule of a date that says when a page was made, article or not."""
OFFICE = "json-ld:organization"
"""The rule of an author who is no person: a paper signs its own texts so."""
_PAGES = frozenset({"webpage", "videoobject"})
"""What is no article by itself, and whose name is no headline."""
_MORE_TYPES = _PAGES | {"report", "imagegallery", "howto", "medicalwebpage"}
_LIST_TYPES = frozenset({"collectionpage", "itemlist", "searchresultspage"})
_OFFICES = ("organization", "corporation", "company", "brand")
_MAX_JSON = 400_000
_MAX_OBJECTS = 200
_CONTROL = re.compile(r"[\x00-\x1f]")
_COMMA = re.compile(r",\s*([}\]])")
_OPENINGS, _CLOSINGS = ("<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA["), ("-->", "//]]>", "/*]]>*/", "]]>")
"""What old templates put around a script so that other parsers pass over it."""
_PAIR = re.compile(r'"(headline|datePublished|dateModified)"\s*:\s*"((?:[^"\\]|\\.){1,300})"')
"""What can be saved of an object that is no JSON."""


@dataclass(slots=True)
class LinkedData:
    """Each list holds (rule, value); what is said of this very page comes first."""

    title: list[tuple[str, str]] = field(default_factory=list)
    description: list[tuple[str, str]] = field(default_factory=list)
    published: list[tuple[str, str]] = field(default_factory=list)
    modified: list[tuple[str, str]] = field(default_factory=list)
    author: list[tuple[str, str]] = field(default_factory=list)
    section: list[tuple[str, list[str]]] = field(default_factory=list)
    is_article: bool = False
    is_list: bool = False
    comment_count: int | None = None


_FIELDS = (
    ("title", ("headline", "name")),
    ("description", ("description",)),
    ("published", ("datePublished", "uploadDate")),
    ("modified", ("dateModified",)),
)


def read_linked_data(scripts: Iterable[Any], url: str) -> LinkedData:
    """Collect it; nothing here raises for broken JSON or odd values, which are common."""
    found = LinkedData()
    objects = list(_find_objects(scripts))
    named = {value["@id"]: value for value in objects if isinstance(value.get("@id"), str) and value.get("name")}
    articles = []
    for value in objects:
        types = _types(value)
        if "breadcrumblist" in types:
            if names := _breadcrumb(value):
                found.section.insert(0, ("json-ld:BreadcrumbList", names))
            continue
        found.is_list = found.is_list or bool(types & _LIST_TYPES)
        if any(name.endswith(("article", "posting")) or name in _MORE_TYPES for name in types):
            articles.append((value, types))
    here = _bare(url)
    about = [entry for entry in articles if not entry[1] & _PAGES and here in map(_bare, _addresses(entry[0]))]
    for value, types in about or articles:
        _read_article(found, value, types, named)
    if about:
        for value, types in articles:
            if types & _PAGES:
                _read_article(found, value, types, named)
    found.author.sort(key=lambda entry: entry[0] == OFFICE)
    found.published.sort(key=lambda entry: entry[0] == OF_PAGE)
    return found


def _find_objects(scripts: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Every object, those in lists and graphs too."""
    for script in scripts:
        if "ld+json" not in (script.get("type") or "").lower() or not script.text or len(script.text) > _MAX_JSON:
            continue
        waiting, seen = deque([_load(script.text)]), 0
        while waiting and seen < _MAX_OBJECTS:
            value = waiting.popleft()
            seen += 1
            if isinstance(value, list):
                waiting.extend(value[:50])
            elif isinstance(value, dict):
                yield value
                inner = (value.get(key) for key in ("@graph", "mainEntity"))
                waiting.extend(part for part in inner if isinstance(part, list | dict))


def _load(text: str) -> Any:
    """The script's value; of one that cannot be read, an article with the few pairs that can."""
    text = _unwrap(text)
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    try:  # a comma before the closing bracket, a raw line feed in a string: both are common
        return json.loads(_COMMA.sub(r"\1", _CONTROL.sub(" ", text)), strict=False)
    except (ValueError, RecursionError):
        pairs: dict[str, str] = {}
        for match in _PAIR.finditer(text):
            pairs.setdefault(match[1], match[2].replace('\\"', '"').replace("\\/", "/"))
        return {"@type": "Article", **pairs} if pairs.keys() >= {"headline", "datePublished"} else None


def _unwrap(text: str) -> str:
    """The script without comment signs around it and without a last semicolon."""
    text = text.strip()
    for sign in _OPENINGS if text[:1] in {"<", "/"} else ():
        text = text.removeprefix(sign).lstrip()
    for sign in _CLOSINGS if text[-1:] in {">", "/"} else ():
        text = text.removesuffix(sign).rstrip()
    return text.rstrip(";")


def _types(value: dict[str, Any]) -> set[str]:
    types = value.get("@type")
    return {str(name).lower().rsplit("/", 1)[-1] for name in (types if isinstance(types, list) else [types])}


def _text(value: Any) -> str:
    """A value as text, entities resolved: many templates escape it for HTML first."""
    if isinstance(value, list):
        value = next((part for part in value if isinstance(part, str | dict)), "")
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or ""
    return clean(html.unescape(value)) if isinstance(value, str) else ""


def _addresses(value: dict[str, Any]) -> Iterator[str]:
    """What an object says is its page."""
    of = value.get("mainEntityOfPage")
    for address in (
        value.get("url"),
        value.get("@id"),
        of,
        *((of.get("@id"), of.get("url")) if isinstance(of, dict) else ()),
    ):
        if isinstance(address, str):
            yield address


def _bare(address: str) -> str:
    """An address without scheme, `www.`, query, fragment and last slash."""
    return address.partition("#")[0].partition("?")[0].partition("://")[2].removeprefix("www.").rstrip("/").lower()


def _read_article(found: LinkedData, value: dict[str, Any], types: set[str], named: dict[str, dict[str, Any]]) -> None:
    is_article = not types & _PAGES
    found.is_article = found.is_article or is_article
    for name, keys in _FIELDS:
        for key in keys:
            text = _text(value.get(key))
            if text and (is_article or name != "title"):
                rule = OF_PAGE if name == "published" and "webpage" in types else f"json-ld:{key}"
                getattr(found, name).append((rule, text))
                break
    authors = value.get("author") or value.get("creator")
    for author in authors[:20] if isinstance(authors, list) else [authors]:
        entry = _author(author, named)
        if entry is not None and entry not in found.author:
            found.author.append(entry)
    if is_article:
        section = value.get("articleSection")
        parts = section if isinstance(section, list) else _text(section).split(",")
        names = [name for name in map(_text, parts) if name]
        if names:
            found.section.append(("json-ld:articleSection", names))
        count = value.get("commentCount")
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
            found.comment_count = count


def _author(author: Any, named: dict[str, dict[str, Any]]) -> tuple[str, str] | None:
    """The name of an author, also of one who is described elsewhere in the graph."""
    if isinstance(author, dict) and not author.get("name") and isinstance(author.get("@id"), str):
        author = named.get(author["@id"], author)
    name = _text(author)
    if not name:
        return None
    office = isinstance(author, dict) and any(kind.endswith(_OFFICES) for kind in _types(author))
    return OFFICE if office else "json-ld:author", name


def _breadcrumb(value: dict[str, Any]) -> list[str]:
    items = value.get("itemListElement")
    names: list[str] = []
    waiting = items[:20] if isinstance(items, list) else []
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting[:0] = item[:20]
        elif isinstance(item, dict):
            inner = item.get("item")
            names.append(_text(item.get("name")) or (_text(inner) if isinstance(inner, dict) else ""))
    return [name for name in names if name]
