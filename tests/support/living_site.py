"""A site that lives: listings of several pages that grow, ETags and 304, and days on which something is ill."""

import hashlib
import random
from dataclasses import dataclass, field
from typing import Any

from tests.support.wireserver import Script, WireServer

FIRST = 1491800000
PER_PAGE = 4
SECTIONS = ("thoi-su-1197604601", "van-hoa-1197604602")
HOME = "/"
DOWN = Script((b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",))
MISSING = Script((b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",))


@dataclass
class LivingSite:
    """What is published, edited, deleted and ill; answers for a WireServer in place of its table of scripts."""

    server: WireServer | None = None
    articles: dict[int, int] = field(default_factory=dict)
    """Number → version."""
    gone: set[int] = field(default_factory=set)
    ill: set[str] = field(default_factory=set)
    """Paths that answer 503."""
    instead: Script | None = None
    """What every article's address says, in the place of the article."""
    slugs: dict[int, str] = field(default_factory=dict)
    """Number → a new slug; the old one leads there."""

    def publish(self, count: int) -> None:
        """Put new articles on top of the listings."""
        newest = max(self.articles, default=FIRST - 1)
        for number in range(newest + 1, newest + 1 + count):
            self.articles[number] = 1

    @property
    def live(self) -> set[str]:
        """Ids of all that is there."""
        return {str(number) for number in self.articles if number not in self.gone}

    def address(self, number: int) -> str:
        """Where an article is."""
        return f"/tin-tuc/{self.slugs.get(number, 'bai-viet-cua-khu-pho')}-{number}"

    # What a WireServer asks of its scripts

    def get(self, path: str, default: Script) -> Script:
        """The answer for a path."""
        if path in self.ill:
            return DOWN
        if path == HOME:
            return self._page(path, _links([f"/nhom-tin/{section}" for section in SECTIONS]))
        if path.startswith("/nhom-tin/"):
            return self._listing(path)
        number = path[-10:]
        if not path.startswith("/tin-tuc/") or not number.isdigit() or int(number) not in self.articles:
            return default
        return self._article(path, int(number))

    def _article(self, path: str, number: int) -> Script:
        if self.instead is not None:
            return self.instead
        if number in self.gone:
            return MISSING
        if path != self.address(number):
            moved = f"HTTP/1.1 301 Moved\r\nLocation: {self.address(number)}\r\nContent-Length: 0\r\n\r\n"
            return Script((moved.encode(),))
        text = f"(Thanhuytphcm.vn) - Bài số {number}, lần {self.articles[number]}: bà con khu phố cùng nhau dọn kênh."
        again = "Ban điều hành khu phố mong được nghe thêm góp ý của mọi người trong các buổi họp tổ sắp tới."
        body = f"<h1>Bài viết của khu phố</h1><p>14/03/2025 09:15</p><p>{text}</p><p>{again}</p><p><b>Minh Tâm</b></p>"
        return self._page(path, body)

    def _listing(self, path: str) -> Script:
        name, _, query = path.removeprefix("/nhom-tin/").partition("?page=")
        if name not in SECTIONS:
            return MISSING
        section, page = SECTIONS.index(name), int(query or 1)
        numbers = [
            n for n in sorted(self.articles, reverse=True) if n % len(SECTIONS) == section and n not in self.gone
        ]
        here = numbers[(page - 1) * PER_PAGE : page * PER_PAGE]
        if not here and page > 1:
            return MISSING
        turn = f'<a href="/nhom-tin/{name}?page={page + 1}">Trang sau</a>' if len(numbers) > page * PER_PAGE else ""
        return self._page(path, _links([self.address(number) for number in here]) + turn)

    def _page(self, path: str, body: str) -> Script:
        data = f"<!DOCTYPE html><html><head><title>Trang</title></head><body>{body}</body></html>".encode()
        tag = b'"' + hashlib.sha256(data).hexdigest()[:16].encode() + b'"'
        assert self.server is not None
        if b"If-None-Match: " + tag in self.server.heard[path][-1]:
            return Script((b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n",))
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: %b\r\nContent-Length: %d\r\n\r\n"
        return Script((head % (tag, len(data)) + data,))


def _links(paths: list[str]) -> str:
    return "".join(f'<li><a href="{path}">xem bài {path[-4:]}</a></li>' for path in paths)


def plan_run(chance: random.Random) -> tuple[str, list[str], dict[str, str]]:
    """A run as any night may bring it: verb, options, environment; many are stopped in some way."""
    verb = chance.choice(["crawl", "refresh", "refresh", "refresh"])
    options: list[str] = []
    environment: dict[str, Any] = {}
    match chance.randrange(8):
        case 0 | 1:
            environment["THANHUY_FAULT"] = f"committed:{chance.randint(1, 9)}:kill"
        case 2:
            environment["THANHUY_FAULT"] = f"{chance.choice(['sync', 'write'])}:{chance.randint(1, 12)}:ENOSPC"
        case 3 | 4:
            options = ["--max-requests", str(chance.randint(1, 9))]
        case 5:
            options = ["--since", "2030-01-01"]
        case 6:
            options = ["--limit", str(chance.randint(1, 6))]
    return verb, options, environment
