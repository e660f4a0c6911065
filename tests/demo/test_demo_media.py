"""The sample site's photos, icons and files: real ones, read by small strict readers."""

import datetime as dt
import re
import struct
import zlib
from urllib.parse import urlsplit

import pytest

from crawler.demo import front, media
from crawler.demo.model import IMAGE_HOST
from crawler.demo.routes import answer
from crawler.demo.truth import SampleSite

WWW = "www.thanhuytphcm.vn"
TODAY = dt.datetime(2024, 2, 28, 9, 14, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@pytest.fixture(scope="module")
def site() -> SampleSite:
    return SampleSite(now=lambda: TODAY)


def png_problems(data: bytes) -> list[str]:
    """What a strict reader would say of a PNG."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return ["magic"]
    at, kinds, pixels = 8, [], b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body, crc = data[at + 8 : at + 8 + length], data[at + 8 + length : at + 12 + length]
        if struct.pack(">I", zlib.crc32(kind + body)) != crc:
            return [f"CRC of {kind!r}"]
        kinds.append(kind)
        pixels += body if kind == b"IDAT" else b""
        at += 12 + length
    width, height = struct.unpack(">II", data[16:24])
    whole = len(zlib.decompress(pixels)) == height * (1 + 3 * width)
    return [] if whole and kinds[0] == b"IHDR" and kinds[-1] == b"IEND" else ["chunks"]


def jpeg_blocks(data: bytes) -> int:
    """Decode a baseline JPEG of our kind far enough to count its blocks; the scan must end where the file does."""
    assert (data[:2], data[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    at, tables = 2, {}
    while True:
        marker, length = struct.unpack(">xBH", data[at : at + 4])
        body = data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xC4:
            tables[body[0]] = huffman(body[1:17], body[17:])
        if marker == 0xDA:
            break
    bits = "".join(f"{byte:08b}" for byte in data[at:-2].replace(b"\xff\0", b"\xff"))
    blocks, place = 0, 0
    while len(bits) - place >= 8 or "0" in bits[place:]:
        size, place = symbol(tables[0x00], bits, place)
        end, place = symbol(tables[0x10], bits, place + size)
        assert end == 0
        blocks += 1
    return blocks


def huffman(counts: bytes, symbols: bytes) -> dict[str, int]:
    table, code, used = {}, 0, 0
    for length, count in enumerate(counts, 1):
        for _ in range(count):
            table[f"{code:0{length}b}"] = symbols[used]
            code, used = code + 1, used + 1
        code <<= 1
    return table


def symbol(table: dict[str, int], bits: str, place: int) -> tuple[int, int]:
    end = next(end for end in range(place + 1, place + 17) if bits[place:end] in table)
    return table[bits[place:end]], end


def test_photos_are_real_pictures_and_each_differs(site: SampleSite) -> None:
    photos = [photo for article in site.articles for photo in article.photos]
    bodies = {}
    for photo in photos:
        found = answer(site, IMAGE_HOST, photo.path.partition("?")[0])
        bodies[photo.path] = found.body
        if found.content_type == "image/png":
            assert png_problems(found.body) == []
        else:
            assert found.content_type == "image/jpeg"
            assert found.body[:3] == b"\xff\xd8\xff"
            assert struct.unpack(">HH", found.body[found.body.index(b"\xff\xc0") + 5 :][:4]) == (
                media.HEIGHT,
                media.WIDTH,
            )
    assert len(photos) == len(bodies) == len(set(bodies.values()))
    assert len({path.rpartition(".")[2].partition("?")[0] for path in bodies}) >= 4, "jpg, JPG, png, PNG"


def test_a_jpeg_decodes_to_all_its_blocks() -> None:
    assert jpeg_blocks(media.jpeg("a photo", 64, 48)) == 3 * (64 // 8) * (48 // 8)


def test_the_icons_are_pictures(site: SampleSite) -> None:
    for path in front.ICONS:
        assert png_problems(answer(site, WWW, path).body) == []
    icon = answer(site, WWW, "/favicon.ico").body
    assert icon[:4] == b"\0\0\1\0"
    assert png_problems(icon[22:]) == []


def test_the_attachment_is_a_pdf_whose_table_points_at_its_objects(site: SampleSite) -> None:
    url = next(url for article in site.articles for url in site.truth(article.key)["attachments"])
    found = answer(site, IMAGE_HOST, urlsplit(url).path)
    assert found.content_type == "application/pdf"
    assert found.body.startswith(b"%PDF-1.4")
    assert found.body.endswith(b"%%EOF\n")
    offsets = [int(entry) for entry in re.findall(rb"(\d{10}) 00000 n", found.body)]
    assert [f"{number} 0 obj".encode() for number in range(1, 6)] == [found.body[at : at + 7] for at in offsets]
    start = re.search(rb"startxref\n(\d+)", found.body)
    assert start is not None
    assert found.body[int(start[1]) :].startswith(b"xref\n")
