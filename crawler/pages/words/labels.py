"""Labels: the short phrases that Vietnamese papers print around an article, and what each says of what follows.

A label is compared as its folded words (case and punctuation aside), so `» Tin khác:` and `TIN KHÁC` are one.
"""

import re
from enum import Enum
from functools import lru_cache

from crawler.pages.words.text import fold


class Label(Enum):
    """What a label announces."""

    COMMENTS = "readers' comments: the article is over"
    OTHERS = "other articles"
    POPULAR = "what everybody reads, notices: no matter of this article"
    RELATED = "related articles, also amid the text"
    AUTHOR = "what the page tells of the author"
    TAGS = "keywords"
    TOOL = "a button or a widget"

    __hash__ = object.__hash__  # each is one object, and Enum's own hash is Python code, called for every line


ELSEWHERE = frozenset({Label.OTHERS, Label.POPULAR})
"""Labels over lists that are no matter of the article."""
LISTS = ELSEWHERE | {Label.RELATED}
"""Labels over lists of articles."""
AFTERWARDS = ELSEWHERE | {Label.COMMENTS}
"""Labels that follow an article, never amid its text."""
ENDS = AFTERWARDS | LISTS
"""Labels over whatever is another's: readers' comments and lists of articles."""

_COMMENTS = r"""(?:(?:các )?ý kiến(?: của)? (?:bạn đọc|độc giả|người đọc)(?: \d+)?|(?:\d+ )?(?:bình luận|phản hồi|ý kiến
  |comments?)(?: \d+)?(?: bài viết)?(?: này)?
  |(?:gửi|viết|đăng|để lại|thêm)(?: lại)? (?:bình luận|ý kiến|phản hồi|nhận xét)(?: (?:của bạn|về bài viết|mới|phản hồi))*
  |tổng (?:số )?(?:lượt )?(?:bình luận|ý kiến)(?: \d+)?|bạn đọc (?:bình luận|phản hồi|viết)|bình luận (?:facebook|của bạn|bạn đọc
  |mới nhất)|phản hồi độc giả
  |ý kiến (?:phản hồi|bình luận|đóng góp)|bình luận của độc giả|hãy là người đầu tiên bình luận.*|bình luận về bài viết(?: này)?
  |leave a (?:comment|reply)|(?:post|add|write) a comment|join the (?:conversation|discussion))"""
_OTHERS = r"""(?:(?:các |những )?(?:tin|bài|tin bài|bài viết|tin tức|thông tin|văn bản)(?: viết)? (?:khác|cũ hơn|mới hơn|(?:đã đưa|đã đăng)(?: ngày)?
  |cùng (?:chuyên mục|chủ đề|loại|thể loại|lĩnh vực|nhóm|mục)|trước đó|tiếp theo|khác trong mục|khác cùng .{1,20})
  |cùng (?:chuyên mục|chủ đề|tác giả|danh mục)|có thể bạn quan tâm|other news|khám phá thêm chủ đề|cùng mục|xem theo ngày
  |xem thêm trên .{1,30}|you (?:may|might) (?:also )?(?:like|be interested in)|(?:more|other|further) (?:stories|articles|posts|news)
  |up next|read (?:this )?next|keep reading|recommended(?: for you| reading| stories)?)"""
_POPULAR = r"""(?:(?:các )?(?:tin|bài|tin bài|bài viết|tin tức)(?: viết)? (?:mới nhất|trong ngày|đọc nhiều|xem nhiều|nổi bật|mới đăng
  |mới)|(?:tin )?(?:đọc|xem) nhiều(?: nhất)?|đáng quan tâm|tin nóng|mới nhất|nổi bật|tin tiêu điểm|tiêu điểm
  |thông báo|đọc nhiều trong .{1,30}|xem nhiều trong .{1,30}|dành cho bạn|tin đáng chú ý|bài đọc nhiều|liên kết website|video nổi bật
  |(?:most|trending) (?:read|popular|viewed|shared|now|stories)|trending|(?:latest|recent|popular|featured) (?:news|posts|stories|articles)
  |tin ảnh|chuyên đề|video clip|thời tiết|tỷ giá)"""
