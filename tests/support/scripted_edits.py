"""Edits as an editor makes them, scripted on articles of the sample site, each with what it is and does.

Whoever tells the edits of two captures must name each of them, and nothing else.
"""

import dataclasses
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from crawler.demo.model import Byline, Photo, Piece, SampleArticle

Told = tuple[str, str]
"""Kind and action of an edit, as `thanhuy changes --json` has them."""
_UPPER = "[A-ZĐÁÀẢÃẠÂẤẦẨẪẬĂÉÈÊẾÍÌÓÒÔỐƠÚÙƯỨÝỸ]"
_NAME = re.compile(rf"(?<=[Ôô]ng |[Cc]hị |[Aa]nh )((?:{_UPPER}\w* )+)({_UPPER}\w*)(?=[ ,.])")
_NUMBER = re.compile(r"(?<![\w.,/])\d+(?:,\d+)?(?![\w/]|[.,]\d)")
_PLAIN = re.compile(r"(?<= )[^\W\d_]{4,}(?=[ ,.])")
_ADDED = (
    "Mưa đầu mùa làm lịch thi công chậm lại đôi chút.",
    "Một cửa hàng gần đó tặng thêm mười chiếc ghế nhựa.",
    "Loa phát thanh nhắc bà con khóa vòi trước khi ra khỏi nhà.",
    "Chiếc cân cũ được mang đi kiểm định rồi đặt lại chỗ cũ.",
    "Buổi tối, đèn dọc bờ rào sáng đến mười giờ.",
)
_SAID_OTHERWISE = (
    ("nhiều lần phản ánh", "mấy bận than phiền về"),
    ("đông nhất vào sáng thứ bảy", "nhộn nhịp hơn cả là cuối tuần"),
    ("để lấy chỗ trồng cây", "nhường đất cho cây xanh"),
    ("vẫn đều đặn có mặt", "chưa vắng buổi nào"),
    ("có đoàn đi từ rất xa", "không ít nhóm đến từ tỉnh khác"),
    ("cho đến trưa mới nghỉ tay", "tới tận giờ cơm"),
    ("lúc đầu còn ngại", "ban đầu chưa mặn mà"),
    ("nay rộng rãi hơn", "bây giờ đã thoáng"),
)
"""Phrases of the sample site's, and the same in other words."""


@dataclass
class Desk:
    """An article that is being edited: which of its pieces are still untouched, and what was done to it."""

    page: SampleArticle
    draw: random.Random
    free: list[int] = field(init=False)
    told: Counter[Told] = field(default_factory=Counter)
    touched: set[str] = field(default_factory=set)
    """Fields that an edit was made to."""

    def __post_init__(self) -> None:
        # The first paragraph opens with agency and day, and may stand in the lead again.
        texts = [at for at, piece in enumerate(self.page.pieces) if piece.kind == "paragraph"][1:]
        self.free = [at for at in texts if not self.page.pieces[at].text.endswith(":")]
        self.draw.shuffle(self.free)

    def put(self, at: int, *pieces: Piece) -> None:
        """Put pieces in a piece's place, which is one of those made then."""
        whole = list(self.page.pieces)
        whole[at : at + 1] = pieces
        self.page = dataclasses.replace(self.page, pieces=tuple(whole))

    def rewrite(self, change: Callable[[str], str | None], kind: str) -> bool:
        """Change one sentence of an untouched paragraph, where there is one that can be changed so."""
        for at in list(self.free):
            sentences = sentences_of(self.page.pieces[at].text)
            for place in self.draw.sample(range(len(sentences)), len(sentences)):
                changed = change(sentences[place])
                if changed is not None and changed != sentences[place]:
                    sentences[place] = changed
                    self.put(at, Piece(kind="paragraph", text=" ".join(sentences)))
                    self.free.remove(at)
                    self.told[kind, "edit"] += 1
                    return True
        return False

    def replace(self, **fields: object) -> bool:
        """Give the article other values."""
        self.page = dataclasses.replace(self.page, **fields)  # type: ignore[arg-type]
        return True

    def once(self, name: str) -> bool:
        """Whether a field was not edited before; it counts as edited from now on."""
        fresh = name not in self.touched
        self.touched.add(name)
        return fresh


