"""Metadata: what the page says of itself to machines, in JSON-LD, `meta` tags, microdata and `link` tags."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from lxml import etree  # type: ignore[import-untyped]

from crawler.pages.html.linked_data import OF_PAGE, read_linked_data
from crawler.pages.words.text import clean

_META = {
    "title": ("og:title", "twitter:title", "headline", "title", "dc.title"),
    "description": ("og:description", "description", "twitter:description", "dc.description"),
    "published": ("article:published_time", "og:article:published_time", "datepublished", "date_published", "pubdate",
    "og:published_time", "og:pubdate", "published_time", "publishdate", "publish_date", "publish-date",
    "published-date", "publication_date", "article:published", "article.published", "article_date_original",
    "originalpublicationdate", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "bt:pubdate", "rnews:datepublished",
    "dc.date.issued", "dcterms.issued", "dc.date.created", "dcterms.created", "dc.date", "dcterms.date",
    "citation_publication_date", "citation_online_date", "citation_date", "prism.publicationdate", "displaydate",
    "date"),
    "modified": ("article:modified_time", "og:article:modified_time", "datemodified", "date_modified", "lastmod",
    "og:updated_time", "last-modified", "dcterms.modified", "dc.date.modified", "article:modified", "updated_time"),
    "author": ("article:author", "author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator",
    "citation_author", "og:article:author", "byl", "twitter:creator"),
    "section": ("article:section", "articlesection"),
    "keywords": ("news_keywords", "keywords"),
    "type": ("og:type",),
    "url": ("og:url",),
    "site": ("og:site_name", "application-name"),
    "image": ("og:image", "twitter:image"),
    "language": ("content-language", "og:locale", "dc.language"),
}  # fmt: skip
"""What is looked for → the names it goes by, the most trusted first; `itemprop`, `name` and `property` alike."""


@dataclass(slots=True)
class Metadata:
    """Each list holds (rule, value) in order of trust."""

    title: list[tuple[str, str]] = field(default_factory=list)
    description: list[tuple[str, str]] = field(default_factory=list)
    published: list[tuple[str, str]] = field(default_factory=list)
    modified: list[tuple[str, str]] = field(default_factory=list)
    author: list[tuple[str, str]] = field(default_factory=list)
    section: list[tuple[str, list[str]]] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    image: list[str] = field(default_factory=list)
    canonical: str | None = None
    language: str = ""
    """Of the page, as BCP 47 or the locale of its preview write it."""
    site: str = ""
    page_title: str = ""
    is_article: bool = False
    is_list: bool = False
    comment_count: int | None = None
    bodies: list[Any] = field(default_factory=list)
    """The elements that microdata call an article's body."""
    base: str = ""
    """What relative links stand on."""
    origin: str = ""
    """Its scheme and host."""


def read_metadata(root: Any, url: str) -> Metadata:
    """Collect it; nothing here raises for broken JSON or odd values, which are common."""
    elements: dict[str, list[Any]] = {"base": [], "script": [], "meta": [], "link": [], "title": []}
    for element in root.iter(*elements):
        elements[element.tag].append(element)
    base = _find_base(elements["base"], url)
    found = Metadata(base=base, origin="/".join(base.split("/", 3)[:3]), language=(root.get("lang") or "").strip())
    linked = read_linked_data(elements["script"], url)
    for name in ("title", "description", "published", "modified", "author", "section"):
        getattr(found, name).extend(getattr(linked, name))
    found.is_article, found.is_list, found.comment_count = linked.is_article, linked.is_list, linked.comment_count
    metas = _read_metas(elements["meta"])
    for name, keys in _META.items():
        values = [(f"meta:{key}", metas[key][0]) for key in keys if key in metas]
        if name == "author":  # one tag for each
            values = [(f"meta:{key}", value) for key in keys for value in metas.get(key, ())[:10]]
        if name in {"title", "description", "published", "modified", "author"}:
            getattr(found, name).extend(values)
        elif name == "section" and values:
            found.section.append((values[0][0], [clean(part) for part in metas[values[0][0][5:]]]))
        elif name == "keywords" and values and not found.keywords:
            found.keywords = [part for part in (clean(part) for part in re.split(r"[,;]", values[0][1])) if part]
        elif name == "type" and values:
            found.is_article = found.is_article or values[0][1].lower() in {
                "article",
                "news",
                "video",
                "video.other",
                "newsarticle",
            }
        elif name == "url" and values:
            found.canonical = _join(url, values[0][1].strip())
        elif name == "language" and values:
            found.language = found.language or values[0][1]
        elif name == "site" and values:
            found.site = clean(values[0][1])
        elif name == "image":
            found.image += [address for _, value in values if (address := _join(found.base, value))]
    _read_microdata(found, root)
    found.published.sort(key=lambda entry: entry[0] == OF_PAGE)
    _read_links(found, elements["link"], url)
    found.page_title = clean("".join(elements["title"][0].itertext())) if elements["title"] else ""
    return found


def find_base(root: Any, url: str) -> str:
    """What relative links stand on: `<base href>` where there is one, else the page itself."""
    return _find_base(root.iter("base"), url)


def _find_base(bases: Iterable[Any], url: str) -> str:
    for base in bases:
        href = base.get("href")
        if href:
            return _join(url, href.strip()) or url
    return url


def _join(base: str, href: str) -> str | None:
    try:
        return urljoin(base, href)
    except ValueError:
        return None


def _read_metas(elements: list[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in elements:
        content = meta.get("content")
        if not content or not content.strip():
            continue
        for key in ("property", "name", "itemprop"):
            name = meta.get(key)
            if name:
                found.setdefault(name.strip().lower(), []).append(clean(content))
    return found


_PROPERTIES = etree.XPath("//@itemprop")
_MICRODATA = {
    "headline": "title",
    "datePublished": "published",
    "dateModified": "modified",
    "author": "author",
    "description": "description",
}


def _read_microdata(found: Metadata, root: Any) -> None:
    """`itemprop` on visible elements, where the page has one value for it:
    more of them belong to a list of articles.
    """
    values: dict[str, set[str]] = {}
    for called in _PROPERTIES(root):
        element = called.getparent()
        if called == "articleBody":
            found.bodies.append(element)
        name = _MICRODATA.get(called)
        if name is not None and element.tag != "meta":
            value = element.get("content") or element.get("datetime") or "".join(element.itertext())[:1000]
            values.setdefault(name, set()).add(clean(value))
    for name, texts in values.items():
        if len(texts) == 1 and (text := texts.pop()):
            getattr(found, name).append((f"itemprop:{name}", text))


def _read_links(found: Metadata, elements: list[Any], url: str) -> None:
    for link in elements:
        if (link.get("rel") or "").lower() == "canonical" and (href := (link.get("href") or "").strip()):
            found.canonical = _join(url, href) or found.canonical
            return
