"""Designs: invented articles in markups that the sample site has not, with what is true of each."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from crawler.learning.observing import StoredPage
from crawler.pages import slug_of

_WHO = ("Bà con", "Tổ dân phố", "Nhóm bạn trẻ", "Ban điều hành", "Hội người cao tuổi", "Đội xe đạp", "Thư viện nhỏ")
_DOES = ("dọn con kênh", "trồng hàng cây", "sửa cây cầu gỗ", "mở lớp vẽ", "góp sách cũ", "quét vôi bức tường")
_WHERE = ("ở hẻm {}", "bên bờ kênh số {}", "sau chợ hoa {}", "trước nhà văn hóa {}", "cạnh sân bóng {}")
_WHEN = ("từ sáng sớm", "suốt buổi chiều", "trong hai ngày cuối tuần", "sau cơn mưa", "trước mùa nước nổi")
_NAMES = ("Mai Anh", "Long Hồ", "Minh Tâm", "Thu Hà", "Quốc Bảo")


@dataclass(frozen=True)
class Story:
    """One article, as its page should be read."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...]
    byline: str
    day: str

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://www.thanhuytphcm.vn/tin-tuc/{slug_of(self.title)}-{self.number}"


def tell_stories(count: int, seed: int = 1) -> list[Story]:
    """So many articles, no two alike."""
    chance = random.Random(seed)

    def clause() -> str:
        where = chance.choice(_WHERE).format(chance.randint(2, 9_999))
        return f"{chance.choice(_WHO)} {chance.choice(_DOES)} {where} {chance.choice(_WHEN)}"

    def paragraph() -> str:
        return ". ".join(clause() for _ in range(chance.randint(2, 4))) + "."

    return [
        Story(
            number=1491871001 + number,
            title=clause(),
            paragraphs=tuple(paragraph() for _ in range(chance.randint(5, 9))),
            captions=tuple(clause() for _ in range(chance.randint(1, 2))),
            byline=chance.choice(_NAMES),
            day=f"{chance.randint(1, 28):02d}/{chance.randint(1, 12):02d}/2023 {chance.randint(6, 22):02d}:15",
        )
        for number in range(count)
    ]


def page_of(story: Story, design: Callable[[Story], str]) -> StoredPage:
    """Its page in a design."""
    return StoredPage(url=story.url, body=design(story).encode())


def frame(story: Story, main: str) -> str:
    """What every page has around its article."""
    menu = "".join(f'<li><a href="/nhom-tin/quan-{n}-11976046{n:02d}">Quận {n}</a></li>' for n in range(1, 8))
    return (
        f"<html><head><title>{escape(story.title)}</title></head><body><div class='k0'>Thứ Tư, 28/02/2024</div>"
        f"<ul class='k1'>{menu}</ul><div class='k2'>{main}</div><div class='k3'>Ghi rõ nguồn khi phát hành lại thông"
        " tin từ trang này</div></body></html>"
    )


def named_amiss(story: Story) -> str:
    """The story's second half stands in a block called after what stands around articles elsewhere."""
    half = len(story.paragraphs) - 1
    first, rest = (_paragraphs(part) for part in (story.paragraphs[:half], story.paragraphs[half:]))
    return frame(
        story,
        f"<div class='t9'>{story.title}</div><div class='t8'>{story.day}</div><div class='n1'><div class='n2'>{first}"
        f"{_photos(story, 'chu-thich')}</div><div class='promo'>{rest}</div><p class='tg'><b>{story.byline}</b></p></div>",
    )


def captions_unmarked(story: Story) -> str:
    """Captions are lines like any others but for a class that says nothing; some photos have them as their `alt`."""
    text = list(map(_paragraph, story.paragraphs))
    for number, caption in enumerate(story.captions):
        alt = f" alt='{caption}'" if (story.number + number) % 4 else ""
        photo = f"<p><img src='https://images.hcmcpv.org.vn/Uploads/Image/{story.number}{number}.jpg'{alt}></p>"
        text[1 + number * 2 : 1 + number * 2] = [f"{photo}<p class='m7'>{caption} {caption_tail(story, number)}</p>"]
    return frame(
        story,
        f"<h1 class='t1'>{story.title}</h1><div class='t2'>{story.day}</div><div class='n5'>{''.join(text)}"
        f"<p><b>{story.byline}</b></p></div>",
    )


def caption_tail(story: Story, number: int) -> str:
    """What ends a caption as a sentence, so that it reads as a paragraph does."""
    return f"trong buổi sáng ngày {1 + (story.number + number) % 28} của tháng, nơi ai cũng góp một tay."


def plain(story: Story) -> str:
    """A design without a trap."""
    return frame(
        story,
        f"<h1>{story.title}</h1><p class='d'>{story.day}</p><div class='noi-dung'>{_paragraphs(story.paragraphs)}"
        f"{_photos(story, 'caption')}<p class='tac-gia'><b>{story.byline}</b></p></div>",
    )


def another_way(story: Story) -> str:
    """The same frame, the article set otherwise."""
    return frame(
        story,
        f"<table class='bai'><tr><td><span class='td'>{story.title}</span></td></tr><tr><td class='gio'>{story.day}</td>"
        f"</tr><tr><td class='chu'>{_paragraphs(story.paragraphs)}<div align='right'><b>{story.byline}</b></div></td></tr>"
        "</table>",
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(map(_paragraph, texts))


def _photos(story: Story, called: str) -> str:
    return "".join(
        f"<div class='anh'><img src='https://images.hcmcpv.org.vn/Uploads/Image/{story.number}{n}.jpg'>"
        f"<div class='{called}'>{caption}</div></div>"
        for n, caption in enumerate(story.captions)
    )


RECURRING = "Bạn đọc có ý kiến về bài viết này xin gửi về hộp thư của tòa soạn trước ngày cuối tháng."


def line_that_recurs(story: Story) -> str:
    """The same sentence stands amid the text of every page, set as its paragraphs are."""
    half = len(story.paragraphs) // 2
    first, rest = (_paragraphs(part) for part in (story.paragraphs[:half], story.paragraphs[half:]))
    plea = f"<p class='z9'>{RECURRING}</p>"
    return frame(
        story,
        f"<h1 class='t1'>{story.title}</h1><div class='t2'>{story.day}</div><div class='n5'>{first}{plea}{rest}"
        f"<p class='b5'><b>{story.byline}</b></p></div>",
    )
