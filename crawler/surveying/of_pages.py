"""What is taken for granted of the pages: identity, slugs, listings, days, what only a script would bring. Pure."""

import re
from datetime import date, datetime, timedelta
from itertools import pairwise

from crawler.pages import slug_matches
from crawler.planning.follow import shown_items
from crawler.planning.probes import ProbeId
from crawler.planning.sampling import FURTHER, part_of
from crawler.site.scope import FILE_HOSTS, Kind, find_page, is_same_listing, listing_name, page_number
from crawler.site.times import VIETNAM
from crawler.surveying.of_server import show
from crawler.surveying.sample import (
    Judgement,
    Sample,
    Shown,
    Specimen,
    TraitVerdict,
    cannot_tell,
    fails,
    holds,
    sort_out,
    weigh,
)

_FULL = 5
"""Articles from which a listing may have another page."""
_A_DAY = timedelta(days=1)
"""By which an article may be published before one with a smaller number."""
_CERTAIN = frozenset({"metadata", "page", "image-name", "dateline"})
_COMMENTS = re.compile(rb"binh-?luan|b\xc3\xacnh lu\xe1\xba\xadn|\xc3\xbd ki\xe1\xba\xbfn|comment", re.IGNORECASE)
"""What a page has in it that has room for readers' comments."""
_RELATED = re.compile(rb"tin-?(?:lien-?quan|khac)|tin kh\xc3\xa1c|li\xc3\xaan quan|related", re.IGNORECASE)

_DAYS = tuple(
    re.compile(rb"(?<!\d)(\d{1,2})%s(\d{1,2})%s(\d{4})(?!\d)" % signs)
    for signs in ((b"/", b"/"), (b"-", b"-"), (rb"\.", rb"\."), (" tháng ".encode(), " năm ".encode()))
)
"""How a page prints a day: its number, its month, its year."""


def judge_articles(sample: Sample) -> Judgement:
    """The text of an article is in its HTML."""
    asked = [one for one in sample.of(Kind.ARTICLE, Kind.DOCUMENT) if one.refused != "soft-404"]
    return weigh(map(_is_read, asked), "pages of articles gave a record", none="no article was read")


def _is_read(specimen: Specimen) -> tuple[bool, Shown]:
    if specimen.record is None:
        return False, Shown(specimen.url, specimen.refused or "not read")
    return True, Shown(specimen.url, f"{len(specimen.record['body'])} characters of text")


def _compare(sample: Sample, id_: ProbeId, where: str) -> Judgement:
    """Whether a probe shows the article that it was made of."""
    found, why = sample.probe(id_), sample.failed.get(id_)
    if found is None:
        return cannot_tell(f"{where} gave no answer: {why}" if why else "not asked: no article was read")
    page = find_page(found.url)
    own = next((one for one in sample.articles() if page is not None and one.key == page.key), None)
    target = find_page(found.leads_to or "")
    if target is not None and page is not None and target.key == page.key:
        return holds(f"{where} leads to the article's own address", [show(found)])
    if found.record is None or own is None or own.record is None:
        return fails(f"{where} gives no article, but status {found.status}", [show(found)])
    same = found.record["text_digest"] == own.record["text_digest"]
    if same or found.record["title"] == own.record["title"]:
        return holds(f"{where} shows the same article{'' if same else ', its text set otherwise'}", [show(found)])
    return fails(f"{where} shows another article: {found.record['title'][:80]!r}", [show(found)])


def judge_identity(sample: Sample) -> Judgement:
    """The number alone names an article."""
    return _compare(sample, ProbeId.OTHER_SLUG, "the same number with another slug")


def judge_hosts(sample: Sample) -> Judgement:
    """The hosts are interchangeable."""
    judged = [
        _compare(sample, ProbeId.OLD_HOST, "the former host"),
        _compare(sample, ProbeId.SIDE_HOST, "the host beside"),
    ]
    verdict = next(
        (each for each in (TraitVerdict.FAILS, TraitVerdict.HOLDS) if any(one.verdict is each for one in judged)),
        TraitVerdict.UNKNOWN,
    )
    says = "; ".join(dict.fromkeys(one.says for one in judged))
    return Judgement(verdict=verdict, says=says, pages=tuple(shown for one in judged for shown in one.pages))


