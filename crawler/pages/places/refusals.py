"""Refusals: pages that are no article, told apart by what they show instead."""

import re
from itertools import islice

from crawler.pages.places.page import Page
from crawler.pages.words.slug import slug_matches

_CHALLENGE = re.compile(r"just a moment|checking your browser|attention required|ddos protection|"
                        r"verify you are (?:a )?human|"
                        r"đang kiểm tra trình duyệt|xác minh bạn là (?:con )?người|"
                        r"access (?:is )?denied|access blocked|web ?page blocked|403 - forbidden|request rejected|"
                        r"are you a robot|"
                        r"bạn không phải (?:là )?(?:robot|người máy)|security check|"
                        r"lưu lượng truy cập bất thường|unusual traffic|"
                        r"cf-chl|enable javascript and cookies", re.IGNORECASE)  # fmt: skip
_MISSING = re.compile(r"không (?:tìm thấy|tồn tại)|(?:trang|bài viết|nội dung|đường dẫn|liên kết|"
                      r"tin)[\w\s,]{0,40}(?:không (?:còn )?tồn tại|đã (?:bị )?(?:xóa|xoá|gỡ)|không có|không tìm thấy)|"
                      r"page not found|not found|can ?not be found|(?:lỗi|error|http|mã|code|status)\W{0,3}404\b|"
                      r"^\W*404\b\W*(?:$|not|page|error|trang|lỗi|không)|"
                      r"(?:trang|bài viết) này (?:hiện )?không", re.IGNORECASE)  # fmt: skip
_MISSING_TITLE = re.compile(
    r"(?:lỗi|error|http)\W{0,3}404\b|(?:^|[|–—:-]\s*)404\W*(?:$|[|–—:-]|not|page|error|trang|lỗi|không)|"
    r"not found|can ?not be found|không tìm thấy|không tồn tại",
    re.IGNORECASE,
)
_MISSING_WORDS = ("không", "404", "found", "đã")
"""One of these stands in whatever the pattern finds: a cheap look first."""
_UNAVAILABLE = re.compile(r"đang (?:được )?(?:bảo trì|nâng cấp|cập nhật hệ thống)|bảo trì (?:hệ thống|định kỳ|máy chủ)|"
                          r"tạm (?:ngừng|dừng|ngưng) (?:hoạt động|truy cập|phục vụ)|"
                          r"hệ thống (?:đang )?(?:quá tải|bận|gặp sự cố)|"
                          r"under maintenance|scheduled maintenance|runtime error|server error|"
                          r"service (?:is )?(?:temporarily )?unavailable|bad gateway|gateway time-?out|database error|"
                          r"error establishing", re.IGNORECASE)  # fmt: skip
_LOGIN = re.compile(r"đăng nhập|log ?in|sign ?in|mật khẩu|password|tên đăng nhập", re.IGNORECASE)
_CAPTCHA = re.compile(r"captcha|turnstile|challenge-platform|cf[-_]chl", re.IGNORECASE)
"""What checks for robots have in an address, a class or a script."""
_NEEDS_SCRIPT = re.compile(
    r"(?:bật|kích hoạt|enable|cần|requires?|need)\s+(?:\w+\s+){0,3}java ?script|javascript (?:is"
    r" )?(?:disabled|required)|vui lòng bật",
    re.IGNORECASE,
)


