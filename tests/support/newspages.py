"""News pages: articles put together from parts as papers set them, each with the record that it must give.

A page is drawn from a random number: how the headline, the standfirst, the date and the byline are set, in which blocks
the text stands, what is set between its paragraphs, what follows it. Names of classes say nothing, or little.
"""

import random
from dataclasses import dataclass, field

TITLE = "Xưởng mộc cuối hẻm dạy nghề cho trẻ lang thang"
URL = "https://www.thanhuytphcm.vn/tin-tuc/xuong-moc-cuoi-hem-day-nghe-cho-tre-lang-thang-1491914311"
LEAD = (
    "Mười hai năm nay, một xưởng mộc nhỏ ở cuối con hẻm nhận dạy nghề miễn phí cho những đứa trẻ không nơi nương tựa, "
    "và đã có hơn trăm em ra nghề."
)
OPENING = (
    "(Thanhuytphcm.vn) - Sáng 5/10, xưởng mộc của ông Bảy Thìn ở phường 14 làm lễ tiễn sáu học trò ra nghề, có mặt nhiều"
    " người từng học ở đây."
)
PARAGRAPHS = (
    "Ông Bảy Thìn kể rằng ngày đầu chỉ có hai đứa nhỏ bán vé số ghé vào xin nước, rồi ở lại xem người ta bào gỗ suốt cả"
    " buổi trưa.",
    "Mỗi em được phát một bộ đục, một cái thước và một quyển sổ. Sổ ghi tên gỗ, giờ làm, và những điều hôm đó còn vụng.",
    "Buổi tối, các em học chữ ở gian nhà sau do cô giáo hưu trí trong xóm đứng lớp, tuần ba buổi, không thu học phí.",
    "Xưởng nhận đóng bàn ghế cho ba trường tiểu học trong phường; tiền công chia đều, phần của em nào gửi vào sổ tiết kiệm"
    " của em đó.",
    "“Nghề này không giàu, nhưng sống được bằng hai bàn tay của mình”, ông Bảy nói với lứa học trò thứ chín.",
    "Hội Chữ thập đỏ phường đã vận động mạnh thường quân tặng xưởng một máy hút bụi gỗ, để các em đỡ ho khi trời khô.",
    "Trong số những người trở về hôm nay có anh Lê Hoàng Nhân, nay là chủ một tiệm mộc ở Hóc Môn với bảy thợ phụ.",
    "Anh Nhân góp cho xưởng mười tấm gỗ tràm đã phơi đủ nắng và hứa nhận hai em về làm việc ngay trong tháng tới.",
    "Theo lãnh đạo phường, địa phương đang làm thủ tục để xưởng được công nhận là cơ sở dạy nghề, có chứng chỉ cho học"
    " viên.",
    "Lớp mới sẽ mở vào giữa tháng mười một, nhận mười bốn em từ mười lăm tuổi trở lên, ưu tiên trẻ mồ côi và con em hộ"
    " nghèo.",
    "Người trong hẻm quen với tiếng cưa từ sáu giờ sáng; nhà nào có đám tiệc, xưởng nghỉ một buổi để khỏi làm phiền.",
    "Chiều xuống, mùi gỗ thông quyện với mùi cơm, và mấy đứa nhỏ ngồi trên đống dăm bào đọc to bài tập đọc của ngày mai.",
)
HEADINGS = ("Từ hai đứa trẻ bán vé số", "Chữ nghĩa bên bàn bào", "Ngày trở lại xưởng cũ")
CAPTIONS = (
    "Ông Bảy Thìn hướng dẫn học trò bào mặt ghế. Ảnh: Thu Hà",
    "Sáu học viên trong ngày ra nghề",
    "Gian nhà sau là lớp học chữ buổi tối.",
)
OTHERS = (
    "Khai trương thư viện lưu động cho công nhân khu chế xuất",
    "Hơn trăm bạn trẻ nhặt rác dọc bờ kênh Tàu Hủ",
    "Phiên chợ không đồng dịp cuối năm ở Hóc Môn",
    "Đổi rác lấy cây xanh ở chung cư Miếu Nổi",
)
AUTHOR = "Hoài Thương"
DAY = "05/10/2023 18:45"


