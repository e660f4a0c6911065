"""Bylines: which lines are, as printed, and who in them is a person."""

import pytest

from crawler.pages import parse_article
from crawler.pages.words.credits import split_credit
from crawler.pages.words.names import parse_byline
from crawler.pages.words.text import undoubled


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Long Hồ", ["Long Hồ"]),
        ("Bài và ảnh: Minh Khoa", ["Minh Khoa"]),
        ("Tin, ảnh: Thu Hà - Quốc Bảo", ["Thu Hà", "Quốc Bảo"]),
        ("Bài: An Bình, Ảnh: Hà Vy", ["An Bình", "Hà Vy"]),
        ("Hà Thu (tổng hợp)", ["Hà Thu"]),
        ("Theo TTXVN", []),
        ("Nguồn: Xóm Mới", []),
        ("Theo Nguyễn Duy/Báo Xóm Mới", ["Nguyễn Duy"]),
        ("Minh Khoa/VOV.VN", ["Minh Khoa"]),
        ("Minh Khoa/Bantin/bantin.vn", ["Minh Khoa"]),
        ("Minh Khoa - Thu Hà/Báo Xóm Mới và Bến Cũ", ["Minh Khoa", "Thu Hà"]),
        ("Minh Khoa/Thu Hà", ["Minh Khoa", "Thu Hà"]),
        ("MINH KHOA (Báo Xóm Mới)", ["MINH KHOA"]),
        ("Minh Khoa (TTXVN/Vietnam+)", ["Minh Khoa"]),
        ("(TTXVN/Vietnam+)", []),
        ("Minh Khoa (TTXVN tại Viêng Chăn)", ["Minh Khoa"]),
        ("MINH KHOA - THU HÀ (từ Viêng Chăn)", ["MINH KHOA", "THU HÀ"]),
        ("Minh Khoa - từ Viêng Chăn", ["Minh Khoa"]),
        ("Bài và ảnh MINH KHOA", ["MINH KHOA"]),
        ("CTV Minh Khoa/VBC1", ["Minh Khoa"]),
        ("Phóng viên TTXVN tại Viêng Chăn", []),
        ("TS LÊ VĂN TÁM (Học viện Xóm Mới)", ["LÊ VĂN TÁM"]),
        ("Theo Nhịp Sống Mới", []),
        ("N.A.", ["N.A."]),
        ("H.Vy", ["H.Vy"]),
        ("PV", []),
        ("Nhóm phóng viên", []),
        ("Ban Tuyên giáo Quận ủy", []),
        ("Trường Giang", ["Trường Giang"]),
        ("Trường Tiểu học Bàu Sen", []),
        ("ThS. Lê Văn Tám", ["Lê Văn Tám"]),
        ("HỮU PHÚC - THANH AN", ["HỮU PHÚC", "THANH AN"]),
        ("Nguyễn Thị Minh Khai (Theo TTXVN)", ["Nguyễn Thị Minh Khai"]),
        ("Thiếu tướng, GS.TS Lê Văn Tám", ["Lê Văn Tám"]),
        ("PGS, TS Lê Văn Tám và ThS. Trần Thị Bích", ["Lê Văn Tám", "Trần Thị Bích"]),
        ("BS.CKII Trần Văn Nam", ["Trần Văn Nam"]),
        ("Cộng tác viên Hà Vy", ["Hà Vy"]),
        ("Thượng úy Lê Hòa (Công an phường 12)", ["Lê Hòa"]),
        ("Thượng tọa Thích Minh Từ", ["Thích Minh Từ"]),
        ("Trần Thị Bích, giảng viên Trường Đại học Bến Cũ", ["Trần Thị Bích"]),
        ("Trần Thị Bích, Phó Chủ tịch Hội Nhà báo, Trưởng ban biên tập", ["Trần Thị Bích"]),
        ("Minh Khoa | Thu Hà", ["Minh Khoa", "Thu Hà"]),
        ("Minh Khoa · Thu Hà", ["Minh Khoa", "Thu Hà"]),
        ("Minh Khoa, Thu Hà and Hà Vy", ["Minh Khoa", "Thu Hà", "Hà Vy"]),
        ("By Jane Roe and Ludwig van der Berg", ["Jane Roe", "Ludwig van der Berg"]),
    ],
)
def test_byline_is_read_as_printed_and_its_people_apart(text: str, people: list[str]) -> None:
    byline = parse_byline(text)
    assert byline is not None
    assert (text, people) == (byline.printed, byline.people)


@pytest.mark.parametrize(
    "text",
    [
        "Minh Khoa (minhkhoa@bao.example)",
        "Minh Khoa | Email: minhkhoa@bao.example",
        "Minh Khoa Gửi thư cho phóng viên minhkhoa@bao.example",
        "Minh Khoa - Theo dõi",
    ],
)
def test_addresses_and_buttons_behind_a_name_are_no_part_of_it(text: str) -> None:
    byline = parse_byline(text)
    assert byline is not None
    assert ("Minh Khoa", ["Minh Khoa"]) == (byline.printed, byline.people)


