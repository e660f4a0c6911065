"""The sample site's photos, icons and files: real ones, read by small strict readers."""

import datetime as dt
import math
import re
import struct
import zlib
from urllib.parse import urlsplit

import pytest

from crawler.demo import jpeg, media
from crawler.demo.model import IMAGE_HOST
from crawler.demo.parts import thumbnail_path
from crawler.demo.pictures import SCENES, scene
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
    rows = zlib.decompress(pixels)
    colours = data[data.index(b"PLTE") - 4 :]
    whole = len(rows) == height * (1 + width) and max(rows) < struct.unpack(">I", colours[:4])[0] // 3
    return [] if whole and kinds[0] == b"IHDR" and kinds[-1] == b"IEND" else ["chunks"]


def jpeg_blocks(data: bytes) -> list[list[int]]:
    """The coefficients of each block of a baseline JPEG, in their order on the wire;
    the scan must end where the file does.
    """
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
    blocks: list[list[int]] = []
    place, before = 0, [0, 0, 0]
    while len(bits) - place >= 8 or "0" in bits[place:]:
        size, place = symbol(tables[0x00], bits, place)
        part = len(blocks) % 3
        before[part] += amplitude(bits[place : place + size])
        place += size
        block = [before[part]]
        while len(block) < 64:
            code, place = symbol(tables[0x10], bits, place)
            if code == 0:
                break
            run, size = code >> 4, code & 15
            block.extend([0] * run)
            block.append(amplitude(bits[place : place + size]))
            place += size
        assert len(block) <= 64
        blocks.append(block + [0] * (64 - len(block)))
    return blocks


def amplitude(bits: str) -> int:
    """A number from its bits (T.81, F.2.2.1)."""
    return 0 if not bits else int(bits, 2) if bits[0] == "1" else int(bits, 2) - (1 << len(bits)) + 1


def levels(block: list[int], mean: int, step: int) -> list[int]:
    """A block's sixty-four levels, by the formula of the standard (T.81, A.3.3)."""
    order = sorted(((u, v) for u in range(8) for v in range(8)), key=lambda at: (sum(at), at[sum(at) % 2]))
    found = {at: value * (step if n else mean) for n, (at, value) in enumerate(zip(order, block, strict=True)) if value}
    scale = [math.sqrt(0.5), *[1.0] * 7]
    return [
        round(
            128
            + sum(
                scale[u] * scale[v] / 4 * value
                * math.cos((2 * x + 1) * u * math.pi / 16) * math.cos((2 * y + 1) * v * math.pi / 16)
                for (u, v), value in found.items()
            )
        )
        for y in range(8) for x in range(8)
    ]  # fmt: skip


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


def test_a_jpeg_decodes_to_the_drawing() -> None:
    """A soft one, of greys: each pixel comes back but for what the quantiser and the dropped frequencies take."""
    drawn = [round(120 + 60 * math.sin(x / 9) + 40 * math.cos(y / 7)) for y in range(16) for x in range(24)]
    data = jpeg.encode(24, 16, bytes(drawn), [(grey, grey, grey) for grey in range(256)], b"greys")
    blocks = jpeg_blocks(data)
    assert 3 * 3 * 2 == len(blocks)
    assert all(not any(block) for number, block in enumerate(blocks) if number % 3), "a grey has no colour"
    for number, block in enumerate(blocks[::3]):
        top, left = 8 * (number // 3), 8 * (number % 3)
        expected = [drawn[(top + y) * 24 + left + x] for y in range(8) for x in range(8)]
        assert max(abs(a - b) for a, b in zip(expected, levels(block, 8, jpeg.QUANTISER), strict=True)) < 8


@pytest.mark.parametrize("kind", range(len(SCENES)))
def test_a_scene_is_the_same_each_time_and_its_jpeg_has_all_its_blocks(kind: int) -> None:
    pixels, palette = scene(kind, 1, 64, 48)
    scene.cache_clear()
    assert (pixels, palette) == scene(kind, 1, 64, 48)
    assert len(palette) <= 256
    assert 3 * 8 * 6 == len(jpeg_blocks(jpeg.encode(64, 48, pixels, palette, b"")))


def test_listings_show_the_photo_itself_in_small(site: SampleSite) -> None:
    photo = next(photo for article in site.articles for photo in article.photos if photo.path.endswith(".jpg"))
    whole = answer(site, IMAGE_HOST, photo.path.partition("?")[0]).body
    small = answer(site, IMAGE_HOST, thumbnail_path(photo)).body
    assert len(small) < len(whole) / 2
    middle = [jpeg_blocks(data)[3 * 4][0] for data in (whole, small)]
    assert abs(middle[0] - middle[1]) < 12, "the same sky"


def test_the_icons_are_pictures(site: SampleSite) -> None:
    for path in media.ICONS:
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