_RELATED = r"""(?:(?:các )?(?:tin|bài|bài viết|tin bài|nội dung|thông tin)(?: viết)? (?:liên quan|có liên quan|nên đọc|hay)|liên quan
  |(?:tham khảo|xem|đọc|mời xem|mời đọc) (?:thêm|tiếp|ngay|trước)
  |xem thêm bài|bài liên quan|(?:mời )?(?:bạn đọc |quý độc giả )?(?:xem|đọc) thêm(?: bài viết)?(?: tại đây)?|có liên quan
  |related(?: (?:news|articles?|stor(?:y|ies)|posts?|content|reading|coverage|topics|links))?|read (?:more|also)|tin tức liên quan|bài viết cùng tác giả)"""
_AUTHOR = r"(?:(?:đôi nét )?về|giới thiệu|thông tin(?: về)?) (?:tác giả|người viết)|about the author"
_TAGS = r"(?:từ kh[oó][aá]|từ khoá|tags?|chủ đề|thẻ|keywords?|từ khóa liên quan|nhãn)"
_TOOL = r"""(?:chia sẻ(?: bài viết| facebook| zalo| tweet)*|share|like|tweet|in (?:bài|trang|ấn|tin)(?: viết| này)?|bản in|print
  |(?:gửi )?email|gửi (?:bài|mail|cho bạn bè|tin này)|refresh|(?:về|lên) đầu trang|đầu trang|top
  |quay lại|trở (?:lại|về)(?: trang trước)?|back|thích|facebook|zalo|twitter|youtube|linkedin|pinterest|google news|lưu(?: bài
  | tin)?(?: viết)?|bỏ lưu|copy link|sao chép(?: liên kết| link)?|link bài gốc|lấy link
  |theo dõi(?: (?:báo|trang|kênh|chúng tôi|fanpage|tạp chí|tin|trên|tác giả|[\w ]{1,30} trên)(?: .{1,60})?)?
  |nghe (?:đọc )?(?:bài|nội dung|tin)(?: viết| báo)?|nghe|đọc bài(?: viết)?
  |cỡ chữ|[aA][+-]?|a a|aa|\d ?x|nam|nữ|giọng (?:nam|nữ
  |đọc).{0,20}|\d\d? \d\d(?: \d\d? \d\d)?|audio|tải (?:ảnh|về)|phóng to|xem ảnh lớn|quảng cáo|advertisement
  |lượt xem(?: \d+)?|(?:\d+ )?lượt (?:xem|đọc)|đánh giá(?: bài viết)?
  |(?:tổng )?(?:số )?điểm(?: (?:đánh giá|trung bình|của|bài viết|\d).{0,40})?|đăng nhập|đăng ký|gửi|tìm kiếm
  |nhập mã.*|mã (?:bảo vệ|xác nhận|kiểm tra)|họ (?:và )?tên(?: của bạn)?|tiêu đề|nội dung|hủy|đóng(?: cửa sổ)?|mặc định|trang chủ|home
  |tăng cỡ chữ|giảm cỡ chữ|xem (?:tất cả|nguồn|bài gốc|link nguồn)|aa aa|close|google|messenger|viber|telegram|mail|thu gọn|mở rộng
  |share (?:this|on|via)(?: .{1,20})?|copy (?:url|link)|(?:link )?copied.{0,20}|print this(?: page| article)?|back to top|skip to (?:main )?content
  |follow(?: us)?(?: on .{1,20})?|sign (?:up|in)|log ?in|subscribe(?: now)?|listen(?: to (?:this )?article)?|view comments|show more|show less
  |xem bản đồ|play|pause|next|prev(?:ious)?|replay|hotline.{0,30}|nghe (?:đọc )?(?:bài|tin)(?: viết| báo)? ?\d.*|đã sao chép.{0,30}|dòng sự kiện(?: .{1,50})?
  |(?:thông tin|được) tài trợ|bạn thấy bài viết này thế nào|bình luận qua facebook)"""


def _compile(pattern: str) -> "re.Pattern[str]":
    return re.compile(re.sub(r"\n\s*", "", pattern))


_LABELS = _compile(
    f"(?P<COMMENTS>{_COMMENTS})|(?P<OTHERS>{_OTHERS})|(?P<POPULAR>{_POPULAR})|(?P<RELATED>{_RELATED})|(?P<AUTHOR>{_AUTHOR})|(?P<TAGS>{_TAGS})|(?P<TOOL>{_TOOL})"
)
"""One pattern, so that a line is read once; the group's name is the label's."""