@dataclass
class Drawn:
    """A page, and what its record must say."""

    html: str = ""
    lead: str | None = None
    byline: str | None = None
    body: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    """How each part was set, so that a failure says what is wrong with which."""


class Press:
    """One page under way."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.page = Drawn()
        self.captions = list(CAPTIONS)
        self.photos = 0

    def pick(self, part: str, *ways: str) -> str:
        way = self.random.choice(ways)
        self.page.parts.append(f"{part}={way}")
        return way

    def name(self) -> str:
        """A class that says nothing."""
        return f' class="c{self.random.randrange(900)}"' if self.random.random() < 0.7 else ""

    def print(self) -> Drawn:
        count = self.random.randrange(4, len(PARAGRAPHS) + 1)
        paragraphs = [OPENING, *self.random.sample(PARAGRAPHS, count)]
        head, tail = self.head(), self.tail()
        body = self.body(paragraphs)
        article = self.around(head, body, tail)
        self.page.html = (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{TITLE} - Trang tin Đảng bộ</title></head>'
            f"<body>{self.top()}{article}{self.foot()}</body></html>"
        )
        return self.page

    def top(self) -> str:
        links = "".join(
            f"<li><a href='/nhom-tin/muc-{n}'>{name}</a></li>"
            for n, name in enumerate(("Thời sự", "Xã hội", "Kinh tế", "Văn hóa", "Giáo dục"), 1)
        )
        return f"<div{self.name()}><div>Thứ Tư, ngày 28 tháng 2 năm 2024</div><ul{self.name()}>{links}</ul></div>"

    def head(self) -> str:
        date = {
            "plain": f"<div{self.name()}>{DAY}</div>",
            "span": f"<p{self.name()}><span>{DAY}</span></p>",
            "labelled": f"<div{self.name()}>Ngày đăng: {DAY}</div>",
            "time": f"<div{self.name()}><time>{DAY}</time></div>",
        }[self.pick("date", "plain", "span", "labelled", "time")]
        where = self.pick(
            "byline", "tail", "tail-bold", "tail-class", "tail-strong", "tail-two", "tail-source", "tail-span", "head",
            "head-link", "head-dated", "none",
        )  # fmt: skip
        self.where = where
        author = ""
        if where == "head":
            author = f"<div{self.name()}>{AUTHOR}</div>"
        elif where == "head-dated":
            date = f"<div{self.name()}><span>{AUTHOR}</span> - {DAY}</div>"
        elif where == "head-link":
            author = f"<div{self.name()}><a href='/tac-gia/hoai-thuong'>{AUTHOR}</a></div>"
        told = {"none": None, "tail-strong": f"Bài và ảnh: {AUTHOR}", "tail-two": f"{AUTHOR} - Minh Khuê"}
        self.page.byline = told.get(where, AUTHOR)
        lead = self.lead()
        share = (
            f"<div{self.name()}><a href='#'>Chia sẻ</a> <a href='#'>In bài viết</a></div>"
            if self.random.random() < 0.4
            else ""
        )
        order = self.pick("order", "date-lead", "lead-date")
        rest = f"{date}{author}{share}{lead}" if order == "date-lead" else f"{lead}{date}{author}{share}"
        return f"<h1{self.name()}>{TITLE}</h1>{rest}"

    def lead(self) -> str:
        way = self.pick("lead", "none", "none", "h2", "bold", "block", "called")
        if way == "none":
            return ""
        self.page.lead = LEAD
        return {
            "h2": f"<h2{self.name()}>{LEAD}</h2>",
            "bold": f"<p{self.name()}><strong>{LEAD}</strong></p>",
            "block": f"<div{self.name()}><p>{LEAD}</p></div>",
            "called": f'<div class="sapo">{LEAD}</div>',
        }[way]

    def tail(self) -> str:
        name = {
            "tail": f'<p style="text-align:right">{AUTHOR}</p>',
            "tail-bold": f"<p align=right><b>{AUTHOR}</b></p>",
            "tail-class": f'<p class="author">{AUTHOR}</p>',
            "tail-strong": f"<p>Bài và ảnh: {AUTHOR}</p>",
            "tail-two": f"<p style='text-align: right;'><strong>{AUTHOR} - Minh Khuê</strong></p>",
            "tail-source": f"<p align=right><strong>{AUTHOR}</strong></p><p align=right><em>Nguồn: Báo Xóm Mới</em></p>",
            "tail-span": f"<div style='text-align:right'><span><b>{AUTHOR}</b></span></div>",
        }.get(self.where, "")
        if self.where in {"tail", "tail-bold", "tail-class"} and self.random.random() < 0.25:
            self.page.parts.append("tail=editor")
            name += '<p style="text-align:right"><i>Biên tập: Minh Khuê</i></p>'
        return name

    def body(self, paragraphs: list[str]) -> list[str]:
        """The paragraphs as blocks, with what is set between them."""
        blocks: list[str] = []
        way = self.pick("paragraph", "p", "p", "div", "p-span")
        for number, text in enumerate(paragraphs):
            if number and self.random.random() < 0.15 and len(self.page.body) < 12:
                heading = HEADINGS[number % len(HEADINGS)]
                if heading not in self.page.body:
                    self.page.body.append(heading)
                    blocks.append(self.random.choice((f"<h3>{heading}</h3>", f"<p><strong>{heading}</strong></p>")))
            blocks.append(
                {
                    "p": f"<p>{text}</p>",
                    "div": f"<div>{text}</div>",
                    "p-span": f"<p><span style='font-size:14px'>{text}</span></p>",
                }[way]
            )
            self.page.body.append(text)
            if 0 < number < len(paragraphs) - 1 and self.random.random() < 0.3:
                blocks.append(self.insert())
        return blocks

    def insert(self) -> str:
        way = self.pick(
            "insert", "photo", "photo", "related-list", "related-link", "advert", "card", "listen", "hidden", "see-also",
            "player", "aside", "poll", "list", "quote",
        )  # fmt: skip
        other = self.random.choice(OTHERS)
        link = f"/tin-tuc/{'-'.join(str(ord(c)) for c in other[:6])}-bai-khac-nua-day-{self.random.randrange(1491914100, 1491914199)}"
        if way == "photo":
            return self.photo()
        if way == "related-list":
            items = "".join(
                f"<li><a href='{link}{n}'>{text}</a></li>" for n, text in enumerate(self.random.sample(OTHERS, 2))
            )
            return f"<div{self.name()}><div>Tin liên quan</div><ul>{items}</ul></div>"
        if way in {"list", "quote"}:
            return self.told(way)
        if way == "see-also":
            return f"<p>&gt;&gt; Xem thêm: <a href='{link}'>{other}</a></p>"
        if way == "related-link":
            return f"<p><a href='{link}'>{other}</a></p>"
        if way == "card":
            return (
                f"<div{self.name()}><a href='{link}'><img src='/anh/{self.random.randrange(99)}.jpg'></a>"
                f"<h4><a href='{link}'>{other}</a></h4><p>{PARAGRAPHS[-1][:90]}, theo một bài khác.</p></div>"
            )
        return {
            "advert": f"<div{self.name()}><div><iframe src='https://ads.example.com/1'></iframe></div></div>",
            "listen": f"<div{self.name()}>Nghe đọc bài</div>",
            "player": "<div class='video'><video src='/v.mp4'></video></div>",
            "aside": f"<aside><h4>Đọc nhiều</h4><ul><li><a href='{link}'>{other}</a></li></ul></aside>",
            "poll": "<form><p>Bạn có muốn ghé thăm xưởng mộc này không?</p><input type=radio> Có <input type=radio> Không</form>",
            "hidden": "<p style='display:none'>Đoạn này không ai nhìn thấy trên trang cả, dù máy tìm kiếm vẫn đọc được.</p>",
        }[way]

    def told(self, way: str) -> str:
        """A list or a quotation of the text's own; once a page."""
        lines = {"list": ("Hai bộ đục cho lứa học trò mới;", "Một máy hút bụi gỗ của Hội Chữ thập đỏ.")}.get(
            way, ("“Ai đến xin học, tôi chỉ hỏi một câu: con có chịu được bụi không?”",)
        )
        if lines[0] in self.page.body:
            return ""
        self.page.body += lines
        if way == "list":
            return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
        return f"<blockquote><p>{lines[0]}</p></blockquote>"

    def photo(self) -> str:
        if not self.captions:
            return ""
        self.photos += 1
        source = f"<img src='//images.hcmcpv.org.vn/Uploads/Image/05102023A1B2C3D4/{self.photos}.jpg' width='700'>"
        way = self.pick("photo", "figure", "table", "box", "italic", "centred", "bare", "deep", "break", "row")
        if way == "bare":
            return f"<p>{source}</p>"
        text = self.captions.pop(0)
        self.page.captions.append(text)
        return {
            "figure": f"<figure>{source}<figcaption>{text}</figcaption></figure>",
            "table": f"<table><tr><td>{source}</td></tr><tr><td>{text}</td></tr></table>",
            "box": f"<div{self.name()}>{source}<div{self.name()}>{text}</div></div>",
            "deep": f"<div class='v'><div>{source}</div><div class='photo-caption'><p>{text}</p></div></div>",
            "break": f"<p align=center>{source}<br><i>{text}</i></p>",
            "row": f"<table align=center><tbody><tr><td>{source}</td></tr><tr><td><p>{text}</p></td></tr></tbody></table>",
            "italic": f"<p>{source}</p><p><em>{text}</em></p>",
            "centred": f"<p align=center>{source}</p><p align=center>{text}</p>",
        }[way]

    def around(self, head: str, body: list[str], tail: str) -> str:
        """Head, text and tail in their blocks."""
        way = self.pick("blocks", "one", "one", "same", "halves", "sections", "nested", "read-more", "apart", "cells")
        half = self.random.randrange(1, len(body))
        text = "".join(body)
        advert = f"<div{self.name()}><div><img src='/qc.png'></div></div>"
        inner = {
            "one": f"<div{self.name()}>{text}{tail}</div>",
            "same": f"{text}{tail}",
            "halves": f"<div{self.name()}>{''.join(body[:half])}</div>{advert}<div{self.name()}>{''.join(body[half:])}{tail}</div>",
            "sections": self.sections(body, tail),
            "nested": f"<div{self.name()}><div><div{self.name()}>{text}</div></div>{tail}</div>",
            "read-more": f"<div{self.name()}><div>{''.join(body[:half])}</div><div id=more><div>{''.join(body[half:])}</div></div>{tail}</div>",
            "apart": f"<div{self.name()}>{text}{tail}</div>",
            "cells": f"<table><tr><td>{text}{tail}</td></tr></table>",
        }[way]
        if way == "apart":
            return (
                f"<div{self.name()}><div{self.name()}>{head}</div><div{self.name()}>{inner}</div>{self.after()}</div>"
            )
        return f"<div{self.name()}><div{self.name()}>{head}{inner}</div>{self.after()}</div>"

    def sections(self, body: list[str], tail: str) -> str:
        """The text in blocks of a few paragraphs each, as page builders set it."""
        size = self.random.randrange(1, 4)
        cells = ("".join(body[at : at + size]) for at in range(0, len(body), size))
        rows = [f'<div class="row"><div class="col"><div class="w">{cell}</div></div></div>' for cell in cells]
        return f"<div{self.name()}>{''.join(rows)}{tail}</div>"

    def after(self) -> str:
        """What follows an article: keywords, comments, other articles."""
        items = "".join(
            f"<li><a href='/tin-tuc/mot-bai-khac-cua-trang-{n}-149191420{n}'>{text}</a></li>"
            for n, text in enumerate(OTHERS)
        )
        tags = f"<div{self.name()}>Từ khóa: <a href='/tag/xuong-moc'>xưởng mộc</a>, <a href='/tag/day-nghe'>dạy nghề</a></div>"
        comments = f"<div{self.name()}><h3>Ý kiến bạn đọc</h3><div><b>Minh</b><p>Bài viết hay quá, tôi rất muốn ghé thăm xưởng mộc này một lần cho biết.</p></div></div>"
        others = f"<div{self.name()}><h3>Tin khác</h3><ul>{items}</ul></div>"
        shown = [part for part in (tags, comments, others) if self.random.random() < 0.7]
        return "".join(shown)

    def foot(self) -> str:
        return f"<div{self.name()}><p>Trang tin điện tử Đảng bộ Thành phố Hồ Chí Minh</p><p>Địa chỉ: 127 Trương Định, phường Võ Thị Sáu, Quận 3. Điện thoại: 028 3930 0000.</p></div>"


def print_page(seed: int) -> Drawn:
    """The page that a number stands for."""
    return Press(seed).print()