def judge_slugs(sample: Sample) -> Judgement:
    """The slug is the title's."""
    told = []
    for one in sample.articles():
        page = find_page(one.url)
        if page is not None and one.record is not None and page.slug:
            title = one.record["title"]
            told.append((slug_matches(page.slug, title), Shown(one.url, title[:120])))
    return weigh(told, "slugs are the title's words", none="no article with a slug was read")


def judge_numbers(sample: Sample) -> Judgement:
    """Numbers grow with the days."""
    dated = sorted(
        (one for one in sample.articles() if _is_dated(one)), key=lambda one: int(one.key.rpartition("/")[2])
    )
    told = []
    for before, after in pairwise(dated):
        grows = _day_of(after) - _day_of(before) >= -_A_DAY
        told.append((grows, Shown(after.url, f"{_day_of(after)}, after {_day_of(before)}")))
    return weigh(told, "articles in order of their numbers are in order of their days", none="too few are dated")


def _is_dated(specimen: Specimen) -> bool:
    record = specimen.record
    return record is not None and record["date"] is not None and record["date_source"] in _CERTAIN


def _day_of(specimen: Specimen) -> date:
    assert specimen.record is not None
    return date.fromisoformat(specimen.record["date"])


def judge_dates(sample: Sample) -> Judgement:
    """An article states its day."""
    told = []
    for one in sample.articles():
        assert one.record is not None
        by = f"{one.record['date'] or 'no day'}, by {one.record['date_source'] or 'nothing'}"
        told.append((_is_dated(one), Shown(one.url, by)))
    return weigh(told, "articles state their day", none="no article was read")


def judge_clock(sample: Sample) -> Judgement:
    """The clock in the header is no article's day."""
    clocks, fallen = [], []
    for one in sample.articles():
        assert one.record is not None
        today = datetime.fromisoformat(one.date).astimezone(VIETNAM).date()
        prints = _prints(one.body, today)
        if prints and one.record["date"] == today.isoformat() and not _is_new(sample, one, today):
            fallen.append(Shown(one.url, f"dated {today}, the day of the fetch, by {one.record['date_source']}"))
        elif prints:
            clocks.append(Shown(one.url, f"prints {today}; dated {one.record['date']}"))
    if fallen:
        return fails(f"{len(fallen)} articles are dated by the day of the fetch", fallen)
    if not sample.articles():
        return cannot_tell("no article was read")
    told = f"{len(clocks)} of {len(sample.articles())} pages print the day of the fetch, and none is dated by it"
    return holds(told if clocks else "no page prints the day of its fetch", clocks)


def _is_new(sample: Sample, specimen: Specimen, today: date) -> bool:
    """Whether an article's number allows that it is of today."""
    page = find_page(specimen.url)
    estimate = sample.calendar.estimate(page.id) if page else None
    return estimate is None or estimate.high >= today


def _prints(body: bytes, day: date) -> bool:
    """Whether a page prints a day, however it is written: `1/1/2024` stands in `11/1/2024`, and is another day."""
    wanted = (day.day, day.month, day.year)
    return any(wanted == tuple(map(int, found)) for form in _DAYS for found in form.findall(body))


def judge_listings(sample: Sample) -> Judgement:
    """Listings link their articles."""
    listings = [one for one in sample.of(Kind.LISTING, Kind.HOME, Kind.PAGE) if page_number(one.url) == 1]
    counted = [(one.url, len(shown_items(one.links))) for one in listings]
    told = [(count > 0, Shown(url, f"{count} articles linked")) for url, count in counted]
    return weigh(told, "listings link articles in their HTML", none="no listing was read")


def judge_pagination(sample: Sample) -> Judgement:
    """A listing's further pages are linked, in a form that is known, and show other articles."""
    listings = sample.of(Kind.LISTING)
    first = [one for one in listings if part_of(one.kind, one.url) != FURTHER]
    further = [one for one in listings if part_of(one.kind, one.url) == FURTHER]
    turning = {one.url: [link.url for link in one.links if link.next_page] for one in first}
    linked = [Shown(url, f"links {to[0]}") for url, to in turning.items() if to]
    if not first:
        return cannot_tell("no listing was read")
    if not linked:
        full = [one for one in first if len(shown_items(one.links)) >= _FULL]
        if full:
            return fails("no listing links a further page", [Shown(one.url, "no further page") for one in full])
        return cannot_tell("no listing links a further page; each may have one alone")
    good, bad = sort_out(_shows_others(one, first) for one in further)
    forms = sorted({_form_of(url) for urls in turning.values() for url in urls})
    says = f"{len(linked)} of {len(first)} listings link further pages ({', '.join(forms[:4])})"
    if not further:
        return cannot_tell(f"{says}; none was read", linked)
    if len(bad) > len(good):
        return fails(f"{says}; {len(bad)} of {len(further)} that were read show nothing new", bad)
    return holds(f"{says}; {len(good)} of {len(further)} that were read show other articles", [*good, *linked])


