"""Photos: the pictures of the article, each with the lines that describe it."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.items import Image
from crawler.pages.fields.captions import ENOUGH, LONGEST, StorySetting, score_line
from crawler.pages.fields.frames import PhotoBlock, PhotoFrame, find_frame, share_out
from crawler.pages.fields.overline import find_line_over_opening
from crawler.pages.fields.unseen import find_unseen
from crawler.pages.html.images import find_source
from crawler.pages.html.tree import ASIDE, FIGURE, FOOTER, NAV, Piece
from crawler.pages.places.claims import Claims, Role
from crawler.pages.places.page import Page
from crawler.pages.words.credits import is_alt_of, split_credit
from crawler.pages.words.people import is_person
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import clean, fold, undoubled

_ADJOINING = re.compile(r"(?<=[.!?…)”\"])(?=(?:Ảnh|Nguồn|Đồ họa|Video|Clip)\s?:)")
"""Where a credit follows in an element of its own, set off by style alone."""
_PORTRAIT = "portrait"


@dataclass(slots=True)
class _Photo:
    piece: Piece
    url: str
    alt: str
    lines: list[Piece] = field(default_factory=list)
    rule: str = ""


def _place_of(photo: _Photo) -> int:
    return photo.piece.index


def claim_photos(page: Page, claims: Claims) -> None:
    """Take the photos from the headline to the article's end, and their captions."""
    album = _Album(page, claims)
    album.read_named()
    album.read_frames()
    album.read_next_lines()
    album.read_unseen()
    album.list_images()
    album.read_alone()
    claims.draft.captions = _tell(page, claims, [album.told[index] for index in sorted(album.told)], album.rules)


