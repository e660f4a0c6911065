"""Ways to build the same page differently: other blocks around the same text, and a larger site around the article."""

import random
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from tests.support import perturbations

Perturbation = Callable[[Any, random.Random], None]


def _figures(root: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Each figure of one photo, with its `img` and its caption;
    those whose caption is more than a line are left alone.
    """
    for figure in list(root.iter("figure")):
        images, captions = figure.findall(".//img"), figure.findall(".//figcaption")
        if len(images) == 1 and len(captions) <= 1 and not any(caption.findall(".//p") for caption in captions):
            yield figure, images[0], captions[0] if captions else None


def _take_text(target: Any, source: Any) -> None:
    target.text = source.text
    target.extend(list(source))


def _lay(target: Any, image: Any) -> None:
    target.append(image)
    image.tail = None


def figures_as_tables(root: Any, chance: random.Random) -> None:
    """A table of two rows for every figure."""
    for figure, image, caption in _figures(root):
        table = etree.Element("table", align="center")
        _lay(etree.SubElement(etree.SubElement(table, "tr"), "td"), image)
        if caption is not None:
            _take_text(etree.SubElement(etree.SubElement(table, "tr"), "td"), caption)
        table.tail = figure.tail
        figure.getparent().replace(figure, table)


def figures_as_paragraphs(root: Any, chance: random.Random) -> None:
    """Two centred paragraphs for every figure, the second set apart."""
    style = chance.choice(["em", "i", "span", "font"])
    for figure, image, caption in _figures(root):
        parent, tail = figure.getparent(), figure.tail
        photo = etree.Element("p", style="text-align:center")
        _lay(photo, image)
        figure.tail = None
        parent.replace(figure, photo)
        last = photo
        if caption is not None:
            last = etree.Element("p", style="text-align:center")
            _take_text(etree.SubElement(last, style), caption)
            parent.insert(parent.index(photo) + 1, last)
        last.tail = tail


def figures_as_divs(root: Any, chance: random.Random) -> None:
    """A plain `div` for every figure, with the caption in an element of its own."""
    for figure, _, caption in _figures(root):
        figure.tag = "div"
        if caption is not None:
            caption.tag = chance.choice(["p", "div", "span"])


def paragraphs_as_breaks(root: Any, chance: random.Random) -> None:
    """Two line breaks behind the text for every `p` that nothing sets apart."""
    for parent in list(root.iter("div", "td", "section", "article")):
        paragraphs = [child for child in parent if child.tag == "p"]
        for paragraph in paragraphs if len(paragraphs) >= 3 else ():
            if paragraph.attrib or paragraph.find(".//img") is not None:
                continue
            at = parent.index(paragraph)
            breaks = [etree.Element("br"), etree.Element("br")]
            breaks[-1].tail, paragraph.tail = paragraph.tail, None
            parent.remove(paragraph)
            if at:
                parent[at - 1].tail = (parent[at - 1].tail or "") + (paragraph.text or "")
            else:
                parent.text = (parent.text or "") + (paragraph.text or "")
            for place, element in enumerate([*paragraph, *breaks], start=at):
                parent.insert(place, element)


def paragraphs_as_spans(root: Any, chance: random.Random) -> None:
    """A `span` set as a block for every `p` of plain text."""
    for paragraph in list(root.iter("p")):
        if not paragraph.attrib and paragraph.find(".//img") is None:
            paragraph.tag = "span"
            paragraph.set("style", "display:block")


def title_as_block(root: Any, chance: random.Random) -> None:
    """Anything but `h1` for the headline; inline only where no more text follows in its line."""
    for heading in list(root.iter("h1")):
        after = heading.getnext()
        alone = not (heading.tail or "").strip() and (
            after is None or after.tag in {"br", "div", "figure", "p", "table", "ul"}
        )
        tag = chance.choice(["div", "h2", "span", "p"])
        heading.tag = tag if alone or tag != "span" else "p"


def add_clock(root: Any, chance: random.Random) -> None:
    """The day of the visit above everything else."""
    body = root.find("body")
    clock = etree.Element("div")
    clock.text = chance.choice(
        ["Thứ Tư, ngày 28 tháng 2 năm 2024", "Thứ tư, 28/02/2024 09:14:22", "Hôm nay: 28/2/2024"]
    )
    clock.tail, body.text = body.text, None
    body.insert(0, clock)


def add_buttons(root: Any, chance: random.Random) -> None:
    """A row of buttons under the headline."""
    heading = next(root.iter("h1"), None)
    if heading is not None:
        row = etree.Element("div")
        for text in chance.sample(["Chia sẻ", "Facebook", "Zalo", "In trang", "Gửi email", "A-", "A+", "Lưu"], 4):
            button = etree.SubElement(row, "a", href="#")
            button.text, button.tail = text, " "
        row.tail, heading.tail = heading.tail, None
        heading.getparent().insert(heading.getparent().index(heading) + 1, row)


_MENU = ("Trang chủ", "Thời sự", "Xây dựng Đảng", "Kinh tế", "Văn hóa - Xã hội", "Học tập và làm theo Bác", "Quốc phòng - An ninh",
         "Tư liệu", "Đại hội Đảng các cấp", "Cải cách hành chính, chuyển đổi số", "Video", "Hộp thư")  # fmt: skip
_HEADLINES = (
    "Khởi công nhà văn hóa thiếu nhi bên kênh Rạch Lá",
    "Chợ đêm phường Bình Lạc mở cửa trở lại sau mùa mưa",
    "Tập huấn sơ cứu cho một trăm lái xe buýt",
    "Trao tặng tủ sách cho trường vùng ven",
    "Hẻm 48 thêm một vườn rau chung",
)
_FOOTER = (
    "Bản quyền thuộc về Trang tin mẫu. Ghi rõ nguồn khi phát hành lại thông tin từ trang này.",
    "Trụ sở: 5 đường Kênh Mới, phường Bình Lạc. Điện thoại: (028) 3000 0000. Thư điện tử: bandoc@trangtinmau.example",
    "Giấy phép số 12/GP-MAU cấp ngày 03/02/2015. Chịu trách nhiệm chính: Nguyễn Văn Mẫu, Trưởng ban Biên tập.",
)


def _list_of_links(chance: random.Random, count: int, texts: tuple[str, ...], path: str) -> Any:
    block = etree.Element("ul")
    for _ in range(count):
        link = etree.SubElement(
            etree.SubElement(block, "li"), "a", href=f"/{path}-{1491800000 + chance.randrange(90_000)}"
        )
        link.text = chance.choice(texts)
    return block


def surround(root: Any, chance: random.Random) -> None:
    """A large site around the page: menus above and below, a column of headlines under a label,
    a footer with an address.
    """
    body = root.find("body")
    page = etree.Element("div")
    page.text, body.text = body.text, None
    page.extend(list(body))
    menu, after, column, footer = (etree.Element("div") for _ in range(4))
    menu.append(_list_of_links(chance, chance.randrange(10, 150), _MENU, "nhom-tin/muc"))
    after.append(_list_of_links(chance, chance.randrange(10, 150), _MENU, "nhom-tin/muc"))
    etree.SubElement(column, "div").text = chance.choice(["Đọc nhiều", "Tin nóng", "Tiêu điểm"])
    column.append(_list_of_links(chance, chance.randrange(3, 12), _HEADLINES, "tin-tuc/mot-bai-nao-do"))
    for line in _FOOTER:
        etree.SubElement(footer, "p").text = line
    body.extend(
        [
            *([column, menu] if chance.random() < 0.3 else [menu]),
            page,
            *chance.choice([[after], [column, after]]),
            footer,
        ]
    )


PERTURBATIONS: dict[str, Perturbation] = {
    each.__name__: each
    for each in (
        perturbations.rename_classes,
        perturbations.drop_classes,
        perturbations.reorder_attributes,
        perturbations.swap_emphasis,
        perturbations.wrap_blocks,
        perturbations.wrap_page,
        perturbations.wrap_text,
        perturbations.add_comments,
        perturbations.add_whitespace,
        perturbations.decompose,
        perturbations.sprinkle_invisible,
        perturbations.paragraphs_as_blocks,
        perturbations.headings_as_blocks,
        perturbations.blocks_as_sections,
        figures_as_tables,
        figures_as_paragraphs,
        figures_as_divs,
        paragraphs_as_breaks,
        paragraphs_as_spans,
        title_as_block,
        add_clock,
        add_buttons,
        surround,
    )
}