_INVITATION = re.compile(
    r"^\W*(?:(?:kính |trân trọng )?mời (?:các |quý )?(?:bạn đọc|độc giả|quý vị|bạn)\b|(?:bạn đọc|độc giả|quý độc giả) (?:có thể (?:gửi|"
    r"đóng góp|tham gia)|quan tâm|vui lòng)|"
    r"(?:tải|cài đặt) (?:app|ứng dụng)\b|theo dõi (?:fanpage|kênh|báo)\b|(?:mọi )?(?:bài vở|"
    r"ý kiến|(?:thông tin )?phản ánh)[\w\s,]{0,40} xin (?:vui lòng )?gửi\b)", re.IGNORECASE)  # fmt: skip
_ELSEWHERE = re.compile(
    r"chuyên mục|xem thêm|đọc thêm|tin, bài|liên quan|fanpage|ứng dụng|tại đây|podcast|bản tin|tòa soạn|toà"
    r" soạn|e-?mail|website|"
    r"trên báo|facebook|zalo|youtube|google|bình luận|\w@\w",
    re.IGNORECASE,
)
_TAGS_OPENING = re.compile(r"^\W{0,3}(?:từ kh[oó][aá]|tags?|chủ đề|thẻ)\s*:", re.IGNORECASE)
_KEYWORDS = re.compile(r"^\W{0,3}(?:từ kh[oó][aá]|tags?|keywords?)\s*:\s*(?=\w)", re.IGNORECASE)
_RIGHTS = re.compile(
    r"\W*[©®]|\W*(?:copyright|bản quyền)\s*(?:$|[©®:(]|(?:thuộc|của|by|\d{4}|bài viết|nội dung)\b)", re.IGNORECASE
)
_RELATED_OPENING = re.compile(
    r"^(?:>+|»|►|▶|\*|-|–|=>|\+)?\s*(?:Xem thêm|Đọc thêm|Tham khảo thêm|Xem tiếp|Đọc tiếp|Mời xem thêm|Mời độc giả|Bài"
    r" liên quan|"
    r"Tin liên quan|Video liên quan)\b",
    re.IGNORECASE,
)


def find_label(text: str) -> Label | None:
    """What a short line announces; None for a line that is no label."""
    return None if len(text) > 60 or text[-1:] == "." else _match_label(text)


@lru_cache(maxsize=4096)
def _match_label(text: str) -> Label | None:
    """The label that a line is; remembered, for a site has the same menus on every page."""
    folded = fold(text)
    if not folded:
        return Label.TOOL if len(text) < 8 else None
    match = _LABELS.fullmatch(folded)
    return Label[match.lastgroup] if match is not None and match.lastgroup else None


def is_invitation(text: str) -> bool:
    """Whether a line only asks readers to read, write or install something else."""
    return len(text) <= 260 and _INVITATION.match(text) is not None


def names_a_place(text: str) -> bool:
    """Whether an invitation names where else to go, as those do that are no part of the article."""
    return text.lstrip().startswith(("*", ">")) or _ELSEWHERE.search(text) is not None


def lists_keywords(text: str) -> bool:
    """Whether a line without links is the word for keywords and some of them (`Từ khóa: dân vận, khu phố`)."""
    return len(text) <= 240 and ":" in text[:14] and text[-1:] != "." and _KEYWORDS.match(text) is not None


def opens_tags(text: str, link: str) -> bool:
    """Whether a line of links begins with the word for keywords (`Từ khóa: …`); `link` is what its first link says."""
    return _TAGS_OPENING.match(text) is not None or (
        0 < text.find(link) < 20 and find_label(text.partition(link)[0]) is Label.TAGS
    )


def tells_rights(text: str) -> bool:
    """Whether a short line says to whom the text belongs (`® Báo Bến Cũ giữ bản quyền`)."""
    return len(text) <= 140 and _RIGHTS.match(text) is not None


def opens_related(text: str) -> bool:
    """Whether a line invites to another article (`>> Xem thêm: …`)."""
    return _RELATED_OPENING.match(text) is not None
