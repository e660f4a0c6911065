"""Photos, icons and files of the sample site, made at run time:
real PNG, JPEG, ICO, PDF and MP4 bytes, the same for the same name.

The JPEG encoder is the smallest that makes sense: baseline, one colour for each block of eight by eight pixels,
so that of every block only the DC coefficient is coded (ITU-T T.81, annex F).
"""

import functools
import hashlib
import struct
import zlib

WIDTH, HEIGHT = 320, 208
"""Of a photo, in pixels; both multiples of 8."""

Colour = tuple[int, int, int]


@functools.lru_cache(maxsize=512)
def photo(path: str) -> bytes:
    """The photo at a path of the image host: PNG or JPEG by the path's ending."""
    return png(path) if path.lower().endswith(".png") else jpeg(path)


def png(name: str, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """An 8-bit RGB picture, in chunks of eight by eight pixels, with the name as its comment."""
    rows = bytearray()
    for y in range(0, height, 8):
        row = b"".join(bytes(_colour(name, x, y, width, height)) * min(8, width - x) for x in range(0, width, 8))
        rows += (b"\0" + row) * min(8, height - y)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"tEXt", b"Comment\0" + _ascii(name)),
        (b"IDAT", zlib.compress(bytes(rows), 9)),
        (b"IEND", b""),
    )
    out = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        out += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return out


def jpeg(name: str, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A baseline JFIF picture in YCbCr without subsampling, with the name as its comment."""
    tables = b"\0" + bytes([8] * 64)
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"".join(bytes((part, 0x11, 0)) for part in (1, 2, 3))
    scan = b"\3" + b"".join(bytes((part, 0)) for part in (1, 2, 3)) + b"\0\x3f\0"
    segments = (
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xFE, _ascii(name)),
        (0xDB, tables),
        (0xC0, frame),
        (0xC4, b"\0" + bytes(_DC_BITS) + bytes(range(12))),
        (0xC4, b"\x10" + bytes([1, *[0] * 15]) + b"\0"),
        (0xDA, scan),
    )
    head = b"".join(b"\xff" + bytes((marker,)) + struct.pack(">H", len(data) + 2) + data for marker, data in segments)
    return b"\xff\xd8" + head + _scan(name, width, height) + b"\xff\xd9"


_DC_BITS = (0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)
"""How many codes of each length from 1 to 16 the DC table has; its symbols are 0 to 11 in order (T.81, table K.3)."""


def _dc_codes() -> list[str]:
    codes: list[str] = []
    code = 0
    for length, count in enumerate(_DC_BITS, 1):
        for _ in range(count):
            codes.append(f"{code:0{length}b}")
            code += 1
        code <<= 1
    return codes


def _scan(name: str, width: int, height: int) -> bytes:
    """The entropy-coded data: of each block three DC differences,
    each followed by the end of block (the AC table's only code, 0).
    """
    codes = _dc_codes()
    bits: list[str] = []
    before = [0, 0, 0]
    for y in range(0, height, 8):
        for x in range(0, width, 8):
            for part, value in enumerate(_ycbcr(_colour(name, x, y, width, height))):
                diff = value - before[part]
                before[part] = value
                size = abs(diff).bit_length()
                extra = diff if diff > 0 else diff + (1 << size) - 1
                bits.append(codes[size] + (f"{extra:0{size}b}" if size else "") + "0")
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    return int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\0")


def _ycbcr(colour: Colour) -> tuple[int, int, int]:
    """The quantised DC coefficients of a block of one colour;
    with a quantiser of 8 they are the levels shifted by 128.
    """
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return (round(luma - 128), round((blue - luma) * 0.564), round((red - luma) * 0.713))


def _colour(name: str, x: int, y: int, width: int, height: int) -> Colour:
    """A landscape that no other name has: sky, sun, ground and rows of houses."""
    seed = _seed(name)
    horizon = height * (4 + seed[0] % 3) // 8
    sun_x, sun_y = width * (1 + seed[1] % 6) // 7, height // 5
    if (x - sun_x) ** 2 + (y - sun_y) ** 2 < (height // 9) ** 2:
        return (250, 220, 80 + seed[2] % 100)
    if y < horizon - seed[3 + (x // 24) % 20] % max(1, height // 5):
        return (90 + seed[4] % 60 + y % 40, 140 + seed[5] % 50, 220 + seed[6] % 30)
    if y < horizon:
        shade = seed[7 + (x // 24) % 20] % 90
        return (120 + shade, 80 + shade, 60 + shade)
    return (60 + seed[8] % 50, 110 + seed[9] % 60 + (x + y) % 24, 50 + seed[10] % 40)


@functools.lru_cache(maxsize=512)
def _seed(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _ascii(name: str) -> bytes:
    return name.encode("ascii", "replace")


def icon() -> bytes:
    """A favicon: one PNG of 16 by 16 pixels in an ICO."""
    image = png("favicon", 16, 16)
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 24, len(image), 22) + image


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
