"""The sections on the collection itself: what it is, its files, how it was collected, how to cite it."""

from collections import Counter

from crawler.reporting.amounts import format_moment, format_number, format_size, plural
from crawler.reporting.calendars import calendar
from crawler.reporting.markup import Child, Html, el, facts, folded, items, join, link, long_table, table, vietnamese
from crawler.reporting.report_data import ReportData
from crawler.reporting.trends import growth

SITE = "Trang tin Điện tử Đảng bộ Thành phố Hồ Chí Minh"
MANNER = (
    "Every exchange was kept in WARC/1.1 as it went over the wire: requests, responses, redirects and errors. "
    "Pages were found from the seeds along links within the site's hosts, and each was asked for once in a run. "
    "Articles were parsed from the captures, and each record names the capture that it was parsed from."
)
MOST_FILES = 200
MOST_SEEDS = 50
ROOMS = {
    "collection.json": "name, format version, created, seeds",
    "warc": "WARC files: every exchange, byte for byte",
    "articles": "every version of every article",
    "articles.jsonl": "the newest version of each article",
    "indexes": "index of the captures",
    "crawls": "what each run says of itself",
    "torn": "what interrupted writes left behind or repair replaced",
    "state.sqlite": "frontier and indexes; can be rebuilt",
    "fixity.jsonl": "SHA-256 of the finished files",
}


def identity(figures: ReportData) -> Html:
    """Name, age, seeds, size."""
    seeds: list[Child] = [link(seed) for seed in figures.seeds[:MOST_SEEDS]]
    if len(figures.seeds) > MOST_SEEDS:
        seeds.append(f"… and {len(figures.seeds) - MOST_SEEDS:,} more")
    captures = figures.captures
    span = (
        join([format_moment(captures.first), " to ", format_moment(captures.last)])
        if captures and captures.first
        else None
    )
    told: list[tuple[str, Child]] = [
        ("Name", figures.name),
        ("Site", el("span", vietnamese(SITE), " (thanhuytphcm.vn, formerly hcmcpv.org.vn)")),
        ("Created", format_moment(figures.created)),
        ("Format version", format_number(figures.format)),
        ("Seeds", items(seeds) if seeds else "the site's home page and sections"),
        ("Captured", span),
    ]
    return facts(told)


def files(figures: ReportData) -> Html | None:
    """Sizes, digests, and when they were last verified."""
    found = figures.files
    if found is None:
        if figures.scope == "run":
            return el(
                "p",
                el("code", "run.json"),
                " beside this page names the files that this run wrote, with size and SHA-256.",
            )
        return None
    rooms = [
        [el("code", name), ROOMS.get(name, ""), format_number(room["files"]), format_size(room["size"])]
        for name, room in found.rooms.items()
    ]
    told_of = f"{format_number(found.verified)} of {plural(len(found.noted), 'noted file')}"
    told: list[tuple[str, Child]] = [
        (
            "Verified",
            told_of if found.verified else f"none yet of {plural(len(found.noted), 'noted file')}; run thanhuy verify",
        ),
        ("Last verified", format_moment(found.last_verified)),
        ("Longest unverified", format_moment(found.longest_unverified)),
        (
            "Fixity log",
            (
                f"{plural(found.damaged_lines, 'line')} damaged or altered"
                if found.damaged_lines
                else "whole, its chain unbroken"
            ),
        ),
    ]
    first = sorted(found.noted, key=lambda one: (not one.problem, one.file.startswith("crawls/"), one.file))
    rows = [
        ([one.file, format_size(one.size), el("span", one.sha256, class_="hash"), format_moment(one.closed_at, zone=""),
        format_moment(one.verified_at, zone=""),
         el("span", one.problem, class_="bad") if one.problem else "as noted"], bool(one.problem))
        for one in first[:MOST_FILES]
    ]  # fmt: skip
    note = f"{MOST_FILES} of {format_number(len(first))}; all are in fixity.jsonl" if len(first) > MOST_FILES else None
    sizes = figures.captures.sizes if figures.captures else {}
    verified = Counter(str(one.verified_at or one.closed_at or "")[:10] for one in found.noted)
    return join(
        [
            growth("Bytes of captures, added up", sizes),
            calendar("Files by the day of their last verification", verified, unit="files"),
            table("What lies where", ["Name", "What it is", "#Files", "#Size"], rooms),
            facts(told),
            long_table(
                "Finished files",
                ["File", "#Size", "SHA-256", "Closed (UTC)", "Verified (UTC)", "On disk"],
                rows,
                telling="those that are not as noted",
                note=note,
            ),
        ]
    )