def sentences_of(text: str) -> list[str]:
    """The sentences of a paragraph of the sample site's."""
    return re.split(r"(?<=\.) ", text)


def _in_one_match(
    pattern: re.Pattern[str],
    change: Callable[[random.Random, re.Match[str]], str],
    wanted: Callable[[str], bool] = bool,
) -> Callable[[Desk, str], str | None]:
    def rewrite(desk: Desk, sentence: str) -> str | None:
        found = [one for one in pattern.finditer(sentence) if wanted(one[0])]
        if not found:
            return None
        one = desk.draw.choice(found)
        return sentence[: one.start()] + change(desk.draw, one) + sentence[one.end() :]

    return rewrite


def _misspelt(draw: random.Random, found: re.Match[str]) -> str:
    word = found[0]
    at = draw.randrange(1, len(word) - 1)
    slips = (
        word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + draw.choice("qwzj") + word[at + 1 :],
    )
    return next((slip for slip in draw.sample(slips, 4) if slip != word), word)


def _other_number(draw: random.Random, found: re.Match[str]) -> str:
    whole, comma, part = found[0].partition(",")
    return f"{int(whole) + draw.randint(1, 40)}{comma}{part}"


def _other_name(draw: random.Random, found: re.Match[str]) -> str:
    before, last = found[1], found[2]
    given = draw.choice([name for name in ("Khánh", "Lựu", "Nghĩa", "Sen", "Toàn") if name != last])
    return draw.choice([f"{before}{given}", f"{before}Thế {last}", f"Quách Thế {given}"])


_TYPO = _in_one_match(_PLAIN, _misspelt, str.islower)
_FIGURE = _in_one_match(_NUMBER, _other_number)
_PERSON = _in_one_match(_NAME, _other_name)


def typo(desk: Desk) -> bool:
    return desk.rewrite(lambda text: _TYPO(desk, text), "typo")


def number(desk: Desk) -> bool:
    return desk.rewrite(lambda text: _FIGURE(desk, text), "number")


def name(desk: Desk) -> bool:
    return desk.rewrite(lambda text: _PERSON(desk, text), "name")


def wording(desk: Desk) -> bool:
    def said_otherwise(text: str) -> str | None:
        return next((text.replace(old, new) for old, new in _SAID_OTHERWISE if old in text), None)

    return desk.rewrite(said_otherwise, "wording")


def sentence_added(desk: Desk) -> bool:
    text = desk.draw.choice(_ADDED)
    if not desk.free or not desk.once(text):
        return False
    at = desk.free.pop()
    sentences = sentences_of(desk.page.pieces[at].text)
    sentences.insert(desk.draw.randint(0, len(sentences)), text)
    desk.put(at, Piece(kind="paragraph", text=" ".join(sentences)))
    desk.told["sentence", "addition"] += 1
    return True


def sentence_removed(desk: Desk) -> bool:
    """What a paper takes back without a word."""
    for at in desk.free:
        sentences = sentences_of(desk.page.pieces[at].text)
        if len(sentences) > 1:
            del sentences[desk.draw.randrange(len(sentences))]
            desk.put(at, Piece(kind="paragraph", text=" ".join(sentences)))
            desk.free.remove(at)
            desk.told["sentence", "deletion"] += 1
            return True
    return False


def paragraph_moved(desk: Desk) -> bool:
    """Two paragraphs change places; a longer one is several sentences that did."""
    if len(desk.free) < 2 or not desk.once("order"):
        return False
    one, other = desk.free.pop(), desk.free.pop()
    first, second = desk.page.pieces[one], desk.page.pieces[other]
    desk.put(one, second)
    desk.put(other, first)
    desk.told["sentence", "refactor"] += 1
    return True