class _Album:
    """The photos of one article while their captions are looked for."""

    def __init__(self, page: Page, claims: Claims) -> None:
        self.page, self.claims = page, claims
        self.setting = StorySetting(page, claims)
        self.photos = [_open(page, piece) for piece in _photo_pieces(page, claims)]
        self.named = claims.holders(Role.CAPTION)
        """The captions that an exact layout knows: then no others are looked for."""
        self.told: dict[int, str] = {}
        """Caption by the piece that begins it."""
        self.rules: list[str] = []

    def take(self, lines: list[Piece], rule: str, evidence: Sequence[str] = ()) -> None:
        self.claims.take_free((line.index for line in lines), Role.CAPTION, rule, tuple(evidence))

    def read_named(self) -> None:
        """Give each caption that a layout knows to the photo before it, else to the first after it."""
        for index in self.named:
            before = bisect_left(self.photos, index, key=_place_of)
            photo = self.photos[max(0, before - 1)] if self.photos else None
            if photo is None:
                self.told[index] = self.page.pieces[index].text
                self.rules.append("layout")
            else:
                photo.lines.append(self.page.pieces[index])
                photo.rule = "layout"

    def read_frames(self) -> None:
        """Captions from the block that holds photo and text and nothing else: a figure, a two-row table, a box."""
        settled: set[int] = set()
        known: dict[int, PhotoBlock] = {}
        for photo in self.photos if not self.named else ():
            frame = (
                find_frame(self.page, self.claims, self.setting, photo.piece, known)
                if photo.piece.index not in settled
                else None
            )
            if frame is None:
                continue
            first, last = (bisect_left(self.photos, end, key=_place_of) for end in (frame.box.first, frame.box.last))
            inside = self.photos[first:last]
            settled |= {other.piece.index for other in inside}
            if self._is_portrait(frame):
                for other in inside:
                    other.rule = _PORTRAIT  # the author's picture beside name and date
                continue
            for other, group in zip(inside, share_out([other.piece for other in inside], frame.lines), strict=True):
                other.lines, other.rule = group, frame.rule if group else other.rule
            self.take(frame.lines, frame.rule)

    def _is_portrait(self, frame: PhotoFrame) -> bool:
        """Whether a framed photo over the text shows the author: its line is a date, or a name."""
        if frame.photo.index >= self.claims.regions.body_at:
            return False
        named = frame.rule != "figure"
        return any(
            find_stamp(line.text) or (named and (is_person(line.text) or self.page.leads_to_author(line)))
            for line in frame.lines
        )

    def read_next_lines(self) -> None:
        """Captions that only stand after their photo (or, where the alt says so, before it)."""
        for number, photo in enumerate(self.photos if not self.named else ()):
            following = self.photos[number + 1].piece.index if number + 1 < len(self.photos) else -1
            if not photo.lines and photo.piece.index + 1 != following:  # of a row of photos the last is described
                self._read_after(photo) or self._read_before(photo)

    def _score(self, photo: _Photo, line: Piece) -> tuple[float, list[str]]:
        return score_line(self.page, self.claims, self.setting, photo.piece, photo.alt, line)

    def _read_after(self, photo: _Photo) -> bool:
        pieces, stop = self.page.pieces, self.claims.regions.story.stop
        index = photo.piece.index + 1
        if index >= stop:
            return False
        line = pieces[index]
        score, spoke = self._score(photo, line)
        if score < ENOUGH or not self.claims.is_free(index):
            if line.image is None:
                reason = f"too little speaks for it ({', '.join(spoke) or 'its place'})"
                self.page.ledger.refuse("captions", "after-photo", line.text, reason)
            return False
        rule = spoke[-1]
        photo.lines, photo.rule = [line], rule
        self.take([line], rule, spoke)
        follower = pieces[index + 1] if index + 1 < stop else None
        if follower is not None and follower.image is None and self.claims.is_free(follower.index):
            if fold(follower.text) == fold(line.text):
                self.take([follower], rule)
            elif follower.size <= 60 and split_credit(follower.text)[0] == "":  # the credit, in a line of its own
                photo.lines.append(follower)
                self.take([follower], rule)
        return True

    def _read_before(self, photo: _Photo) -> bool:
        index = photo.piece.index - 1
        before = self.page.pieces[index]
        if index < self.claims.regions.story.start or before.image is not None or not self.claims.is_free(index):
            return False
        if before.size > LONGEST or not photo.alt or fold(photo.alt) != fold(before.text):
            return False
        photo.lines, photo.rule = [before], "alt"
        self.take([before], "alt")
        return True

    def read_unseen(self) -> None:
        """Photos that are set as backgrounds. What describes a player is no photo's caption, and no paragraph."""
        self.photos = [photo for photo in self.photos if photo.rule != _PORTRAIT]
        pieces, stop = self.page.pieces, self.claims.regions.story.stop
        for box, behind in find_unseen(self.page, self.claims.regions):
            address = self.page.join(behind) or "" if behind else ""
            photo = _Photo(Piece(box.first - 1, box.index), address, "")
            if box.first < stop and self.claims.is_free(box.first) and not self.named:
                line = pieces[box.first]
                score, spoke = self._score(photo, line)
                if score >= ENOUGH and (behind or (line.size <= 250 and self._is_one_of_several(line))):
                    photo.lines, photo.rule = [line], spoke[-1]
                    self.take([line], spoke[-1], spoke)
            if behind:
                self.photos.append(photo)
        self.photos.sort(key=lambda photo: photo.piece.index)

    def _is_one_of_several(self, line: Piece) -> bool:
        """Whether the story has other prose: a page about a video may have no more than a line or two."""
        regions = self.claims.regions
        return any(
            piece.size >= 80 and piece is not line for piece in self.page.pieces[regions.body_at : regions.story.stop]
        )

    def list_images(self) -> None:
        """Each photo once, by its address."""
        draft = self.claims.draft
        seen: dict[str, int] = {}
        for photo in self.photos:
            image = _make(photo)
            if image.caption:
                self.told[photo.lines[0].index] = image.caption
                self.rules.append(photo.rule)
            if not image.url:
                continue  # a placeholder that a script would fill: its caption is there all the same
            known = seen.get(image.url)
            if known is None:
                known = seen[image.url] = len(draft.images)
                draft.images.append(image)
            elif image.caption and not draft.images[known].caption:
                draft.images[known] = image
            if photo.piece.image is not None:
                draft.photos[photo.piece.index] = known
                self.claims.take_free([photo.piece.index], Role.PHOTO, "photos-in-story")

    def read_alone(self) -> None:
        """Captions whatever became of their photos: the line over the dateline, and those that say everything twice,
        as alt and caption do.
        """
        if self.named:
            return
        line = find_line_over_opening(self.page, self.claims)
        if line is not None:
            self._tell_alone(line, undoubled(line.text), "over-dateline")
        story = self.claims.regions.story
        for piece in self.page.pieces[story.start : story.stop]:
            if not 30 <= piece.size <= 2 * LONGEST or not self.claims.is_free(piece.index):
                continue
            once = _find_once(piece.text)
            if once is not None and not self.page.teaser[piece.index]:
                self._tell_alone(piece, once, "doubled")

    def _tell_alone(self, line: Piece, text: str, rule: str) -> None:
        self.told[line.index] = text
        self.rules.append(rule)
        self.take([line], rule)