def collected(figures: ReportData) -> Html | None:
    """The manner of collecting, from the newest run's configuration."""
    chosen = figures.configuration
    if not chosen:
        return None
    told = "; ".join(sorted({run.software for run in figures.runs if run.software})[:10])
    robots = {"True": "obeyed", "False": "not obeyed"}.get(chosen.get("ROBOTSTXT_OBEY", ""), "")
    kept = {"True": "kept", "False": "left out"}
    rows: list[tuple[str, Child]] = [
        ("Software", told),
        ("Operator", chosen.get("OPERATOR")),
        ("User agent", chosen.get("USER_AGENT")),
        ("robots.txt", robots),
        ("Delay", f"{chosen['DOWNLOAD_DELAY']} s at least between requests" if "DOWNLOAD_DELAY" in chosen else None),
        ("Photos", kept.get(chosen.get("FETCH_IMAGES", ""))),
        ("Attachments", kept.get(chosen.get("FETCH_ATTACHMENTS", ""))),
    ]
    return join([el("p", MANNER), facts(rows)])


def cite(figures: ReportData) -> Html | None:
    """A citation of the collection, and one of a capture."""
    captures, articles = figures.captures, figures.articles
    if captures is None or captures.first is None:
        return None
    operator = figures.configuration.get("OPERATOR", "").partition(" <")[0]
    digest = next(
        (one.sha256 for one in (figures.files.noted if figures.files else []) if one.file == "articles.jsonl"), ""
    )
    days = f"{captures.first[:10]} to {(captures.last or '')[:10]}"
    whole = el(
        "p", f"{operator}. " if operator else None, el("cite", figures.name), ": web archive of ", vietnamese(SITE),
        f" (thanhuytphcm.vn). {plural(captures.total, 'capture')} of {days}, ",
        f"{plural(articles.total if articles else 0, 'article')}. WARC/1.1. ",
        f"articles.jsonl SHA-256 {digest}. " if digest else None, f"Report of {figures.made_at[:10]}.", class_="cite",
    )  # fmt: skip
    parts: list[Child] = [el("h3", "The collection"), whole] if figures.scope == "collection" else []
    named = articles.cited if articles else {}
    if named:
        one = el(
            "p",
            f"{named['byline']}. " if "byline" in named else None,
            vietnamese(named.get("title", "")),
            ". ",
            vietnamese(SITE),
            f", {named['date']}. " if "date" in named else ". ",
            link(named.get("canonical_url") or named.get("url", "")),
            f". Captured {named.get('captured_at', '')}, in {figures.name}: {named.get('file', '')}, ",
            f"record {named.get('record_id', '')}, payload {named.get('payload_digest', '')}.",
            class_="cite",
        )
        parts += [el("h3", "One capture, here the newest"), one]
        keys = (el("code", "captured_at"), " and ", el("code", "warc"))
        parts.append(el("p", "Each line of ", el("code", "articles.jsonl"), " names its own in ", *keys, "."))
    return join(parts)


def configuration(figures: ReportData) -> Html | None:
    """The settings of the newest run."""
    if not figures.configuration:
        return None
    rows = [[el("code", name), value] for name, value in figures.configuration.items()]
    return folded(plural(len(rows), "setting"), table("Settings of the newest run", ["Setting", "Value"], rows))
