"""Traits: the rows of what the crawl and the parser take for granted of the site, each with what judges it."""

from collections.abc import Callable
from dataclasses import dataclass

from crawler.surveying import of_pages, of_server
from crawler.surveying.sample import Judgement, Sample


@dataclass(frozen=True)
class Trait:
    """One thing that is taken for granted."""

    id: str
    asks: str
    """What is taken for granted, as a sentence that holds or does not."""
    else_: str
    """What it costs where it does not hold, or what to do then."""
    judge: Callable[[Sample], Judgement]


TRAITS: tuple[Trait, ...] = (
    Trait(
        "refusals",
        "The site answers a polite crawler.",
        "name yourself with --operator, ask less often (--delay), or ask the editors",
        of_server.judge_refusals,
    ),
    Trait(
        "tls",
        "Its certificates are accepted.",
        "--cacert names an authority to trust; without one nothing is fetched",
        of_server.judge_tls,
    ),
    Trait(
        "https",
        "http:// leads to https://.",
        "harmless: pages are known by their number, whatever the scheme",
        of_server.judge_https,
    ),
    Trait(
        "www",
        "The bare host leads to www.",
        "harmless: the hosts are one, whichever serves a page",
        of_server.judge_www,
    ),
    Trait(
        "robots",
        "robots.txt lets the crawl at what it is for.",
        "what it forbids is not fetched; ask the editors for leave",
        of_server.judge_robots,
    ),
    Trait(
        "articles",
        "The text of an article is in its HTML.",
        "look at a page with `thanhuy probe URL`, and name its fields in a layout",
        of_pages.judge_articles,
    ),
    Trait(
        "documents",
        "Documents (tư liệu) are read like articles.",
        "look at one with `thanhuy probe URL`",
        of_pages.judge_documents,
    ),
    Trait(
        "identity",
        "The number alone names an article, whatever the slug.",
        "old links with other slugs lead nowhere; records keep the address that was fetched",
        of_pages.judge_identity,
    ),
    Trait(
        "hosts",
        "An article is the same on every host of the site.",
        "an article is fetched from the host that was met first; crawl one host's seeds by themselves",
        of_pages.judge_hosts,
    ),
    Trait(
        "slugs",
        "The slug is the title without its accents.",
        "the slug tells titles from other lines: without it look at titles with `thanhuy probe URL`",
        of_pages.judge_slugs,
    ),
    Trait(
        "numbers",
        "Articles' numbers grow with the days.",
        "--since and --until rule out by numbers: crawl without them",
        of_pages.judge_numbers,
    ),
    Trait(
        "dates",
        "An article states its day.",
        "days are estimated from numbers (`date_source: id-estimate`); a layout may name where the day stands",
        of_pages.judge_dates,
    ),
    Trait(
        "clock",
        "Today's date in the header is no article's.",
        "a layout that names `date` settles it",
        of_pages.judge_clock,
    ),
    Trait(
        "listings",
        "Listings link their articles in the HTML.",
        "articles are found by feeds, sitemaps and related links alone: give `--seeds FILE`",
        of_pages.judge_listings,
    ),
    Trait(
        "pagination",
        "Further pages of a listing are linked, and show other articles.",
        "old articles are found by other ways only: sitemaps, related links, `--seeds FILE`",
        of_pages.judge_pagination,
    ),
    Trait(
        "end",
        "A listing ends: beyond its last page there is nothing.",
        "the crawl stops a listing by itself after pages without anything new",
        of_pages.judge_end,
    ),
    Trait(
        "feeds",
        "Feeds or a sitemap lie where they usually are.",
        "new articles are found by listings alone",
        of_server.judge_feeds,
    ),
    Trait(
        "validators",
        "Pages carry ETag or Last-Modified.",
        "each refresh fetches whole pages; what is unchanged is kept once all the same",
        of_server.judge_validators,
    ),
    Trait(
        "conditional",
        "An unchanged page is answered with 304.",
        "each refresh fetches whole pages; refresh less often, or bound it with --daily-bytes",
        of_server.judge_conditional,
    ),
    Trait(
        "codings",
        "Content-Encoding says what is so.",
        "pages are read as their bytes are; what cannot be decoded is kept and asked for again",
        of_server.judge_codings,
    ),
    Trait(
        "charset",
        "Pages are UTF-8.",
        "each page is read by its bytes before its headers; look at some titles",
        of_server.judge_charset,
    ),
    Trait(
        "missing",
        "What there is not is answered with 404 or 410.",
        "articles that are taken down are not noticed as gone; pages that say so in words make no record",
        of_server.judge_missing,
    ),
    Trait(
        "files",
        "Photos and attachments can be had.",
        "they are asked for again by later runs; --no-images leaves them out",
        of_server.judge_files,
    ),
    Trait(
        "photos",
        "Photos lie on the site's host of files.",
        "photos elsewhere are outside the scope: their addresses are in the records, their bytes are not kept",
        of_pages.judge_photos,
    ),
    Trait(
        "comments",
        "The number of comments is in the HTML.",
        "`comment_count` stays empty: a script brings it",
        of_pages.judge_comments,
    ),
    Trait(
        "related",
        "Related articles are in the HTML.",
        "`related` stays empty, and old articles are found by listings alone",
        of_pages.judge_related,
    ),
)
"""In the order of the page: what all hangs on first."""


@dataclass(frozen=True)
class Judged:
    """A trait and what the sample says of it."""

    trait: Trait
    judgement: Judgement


def judge(sample: Sample) -> list[Judged]:
    """What the sample says of each."""
    return [Judged(trait, trait.judge(sample)) for trait in TRAITS]