def _find_once(text: str) -> str | None:
    """What a line says that says it twice. None for one that does not."""
    half = len(text) // 2
    if text.find(text[:6], half - 1, half + 8) < 0:  # a cheap look first
        return None
    once = undoubled(text)
    # words: dates and clocks for machines come in pairs as well
    return once if once != text and once.count(" ") >= 3 else None


def _photo_pieces(page: Page, claims: Claims) -> list[Piece]:
    story = claims.regions.story
    return [
        piece
        for piece in page.pieces[story.start : story.stop]
        if piece.image is not None and _is_photo(page, claims, piece)
    ]


def _is_photo(page: Page, claims: Claims, piece: Piece) -> bool:
    """Whether a picture is the article's own: in no list or column beside, no banner, and no portrait of its author."""
    if page.teaser[piece.index] or not claims.is_free(piece.index):
        return False
    flags = page.box_of(piece).flags
    if flags & FIGURE:
        return True
    if flags & (NAV | FOOTER | ASIDE):
        return False
    if piece.href and page.leads_elsewhere(piece.href):
        return False  # a banner, or another article's picture
    return piece.index >= claims.regions.body_at or not _is_followed_by_author(page, piece)


def _is_followed_by_author(page: Page, photo: Piece) -> bool:
    """Whether a picture over the text is followed by a link to its author."""
    after = page.pieces[photo.index + 1] if photo.index + 1 < len(page.pieces) else None
    if after is None or after.image is not None:
        return False
    return after.is_link and after.size <= 110 and page.leads_to_author(after)


def _open(page: Page, piece: Piece) -> _Photo:
    image: Any = piece.image
    return _Photo(piece, find_source(image, page.meta.base) or "", clean(image.get("alt") or ""))


def _make(photo: _Photo) -> Image:
    lines: list[str] = []
    for line in photo.lines:
        text = _ADJOINING.sub(" ", undoubled(line.text))
        if not any(fold(text) == fold(other) for other in lines):
            lines.append(text)
    caption = " ".join(lines) or None
    bare, credit = split_credit(caption) if caption else ("", None)
    alt = photo.alt or None
    if alt and caption and (is_alt_of(alt, caption) or fold(alt) == fold(caption) or is_alt_of(alt, bare)):
        alt = None
    return Image(url=photo.url, caption=caption, credit=credit, alt=alt)


def _tell(page: Page, claims: Claims, texts: list[str], rules: list[str]) -> list[str]:
    """The captions, each once, and what the ledger is told of them and of the photos."""
    captions: dict[str, str] = {}
    for text in texts:
        captions.setdefault(fold(text), text)
    if claims.draft.images:
        page.ledger.take("images", "photos-in-story", f"{len(claims.draft.images)} photos")
    told = " | ".join(captions.values())
    for rule in dict.fromkeys(rules) if captions else ():
        page.ledger.take("captions", rule, told)
    return list(captions.values())