def _shows_others(specimen: Specimen, first: list[Specimen]) -> tuple[bool, Shown]:
    """Whether a further page shows articles that the listing's first does not."""
    before = next((one for one in first if is_same_listing(one.url, specimen.url)), None)
    others = set(shown_items(specimen.links)) - set(shown_items(before.links) if before else ())
    return bool(others), Shown(specimen.url, f"page {page_number(specimen.url)}: {len(others)} other articles")


def _form_of(url: str) -> str:
    """How a further page is told by its address: `?page=N`, `/trang-N`."""
    number = page_number(url)
    tail = url.partition("?")[2]
    told = f"?{tail}" if tail else "/" + url.rpartition("/")[2]
    return re.sub(rf"(?<!\d){number}(?!\d)", "N", told)[:40]


def judge_end(sample: Sample) -> Judgement:
    """Beyond a listing's last page there is nothing."""
    found = sample.probe(ProbeId.BEYOND_END)
    if found is None:
        return cannot_tell(sample.failed.get(ProbeId.BEYOND_END) or "not asked: no further page was read")
    if found.status in {404, 410} or 300 <= found.status < 400:
        return holds(f"a page beyond the last is answered with {found.status}", [show(found)])
    name = listing_name(found.url)
    shown = set(shown_items(found.links))
    others = [one for one in sample.of(Kind.LISTING) if listing_name(one.url) == name]
    elsewhere = {
        key for one in sample.of(Kind.HOME, Kind.LISTING) if one not in others for key in shown_items(one.links)
    }
    own = shown - elsewhere
    if not own:
        return holds("a page beyond the last shows no article of the listing", [show(found)])
    known = {key for one in others for key in shown_items(one.links)}
    if own <= known:
        return holds("a page beyond the last shows again what an earlier one does, and leads no further", [show(found)])
    return fails(f"a page beyond the last shows {len(own)} articles: the listing may go on for ever", [show(found)])


def _judge_in_html(sample: Sample, field: str, mark: re.Pattern[bytes], what: str) -> Judgement:
    """Whether a field is in the HTML, or left to a script."""
    good, bad = [], []
    for one in sample.articles():
        assert one.record is not None
        if one.record[field] not in (None, []):
            good.append(Shown(one.url, f"{field} found"))
        elif mark.search(one.body):
            bad.append(Shown(one.url, f"has a place for {what}, and none in the HTML"))
    if not good and not bad:
        return cannot_tell(f"no page has a place for {what}")
    beside = f"; {len(bad)} have a place for them and leave it empty or to a script" if bad else ""
    says = f"{len(good)} of {len(sample.articles())} articles have {what} in the HTML{beside}"
    return holds(says, [*good[:3], *bad]) if len(good) >= len(bad) else fails(says, bad)


def judge_comments(sample: Sample) -> Judgement:
    """The number of comments is in the HTML."""
    return _judge_in_html(sample, "comment_count", _COMMENTS, "comments")


def judge_related(sample: Sample) -> Judgement:
    """Related articles are in the HTML."""
    return _judge_in_html(sample, "related", _RELATED, "related articles")


def judge_photos(sample: Sample) -> Judgement:
    """Photos of articles lie on the host of files."""
    told = []
    for one in sample.articles():
        for image in one.record["images"][:1] if one.record else ():
            host = image["url"].split("/")[2] if "://" in image["url"] else ""
            told.append((host in FILE_HOSTS, Shown(one.url, f"photo on {host or 'no host'}")))
    return weigh(told, "articles with photos have them on the host of files", none="no article has a photo")


def judge_documents(sample: Sample) -> Judgement:
    """Documents (*tư liệu*) are pages like articles."""
    return weigh(map(_is_read, sample.of(Kind.DOCUMENT)), "documents gave a record", none="no document was met")
