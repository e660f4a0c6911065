"""Photos, icons and files of the sample site, made at run time:
real PNG, JPEG, ICO, PDF and MP4 bytes, the same for the same name.
"""

import functools
import hashlib
import struct
import zlib
from collections.abc import Callable, Sequence

from crawler.demo import jpeg
from crawler.demo.canvas import Canvas, Colour
from crawler.demo.icons import captcha, emblem, paper, sign
from crawler.demo.pictures import HOURS, SCENES, scene

WIDTH, HEIGHT = 480, 320
"""Of a photo, in pixels; both multiples of 8."""
SMALL_WIDTH, SMALL_HEIGHT = 168, 112
"""The same of the photos that listings show."""
DEAL = 58
"""How the drawings are dealt out: so that no two neighbours on the home page are alike."""


@functools.lru_cache(maxsize=512)
def photo(path: str, *, small: str | None = None) -> bytes:
    """The photo at a path of the image host, or the small form of it at the path `small`:
    PNG or JPEG by its ending.

    There are eighteen drawings, dealt out by the path; the bytes of no two photos are equal,
    since each holds its path as its comment.
    """
    turn = int.from_bytes(hashlib.sha256(f"{DEAL} {path}".encode()).digest()[:4])
    width, height = (SMALL_WIDTH, SMALL_HEIGHT) if small else (WIDTH, HEIGHT)
    pixels, palette = scene(turn % len(SCENES), turn // len(SCENES) % len(HOURS), width, height)
    name = small or path
    encode = png if name.lower().endswith(".png") else jpeg.encode
    return encode(width, height, pixels, palette, _ascii(name))


def png(width: int, height: int, pixels: bytes, palette: Sequence[Colour], comment: bytes = b"") -> bytes:
    """A picture whose pixels are numbers of a palette, row by row (PNG, colour type 3)."""
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(map(bytes, palette))),
        (b"tEXt", b"Comment\0" + comment),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


ICONS: dict[str, Callable[[], Canvas]] = {
    "/static/logo.png": functools.partial(emblem, 96),
    "/static/nen.png": paper,
    "/static/refresh.png": functools.partial(sign, "refresh"),
    "/static/in.png": functools.partial(sign, "print"),
    "/static/lich.png": functools.partial(sign, "calendar"),
    "/static/fb.png": functools.partial(sign, "share"),
    "/captcha.aspx": captcha,
}
"""Path → what draws the picture there."""


@functools.cache
def drawn(path: str) -> bytes:
    """The picture at a path of `ICONS`, as PNG."""
    canvas = ICONS[path]()
    return png(canvas.width, canvas.height, canvas.pixels, canvas.palette)


def _ascii(name: str) -> bytes:
    return name.encode("ascii", "replace")


@functools.cache
def icon() -> bytes:
    """A favicon: the emblem as one PNG of 32 by 32 pixels in an ICO."""
    canvas = emblem(32)
    image = png(32, 32, canvas.pixels, canvas.palette)
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 32, 32, 0, 0, 1, 8, len(image), 22) + image


def pdf(name: str) -> bytes:
    """One page of A5 with the file's name on it (ISO 32000-1)."""
    text = _ascii(name).replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    content = b"BT /F1 12 Tf 36 540 Td (" + text + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >>"
            b" >> >>"
        ),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def video(name: str) -> bytes:
    """An MP4 that has a brand and an empty box of data: enough to be told as one, nothing to play."""
    brand = b"isom\0\0\2\0isomiso2mp41"
    data = _ascii(name)
    return b"".join(
        struct.pack(">I", len(body) + 8) + kind + body
        for kind, body in ((b"ftyp", brand), (b"free", data), (b"mdat", b""))
    )
