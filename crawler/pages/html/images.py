"""Images: where an `img` keeps its address, and which images are icons."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urljoin

_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-srcset",
    "data-echo",
    "data-img",
    "data-image",
    "data-url",
    "src",
    "srcset",
)
"""Where a lazily loaded image keeps its address, before the placeholder in `src`."""


_SIGNS = frozenset({
    "icon", "icons", "ico", "logo", "logos", "spacer", "blank", "pixel", "captcha", "refresh", "reload", "share",
    "print", "printer", "btn", "button", "arrow", "bullet", "loading", "loader", "facebook", "fb", "zalo", "twitter",
    "youtube", "tiktok", "instagram", "google", "rss", "email", "mail", "emoji", "smiley", "smilies", "transparent",
    "clear", "dot", "line", "next", "prev", "close", "search", "menu", "play", "avatar-default", "no-image", "noimage",
    "noavatar", "placeholder", "lazy", "lazyload", "qr", "qrcode",
})  # fmt: skip


_SIGN_FOLDERS = re.compile(r"/(?:icons?|emoticons?|smileys?|smilies|emoji|captcha\w*|sprites?|flags|buttons?)/")


_SIZE = re.compile(r"^\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$")


_STYLE_SIZE = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*(\d{1,4})(?:\.\d+)?px", re.IGNORECASE)


_IMAGE_NAME = re.compile(r"^\s*(?:https?:)?/?[^\s\"'{}<>]+\.(?:jpe?g|png|webp|gif|avif)(?:[?#]\S*)?\s*$", re.IGNORECASE)


_STRETCHED = frozenset({"responsive", "fill", "intrinsic"})
"""Layouts of AMP in which width and height tell an image's proportions, not its size."""
_SMALL = 60
"""Pixels of width or height up to which an image is an icon."""


def find_source(image: Any, base: str) -> str | None:
    """The absolute address of an image, lazily loaded or not.
    None for a placeholder or an image drawn in the page itself.
    """
    for name in _LAZY:
        value = image.get(name)
        if not value:
            continue
        value = value.strip()
        if name.endswith("srcset"):
            value = value.split(",")[0].split(" ")[0].strip()
        if not value or value[:5].lower() == "data:" or value.startswith(("javascript:", "about:", "#", "{")):
            continue
        try:
            address = urljoin(base, value)
        except ValueError:
            continue
        if address.startswith(("http://", "https://")):
            return str(address)
    for name, value in image.items():
        if _IMAGE_NAME.search(value) and name not in {"alt", "title", "class", "id", "srcset"} and len(value) < 2000:
            try:
                return str(urljoin(base, value.strip()))
            except ValueError:
                continue
    after = image.getnext()
    if after is not None and after.tag == "noscript" and (plain := next(after.iter("img"), None)) is not None:
        return find_source(_SourceView(plain), base)  # for browsers without scripts
    parent = image.getparent()
    if parent is not None and parent.tag == "picture":
        for source in parent.iter("source"):
            if found := find_source(_SourceView(source), base):
                return found
    return None


class _SourceView:
    """A `source` element looked at as if it were an image."""

    def __init__(self, element: Any) -> None:
        self.element = element

    def get(self, name: str) -> str | None:
        value = self.element.get(name)
        return str(value) if value is not None else None

    def items(self) -> list[tuple[str, str]]:
        return []

    def getparent(self) -> None:
        return None

    def getnext(self) -> None:
        return None


def is_icon(image: Any) -> bool:
    """Whether an image is a sign rather than a photo: by its stated size, its name or its place."""
    for name in ("width", "height") if image.get("layout") not in _STRETCHED else ():
        value = image.get(name)
        if value and (match := _SIZE.match(value)) and int(match[1]) <= _SMALL:
            return True
    style = image.get("style")
    if style and any(int(size) <= _SMALL for size in _STYLE_SIZE.findall(style)):
        return True
    source = image.get("data-src") or image.get("data-original") or image.get("src") or ""
    if len(source) > 2000 or source[:5] == "data:":
        return False
    if _is_sign(source):
        return True
    alt = image.get("alt")
    return bool(alt) and len(alt) < 20 and alt.strip().lower() in _SIGNS


@lru_cache(maxsize=4096)
def _is_sign(source: str) -> bool:
    """Whether an address names a sign: a site shows the same few on every page."""
    path = source.partition("?")[0].partition("#")[0].strip().lower()
    if "%" in path:
        path = unquote(path)
    if path.endswith((".svg", ".ashx", ".axd", ".cur", ".ico")) or _SIGN_FOLDERS.search(path):
        return True
    words = re.split(r"[-_.\s]+", path.rsplit("/", 1)[-1])[:-1]
    return len(words) <= 3 and any(word.strip("0123456789") in _SIGNS for word in words)