def refuse_page(page: Page) -> tuple[str, str] | None:
    """Code and reason of a page that shows something else than an article at first sight.
    None for one worth reading.
    """
    total = sum([piece.size for piece in page.pieces])
    texts = islice((piece.text for piece in page.pieces if piece.image is None), 12)
    head = f"{page.meta.page_title} {' '.join(texts)}"[:1500]
    if total < 2500 and _CHALLENGE.search(head) and not _names_itself(page):
        return "challenge", "expected an article, got a check for robots"
    if total < 1000 and not _has_story(page) and _asks_for_captcha(page):
        return "challenge", "expected an article, got a check for robots"
    if total < 3000 and _has_password(page) and _LOGIN.search(head) and not _has_story(page):
        return "login", "expected an article, got a login form"
    if _is_missing(page, total):
        return "soft-404", "expected an article, got a page that says there is none"
    if total < 1500 and not page.meta.is_article and _UNAVAILABLE.search(head) and not _names_itself(page):
        return "unavailable", "expected an article, got a server's error or its notice of maintenance"
    if total < 200 and not _has_story(page):
        if (
            page.tree.scripts > 200
            or page.tree.root.find(".//script[@src]") is not None
            or _shown_without_script(page)
            or (total < 25 and page.tree.root.find(".//script") is not None)
        ):
            return (
                "script-shell",
                f"expected an article, got {total} characters of text and scripts that would fill the page",
            )
        if total < 25:
            return "no-body", f"expected an article, got {total} characters of text"
    return None


def _has_password(page: Page) -> bool:
    return any((element.get("type") or "").lower() == "password" for element in page.tree.root.iter("input"))


def _asks_for_captcha(page: Page) -> bool:
    for element in page.tree.root.iter("div", "script", "iframe", "form", "span"):
        code = (element.text or "")[:2000] if element.tag == "script" else ""
        if _CAPTCHA.search(f"{element.get('class') or ''} {element.get('src') or ''} {code}"):
            return True
    return False


def _has_story(page: Page) -> bool:
    return sum(piece.size >= 80 and not piece.is_link for piece in page.pieces) >= 2 or (
        page.meta.is_article and any(piece.size >= 60 for piece in page.pieces)
    )


def _shown_without_script(page: Page) -> bool:
    return any(_NEEDS_SCRIPT.search("".join(element.itertext())[:500]) for element in page.tree.root.iter("noscript"))


def _is_missing(page: Page, total: int) -> bool:
    """A page that says, in its title or in a heading or short line, that it has nothing, and has nothing."""
    title = page.meta.page_title[:200]
    if any(map(title.lower().__contains__, _MISSING_WORDS)) and _MISSING_TITLE.search(title):
        return not _has_slug_title(page)
    teaser = page.teaser
    if (
        sum(piece.size for piece in page.pieces if piece.size >= 100 and not piece.is_link and not teaser[piece.index])
        > 700
    ):
        return False
    return any(
        _says_missing(piece.text) and not piece.is_link and not teaser[piece.index] for piece in page.pieces
    ) and not _has_slug_title(page)


def _says_missing(text: str) -> bool:
    if len(text) > 220:
        return False
    lower = text.lower()
    return any(word in lower for word in _MISSING_WORDS) and _MISSING.search(lower) is not None


def _has_slug_title(page: Page) -> bool:
    return bool(page.slug) and any(
        6 < piece.size < 300 and piece.level in {1, 2} and slug_matches(piece.text, page.slug) for piece in page.pieces
    )


def _names_itself(page: Page) -> bool:
    """Whether a line, or the page's title, is what the address says:
    then the words of an error are the article's own.
    """
    texts = [page.meta.page_title, *(piece.text for piece in page.pieces if 6 < piece.size < 300)]
    return bool(page.slug) and any(slug_matches(text, page.slug) for text in texts)


def is_listing(page: Page, title: str | None) -> bool:
    """Whether most of the page is teasers of other articles, and nothing of its own stands against them."""
    if title and page.slug and slug_matches(title, page.slug):
        return False  # however little of its own a video page shows
    teaser = page.teaser
    heads = sum(1 for piece in page.pieces if piece.is_link and piece.size >= 20 and page.leads_elsewhere(piece.href))
    own = sum(piece.size for piece in page.pieces if piece.size >= 60 and not piece.is_link and not teaser[piece.index])
    shown = sum(piece.size for piece in page.pieces if piece.size >= 60 and teaser[piece.index])
    if page.meta.is_article:
        return heads >= 8 and own < 80
    return heads >= 5 and own <= max(400, shown * 0.3)
