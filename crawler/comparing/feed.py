"""What the site changed as an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from crawler.comparing.events import Event, What
from crawler.comparing.words import format_words

_NO_CHAR = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (§2.2) has no place for, escaped or not."""
ATOM = "http://www.w3.org/2005/Atom"
TITLES = {
    What.NEW: "New",
    What.EDITED: "Edited",
    What.GONE: "Gone",
    What.BACK: "Back",
    What.REREAD: "Read otherwise",
}


def format_feed(name: str, events: Sequence[Event]) -> bytes:
    """The feed of a collection: the newest event first. Equal events give equal bytes."""
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")
    _add(feed, "title", f"{name}: what the site changed")
    _add(feed, "id", f"urn:thanhuy:{name}:changes")
    _add(feed, "updated", max((event.at for event in events), default="1970-01-01T00:00:00Z"))
    ET.SubElement(_add(feed, "author", None), f"{{{ATOM}}}name").text = "thanhuy-archive"
    for event in reversed(events):
        entry = _add(feed, "entry", None)
        _add(entry, "title", f"{TITLES[event.what]}: {event.title}")
        _add(entry, "id", f"urn:thanhuy:{name}:{event.key}:{event.version}:{event.what}")
        _add(entry, "updated", event.at)
        ET.SubElement(entry, f"{{{ATOM}}}link", {"href": event.url})
        ET.SubElement(entry, f"{{{ATOM}}}category", {"term": str(event.what)})
        lines = [f"{edit.kind}: {format_words(edit.before, edit.after)}" for edit in event.edits]
        if event.what is What.GONE:
            lines.append(f"Absent in captures between {event.after} and {event.at}.")
        _add(entry, "content", "\n".join(lines) or TITLES[event.what]).set("type", "text")
    document: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def as_xml_text(text: str) -> str:
    """Text without what XML has no place for."""
    return _NO_CHAR.sub("", text)


def _add(parent: ET.Element, name: str, text: str | None) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    child.text = None if text is None else as_xml_text(text)
    return child
