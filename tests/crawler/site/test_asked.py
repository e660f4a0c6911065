"""Which addresses are asked for, in which form, and which never are, whoever names them."""

import pytest

from crawler.site.asked import as_followed, is_never_asked, is_trap, may_be_asked

BASE = "https://www.thanhuytphcm.vn"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://www.thanhuytphcm.vn/tin-tuc/a-1491871594?print=1#x",
            "https://www.thanhuytphcm.vn/tin-tuc/a-1491871594#x",
        ),
        (
            "https://www.thanhuytphcm.vn/tin-tuc/a-1491871594?v=2",
            "https://www.thanhuytphcm.vn/tin-tuc/a-1491871594?v=2",
        ),
        (
            "https://www.thanhuytphcm.vn/(S(x))/nhom-tin/a-1197604608",
            "https://www.thanhuytphcm.vn/nhom-tin/a-1197604608",
        ),
        ("https://www.thanhuytphcm.vn./", "https://www.thanhuytphcm.vn/"),
        (
            "https://www.thanhuytphcm.vn/Tin-Tuc/A%2Db-1491871594",
            "https://www.thanhuytphcm.vn/Tin-Tuc/A%2Db-1491871594",
        ),
        ("https://www.thanhuytphcm.vn/lich?view=1", "https://www.thanhuytphcm.vn/lich?view=1"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_address_is_asked_for_without_what_belongs_to_another_reader(url: str, expected: str) -> None:
    assert expected == as_followed(url)


SPELLINGS = (
    "/{}", "/x/{}/y", "//{}", "/./{}", "/x/../{}", "/{}.", "/{}..", "/{}%20", "/{};x=1", "/;x/{}", "/\\{}", "/x%5c{}", "/x%2f{}", "/{}%00", "/{}%2f",
    "/{}.aspx", "/{}.html.", "/{}~", "/{}:443", "/(S(abc))/{}", "/{}?a.jpg", "/{}%3fa.jpg", "/{}#a.jpg", "/{}%23a.jpg", "/{};a.jpg", "/{}%3ba.css",
    "/{}/a.jpg", "/{}/a.css", "/{}/a.pdf", "/{}/rss.xml", "/tin-tuc/{}/a-1491800000", "/nhom-tin/{}/a-1197604608", "/x/%252e%252e/{}", "/{}\t",
)  # fmt: skip
NAMES = (
    "dang-nhap", "dang-xuat", "tim-kiem", "quan-tri", "DANG-NHAP", "Dang-Xuat", "dang%2dnhap", "tim%252dkiem", "quan%25252Dtri", "%64ang-nhap",
    "%%36%34ang-nhap", "dangnhap", "tim_kiem", "tim%20kiem", "%C4%91%C4%83ng-nh%E1%BA%ADp", "đăng-xuất", "dang-xuat%E2%80%8B", "dang\t-nhap", "login", "logout",
)  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_is_never_asked_is_known_in_any_spelling(spelling: str) -> None:
    for name in NAMES:
        url = BASE + spelling.format(name)
        assert is_never_asked(url), url
        assert not may_be_asked(url), url


@pytest.mark.parametrize(
    "path",
    [
        "/tin-tuc/dang-nhap-he-thong-moi-1491800000", "/nhom-tin/tim-kiem-cuu-nan-1197604608", "/tu-lieu/lich-su-dang-bo/a-1077951094", "/lich-su",
        "/tin-tuc/lich-su/a-1491800000", "/css/print.css", "/js/search.js", "/i/login.png", "/lib/calendar/calendar.css", "/admin/Uploads/a.jpg",
        "/f/mau-dang-ky.pdf", "/f/dang-ky.pdf", "/tin-tuc/100%25-dan-so-1491800000",
    ],
)  # fmt: skip
def test_what_only_sounds_alike_is_asked(path: str) -> None:
    assert may_be_asked(BASE + path)
    assert not is_trap(BASE + path)


@pytest.mark.parametrize("folder", ["thanh-vien", "dang-ky", "tim%20kiem", "x/tai-khoan/y"])
def test_folder_on_the_host_of_photos_is_no_door(folder: str) -> None:
    url = f"https://images.hcmcpv.org.vn/Uploads/{folder}/a.jpg"
    assert may_be_asked(url)
    assert not is_trap(url)
    assert not may_be_asked(f"https://images.hcmcpv.org.vn/Uploads/{folder}/")
    assert not may_be_asked(f"https://www.thanhuytphcm.vn/{folder}/a.jpg")


def test_address_that_is_encoded_over_and_over_costs_little() -> None:
    assert is_never_asked(f"{BASE}/dang%{'25' * 900}2dnhap")
    assert is_never_asked(f"{BASE}/{'%25' * 100_000}")
