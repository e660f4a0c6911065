"""Articles in the words of the news trade: IPTC ninjs 3.1 and schema.org `NewsArticle`."""

import re
from html import escape
from typing import Any
from urllib.parse import quote

from crawler.comparing.feed import as_xml_text
from crawler.exporting.records import Record

PUBLISHER = "Trang tin Điện tử Đảng bộ Thành phố Hồ Chí Minh"
NINJS = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
}
LANGUAGE = "vi"


def as_ninjs(record: Record) -> Record:
    """The article as ninjs 3.1: one news item, its photos as associations. What the record does not know has no key.

    `altIds` name the archive's own: the digest of the text, the record in the WARC, the article's kind and number.
    """
    place = record["warc"] or {}
    item: Record = {
        "uri": _as_uri(record["canonical_url"] or record["url"]),
        "standard": NINJS,
        "type": "text",
        "representationType": "full",
        "version": str(record["version"]),
        "firstCreated": record["published_at"] or _midnight(record["date"]),
        "versionCreated": record["modified_at"] or record["published_at"] or record["captured_at"],
        "contentCreated": record["published_at"] or _midnight(record["date"]),
        "pubStatus": "usable" if record["status"] == "live" else "canceled",
        "copyrightHolder": PUBLISHER,
        "language": LANGUAGE,
        "headlines": [{"role": "main", "value": record["title"]}],
        "descriptions": [{"role": "lead", "contentType": "text/plain", "value": record["lead"]}]
        if record["lead"]
        else [],
        "bodies": _bodies(record),
        "people": [{"name": name, "rel": "author"} for name in record["authors"]],
        "subjects": [
            *({"name": name, "rel": "section"} for name in record["section"]),
            *({"name": name, "rel": "tag"} for name in record["tags"]),
        ],
        "infoSources": [{"name": record["dateline"], "role": "dateline"}] if record["dateline"] else [],
        "by": record["byline"],
        "slugline": _slug_in(record["canonical_url"]),
        "associations": [_photo(image, number) for number, image in enumerate(record["images"], 1)],
        "altIds": [
            {"role": "identity", "value": f"{record['kind']}/{record['id']}"},
            {"role": "text-digest", "value": record["text_digest"]},
            {"role": "warc-record-id", "value": place.get("record_id")},
            {"role": "payload-digest", "value": place.get("payload_digest")},
        ],
    }
    item["altIds"] = [one for one in item["altIds"] if one["value"]]
    return _without_empty(item)


def as_news_article(record: Record) -> Record:
    """The article as schema.org's `NewsArticle`; `archivedAt` is where and when its capture is,
    `sdDatePublished` when it was read.
    """
    place = record["warc"] or {}
    address = record["canonical_url"] or record["url"]
    return _without_empty(
        {
            "@type": "NewsArticle",
            "@id": address,
            "url": address,
            "identifier": [
                f"{record['kind']}/{record['id']}",
                {"@type": "PropertyValue", "propertyID": "text-digest", "value": record["text_digest"]},
            ],
            "headline": record["title"],
            "abstract": record["lead"],
            "articleBody": record["body"],
            "articleSection": record["section"],
            "keywords": record["tags"],
            "datePublished": record["published_at"] or record["date"],
            "dateModified": record["modified_at"],
            "dateline": record["dateline"],
            "author": [{"@type": "Person", "name": name} for name in record["authors"]],
            "creditText": record["byline"],
            "inLanguage": LANGUAGE,
            "publisher": {"@type": "NewsMediaOrganization", "name": PUBLISHER},
            "image": [_image_object(image) for image in record["images"]],
            "associatedMedia": [{"@type": "MediaObject", "contentUrl": url} for url in record["attachments"]],
            "commentCount": record["comment_count"],
            "version": record["version"],
            "creativeWorkStatus": "Published" if record["status"] == "live" else "Removed",
            "sdDatePublished": record["captured_at"],
            "archivedAt": _without_empty(
                {
                    "@type": "WebPage",
                    "@id": place.get("record_id"),
                    "url": record["url"],
                    "dateCreated": record["captured_at"],
                    "isPartOf": {"@type": "CreativeWork", "name": place["file"]} if place else None,
                    "identifier": place.get("payload_digest"),
                }
            ),
        }
    )


def _bodies(record: Record) -> list[Record]:
    text = record["body"]
    if not text:
        return []
    markup = "".join(_as_markup(block, record["images"]) for block in record["blocks"])
    plain = {"role": "main", "contentType": "text/plain", "charCount": len(text), "wordCount": len(text.split())}
    rich = [{"role": "richtext", "contentType": "application/xhtml+xml", "value": markup}] if markup else []
    return [{**plain, "value": text}, *rich]


def _as_markup(block: Record, images: list[Record]) -> str:
    kind, text = block["type"], escape(as_xml_text(block["text"]))
    if kind == "heading":
        level = min(max(block["level"] or 2, 2), 6)
        return f"<h{level}>{text}</h{level}>"
    if kind == "quote":
        return f"<blockquote><p>{text}</p></blockquote>"
    if kind == "list_item":
        return f"<ul><li>{text}</li></ul>"
    if kind == "table":
        rows = ("".join(f"<td>{cell}</td>" for cell in row.split("\t")) for row in text.split("\n"))
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    if kind == "image":
        place = block["image"]
        url = images[place]["url"] if isinstance(place, int) and 0 <= place < len(images) else ""
        caption = f"<figcaption>{text}</figcaption>" if text else ""
        return f'<figure><img src="{escape(url)}" alt="" />{caption}</figure>' if url else ""
    return f"<p>{text}</p>"


def _photo(image: Record, number: int) -> Record:
    words = [("caption", image["caption"]), ("alt", image["alt"])]
    return _without_empty(
        {
            "name": f"photo {number}",
            "rel": "embedded",
            "uri": _as_uri(image["url"]),
            "type": "picture",
            "by": image["credit"],
            "descriptions": [
                {"role": role, "contentType": "text/plain", "value": value} for role, value in words if value
            ],
            "renditions": [{"name": "original", "href": _as_uri(image["url"])}],
        }
    )


def _image_object(image: Record) -> Record:
    return _without_empty(
        {
            "@type": "ImageObject",
            "contentUrl": image["url"],
            "caption": image["caption"],
            "creditText": image["credit"],
            "description": image["alt"],
        }
    )


def _as_uri(url: str) -> str:
    """An address as a URI (RFC 3986): what has no place in one, letters beyond ASCII above all, percent-encoded."""
    return quote(re.sub("%(?![0-9A-Fa-f]{2})", "%25", url), safe=":/?#@!$&'()*+,;=%~")


def _slug_in(url: str | None) -> str | None:
    return url.rpartition("/")[2].rpartition("-")[0] or None if url else None


def _midnight(day: str | None) -> str | None:
    return f"{day}T00:00:00+07:00" if day else None


def _without_empty(value: dict[str, Any]) -> Record:
    return {key: one for key, one in value.items() if one not in (None, "", [], {})}