@pytest.mark.parametrize(
    "text",
    [
        "Người dân cùng làm, cùng kiểm tra",
        "Theo dõi trên Google News",
        "Kinh tế",
        "Ảnh: Minh Khoa",
        "Đi trước xe lớn",
        "Ông nói gì?",
        "Chung sức giữ gìn",
        "x",
        "Theo đó, mọi người cùng làm việc này",
        "(*) Theo Quy định số 24-QĐ/TW",
        "Đại tá",
        "Phó Chủ tịch",
        "Bác sĩ gia đình",
        "Nhà văn hóa thanh niên",
        "bandoc@bao.example",
        "Tổ dân phố 5",
    ],
)
def test_other_short_lines_are_no_byline(text: str) -> None:
    assert parse_byline(text) is None


@pytest.mark.parametrize(
    ("caption", "text", "credit"),
    [
        ("Quang cảnh hội nghị. (Ảnh: TTXVN)", "Quang cảnh hội nghị.", "TTXVN"),
        ("Quang cảnh hội nghị. Ảnh: Minh Khoa", "Quang cảnh hội nghị.", "Minh Khoa"),
        ("Quang cảnh hội nghị - Ảnh: TỰ TRUNG", "Quang cảnh hội nghị", "TỰ TRUNG"),
        ("Quang cảnh. Nguồn: Gia đình cung cấp", "Quang cảnh.", "Gia đình cung cấp"),
        ("Ảnh: T.D", "", "T.D"),
        ("Quang cảnh hội nghị. (Ảnh minh họa)", "Quang cảnh hội nghị. (Ảnh minh họa)", None),
        ("Quang cảnh hội nghị.", "Quang cảnh hội nghị.", None),
        ("Bài và ảnh: Minh Khoa", "Bài và ảnh: Minh Khoa", None),
        ("05/10/2023 | Tin, ảnh: Minh Khoa", "05/10/2023 | Tin, ảnh: Minh Khoa", None),
        ("Ông chụp ảnh cùng gia đình", "Ông chụp ảnh cùng gia đình", None),
    ],
)
def test_credit_is_split_from_the_caption(caption: str, text: str, credit: str | None) -> None:
    assert (text, credit) == split_credit(caption)


def test_line_that_says_everything_twice_is_said_once() -> None:
    assert undoubled("Quang cảnh hội nghị. Quang cảnh hội nghị.") == "Quang cảnh hội nghị."
    assert undoubled("Quang cảnh hội nghị.") == "Quang cảnh hội nghị."


def read_byline(body: str) -> str | None:
    html = (
        "<html><head><title>Con hẻm nhỏ</title></head><body><div><h1>Con hẻm"
        f" nhỏ</h1><div>{body}</div></div></body></html>"
    )
    return parse_article(html.encode(), "https://www.thanhuytphcm.vn/tin-tuc/con-hem-nho-1491913900").byline


TEXT = (
    "<p>Đoạn mở đầu kể về một buổi sáng ở khu phố, nơi mọi người cùng dọn dẹp con hẻm.</p><p>Đoạn thứ hai kể tiếp"
    " chuyện của buổi chiều cùng ngày.</p>"
)


def test_signature_of_a_quoted_document_is_no_byline() -> None:
    assert read_byline(TEXT + "<p>TM. BAN CHẤP HÀNH</p><p>BÍ THƯ</p><p>(Đã ký)</p><p>Trần Văn Tám</p>") is None
    assert (
        read_byline(
            "<p>Nguyên văn bức thư:</p><blockquote><p>Tôi viết thư này để cảm ơn bà con đã giúp đỡ.</p><p>Trần Văn"
            " Tám</p></blockquote>" + TEXT
        )
        is None
    )


def test_caption_is_no_byline() -> None:
    assert (
        read_byline(
            TEXT + '<p><img src="/a.jpg" alt="Bà Nguyễn Thị Lài"></p><p style="text-align:center">Bà Nguyễn Thị Lài</p>'
        )
        is None
    )


def test_byline_stands_above_a_note_or_a_related_link() -> None:
    assert (
        read_byline(
            TEXT + '<p><b>Minh Khoa</b></p><p><a href="/tin-tuc/mot-bai-khac-cua-trang-nay-1491900000">Một bài khác của'
            " trang này</a></p>"
        )
        == "Minh Khoa"
    )
    assert read_byline(TEXT + "<p>Minh Khoa</p><hr><p><b>Ý kiến bạn đọc</b></p><p>Nguyễn Văn Nam</p>") == "Minh Khoa"


@pytest.mark.parametrize(
    "line", ["NHÓM PHÓNG VIÊN", "Nhóm PV", "Tổ phóng viên Thời sự", "Ê-kíp phóng viên", "Nhóm phóng viên thường trú"]
)
def test_reporters_who_sign_together_are_known_by_the_words_alone(line: str) -> None:
    byline = parse_byline(line)
    assert byline is not None
    assert (line, [], True) == (byline.printed, byline.people, byline.strong)


@pytest.mark.parametrize("line", ["Nhóm phóng viên theo chân người lái đò", "Nhóm PV gặp nạn trên sông"])
def test_sentence_on_reporters_is_signed_by_none(line: str) -> None:
    byline = parse_byline(line)
    assert byline is None or not byline.strong
