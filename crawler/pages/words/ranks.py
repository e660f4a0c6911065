"""Ranks: the titles before a Vietnamese name, and the posts behind it (`Trung tướng, PGS.TS Lê Văn Hoạt`)."""

import re

_DEGREE = (
    r"phó giáo sư|giáo sư|pgs|gs|tiến s[ĩỹ](?: khoa học)?|tskh|ts|thạc s[ĩỹ]|ths|th\.s|t\.s|cử nhân|kỹ sư|ks|bác s[ĩỹ](?: ck ?i{1,2})?|"
    r"bs|bsck(?:i{1,2}|\d)|ck(?:i{1,2}|\d)|dược s[ĩỹ]|ds|kiến trúc sư|kts|luật sư|ls|luật gia|nghiên cứu sinh|ncs|ngnd|ngưt|ttnd|ttưt|"
    r"(?:nhà giáo|thầy thuốc|nghệ sĩ|nghệ nhân)(?: nhân dân| ưu tú)?|ahlđ|m\.?d|ph\.?d|msc|mba|dr|prof"
)
_CRAFT = (
    r"nhà (?:báo|thơ|văn|nghiên cứu|sử học|phê bình|biên kịch|khoa học)|nhạc sĩ|h[oọ][aạ] sĩ|ca sĩ|đạo diễn|nsnd|nsưt|nhiếp ảnh gia|"
    r"dịch giả|soạn giả|học giả|chuyên gia|cựu chiến binh|ccb"
)
_ARMY = r"(?:đại|thượng|trung|thiếu|chuẩn) (?:tướng|tá|úy|uý|sĩ)|(?:chuẩn |phó )?đô đốc|hạ sĩ|binh (?:nhất|nhì)"
_CLERGY = r"h[oò][aà] thượng|thượng t[oọ][aạ]|đại đức|ni (?:sư|trưởng)|sư (?:cô|thầy)|(?:tổng )?giám mục|hồng y|linh mục|lm|mục sư|đức cha"
_PRESS = r"phóng viên|pv|p\.v|biên tập viên|btv|cộng tác viên|ctv|(?:phó )?tổng biên tập|thư ký t[oò][aà] soạn|bạn đọc|độc giả"
_RANK = re.compile(rf"(?:{_DEGREE}|{_CRAFT}|{_ARMY}|{_CLERGY}|{_PRESS})(?![\wÀ-ỹ])\.?\s*[.,–-]?\s*", re.IGNORECASE)
_REPORTER = re.compile(r"(?:phóng viên|pv|p\.v|biên tập viên|btv|cộng tác viên|ctv)\.?\s+", re.IGNORECASE)
_POST = re.compile(
    r"(?:(?:nguyên|cựu|quyền|phó|trưởng) )*"
    r"(?:(?:phó )?chánh|chủ tịch|bí thư|(?:tổng )?giám đốc|hiệu trưởng|hiệu phó|(?:viện|vụ|cục|chi cục|phòng|khoa|bộ|thứ) trưởng|trưởng|"
    r"chủ nhiệm|[uủ][yỷ] viên|đại biểu|thành viên|giảng viên|giáo viên|(?:tổng )?thư ký|hội viên|nguyên|cán bộ|chuyên viên|đại sứ|(?:phóng|cộng tác|thông tin) viên|"
    r"(?:phó )?tổng biên tập|trợ lý|cố vấn|phó|sinh viên|học sinh|học viên|phụ trách|chủ biên|điều phối viên|người sáng lập)\b",
    re.IGNORECASE,
)


def without_rank(part: str) -> str:
    """A name without the ranks, degrees and crafts that stand before it; a rank alone stays."""
    while (match := _RANK.match(part)) is not None and part[match.end() :].strip(" .,"):
        part = part[match.end() :]
    return part


def is_rank(part: str) -> bool:
    """Whether words are ranks and nothing else (`Trung tướng` before a comma)."""
    part = part.strip(" .,")
    left = without_rank(part)
    return bool(part) and _RANK.fullmatch(left) is not None and not _names_press_alone(part)


def _names_press_alone(part: str) -> bool:
    """`PV`, `Bạn đọc`: who signs so is no rank of somebody else."""
    return re.fullmatch(rf"(?:{_PRESS})", part, re.IGNORECASE) is not None


def is_reporter(part: str) -> bool:
    """Whether a name begins with what its bearer is to the paper (`CTV Minh Khoa`)."""
    return _REPORTER.match(part) is not None


def is_post(part: str) -> bool:
    """Whether words behind a name are the post of who bears it (`Phó Chánh Văn phòng Quận ủy Quận 5`)."""
    return _POST.match(part) is not None