def headline(desk: Desk) -> bool:
    """A word more; of a paper that gave most of its articles other headlines in one night nothing would be believed."""
    words = desk.page.title.split(" ")
    if desk.draw.random() > 0.25 or not desk.once("title"):
        return False
    words.insert(desk.draw.randrange(2, len(words)), desk.draw.choice(["mới", "đã", "lại", "cùng"]))
    desk.told["headline", "edit"] += 1
    return desk.replace(title=" ".join(words))


def lead(desk: Desk) -> bool:
    changed = _FIGURE(desk, desk.page.lead) if desk.page.lead and not desk.page.lead_repeated else None
    if changed is None or not desk.once("lead"):
        return False
    desk.told["number", "edit"] += 1
    return desk.replace(lead=changed)


def _photos(desk: Desk) -> list[int]:
    return [at for at, piece in enumerate(desk.page.pieces) if piece.photo and piece.photo.caption]


def _change_photo(desk: Desk, change: Callable[[Photo], Photo]) -> bool:
    places = _photos(desk)
    if not places or not desk.once("photos"):
        return False
    at = desk.draw.choice(places)
    photo = desk.page.pieces[at].photo
    assert photo is not None
    desk.put(at, Piece(kind="photo", photo=change(photo)))
    return True


def caption(desk: Desk) -> bool:
    def reword(photo: Photo) -> Photo:
        text = f"Hình chụp buổi sớm: {(photo.caption or '')[:1].lower()}{(photo.caption or '')[1:]}"
        return dataclasses.replace(photo, caption=text, alt=text if photo.alt == photo.caption else photo.alt)

    done = _change_photo(desk, reword)
    desk.told["caption", "edit"] += done
    return done


def photo_swapped(desk: Desk) -> bool:
    """Another photo in the place of one; a version it makes only where words change with it."""

    def swap(photo: Photo) -> Photo:
        stem, dot, suffix = photo.path.rpartition(".")
        return dataclasses.replace(photo, path=f"{stem}-thay{desk.draw.randrange(100)}{dot}{suffix}")

    if not desk.told:
        return False
    done = _change_photo(desk, swap)
    desk.told["photo", "edit"] += done
    return done


def byline(desk: Desk) -> bool:
    if desk.page.byline is None or not desk.page.byline.authors or not desk.once("byline"):
        return False
    other = desk.draw.choice(["Hoài Thu", "Quang Vinh", "Mỹ Lệ"])
    if other == desk.page.byline.printed:
        return False
    desk.told["byline", "edit"] += 1
    return desk.replace(byline=Byline(printed=other, authors=(other,)))


def date(desk: Desk) -> bool:
    """A corrected hour; a version it makes only where words change with it."""
    if not desk.told or desk.page.time is None or desk.page.modified or not desk.once("date"):
        return False
    desk.told["date", "edit"] += 1
    return desk.replace(time=desk.page.time.replace(hour=(desk.page.time.hour + 1) % 24))


def cell(desk: Desk) -> bool:
    """Another number in a table."""
    places = [at for at, piece in enumerate(desk.page.pieces) if piece.kind == "table"]
    if not places or not desk.once("table"):
        return False
    rows = [list(row) for row in desk.page.pieces[places[0]].rows]
    rows[-1][1] = str(int(rows[-1][1]) + 7)
    desk.put(places[0], Piece(kind="table", rows=tuple(map(tuple, rows))))
    desk.told["number", "edit"] += 1
    return True


EDITS: tuple[Callable[[Desk], bool], ...] = (
    typo, number, name, wording, sentence_added, sentence_removed, paragraph_moved, headline, lead, caption,
    photo_swapped, byline, date, cell,
)  # fmt: skip


def edit(page: SampleArticle, draw: random.Random, count: int) -> Desk:
    """Make so many edits of an article, as far as it has room for them."""
    desk = Desk(page, draw)
    done = 0
    for script in draw.sample(EDITS, len(EDITS)):
        if done < count and script(desk):
            done += 1
    return desk


def other_comments(page: SampleArticle, draw: random.Random) -> SampleArticle:
    """The article with another number of comments and no word changed: what is no edit."""
    stated = page.comment_count
    return page if stated is None else dataclasses.replace(page, comment_count=stated + draw.randint(1, 9))
