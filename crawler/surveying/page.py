"""The page of a survey: what was found, for a person who sees the site for the first time."""

from collections.abc import Sequence

from crawler.learning.layouts import Learnt
from crawler.learning.writing import describe_evidence
from crawler.reporting.amounts import format_moment, format_number, format_share, format_size, plural
from crawler.reporting.document import draw_document, section
from crawler.reporting.markup import Child, Html, el, folded, items, join, link, table, vietnamese
from crawler.surveying.cost import Cost
from crawler.surveying.result import SurveyResult
from crawler.surveying.sample import Shown, Specimen, TraitVerdict
from crawler.surveying.traits import Judged

VERB = "survey"
STYLE = """
.tiles { grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)) }
.said { font-size: 1.15rem; margin: .75rem 0 0 }
.traits { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr));
  gap: .75rem; padding: 0; margin: .75rem 0; list-style: none; align-items: start }
.traits > li { background: var(--shade); border-radius: 8px; border-left: 4px solid var(--rule); padding: .75rem .9rem }
.traits > .yes { border-color: var(--bar) }
.traits > .no { border-color: var(--bad) }
.traits h3 { margin: 0 0 .3rem; font-size: 1rem; line-height: 1.35 }
.traits p { margin: .25rem 0; font-size: .93rem }
.traits .then { color: var(--soft) }
.badge { float: right; margin: 0 0 .25rem .6rem; font-size: .78rem; font-weight: 650;
  color: var(--soft); white-space: nowrap }
.yes .badge { color: var(--link) }
.no .badge { color: var(--bad) }
details { margin: .4rem 0 0 }
summary { cursor: pointer; font-size: .88rem; color: var(--soft) }
.traits details ul { margin: .3rem 0 0; padding-left: 1.1rem; font-size: .85rem }
pre { background: var(--shade); border-radius: 8px; padding: .8rem 1rem; overflow-x: auto;
  font-size: .88rem; line-height: 1.6 }
@media print { .traits { display: block } .traits > li { break-inside: avoid; margin-bottom: .5rem } }
"""
GROUPS = (
    (TraitVerdict.FAILS, "fails", "What does not hold", "no"),
    (TraitVerdict.UNKNOWN, "unknown", "What this sample cannot tell", "open"),
    (TraitVerdict.HOLDS, "holds", "What holds", "yes"),
)
"""TraitVerdict, anchor, heading and class, in the order of the page."""
MOST_WARNED = 3


def draw_survey(result: SurveyResult) -> bytes:
    """The page in UTF-8."""
    parts: list[tuple[str, str, Html | None]] = [
        (anchor, heading, _traits(result, verdict, class_)) for verdict, anchor, heading, class_ in GROUPS
    ]
    parts += [
        ("cost", "What a crawl will cost", _cost(result.cost)),
        ("set", "What to set", _settings(result)),
        ("fields", "How the fields were found", _fields(result)),
        ("layout", "A layout, learnt from these pages", _layouts(result)),
        ("sample", "The sample", _sample(result)),
    ]
    drawn = [(anchor, heading, content) for anchor, heading, content in parts if content is not None]
    title = f"{result.name}: survey of the site"
    made = el("p", "Made ", format_moment(result.made_at), f" by {result.software}.", class_="soft")
    said = el("p", result.sentence(), class_="said")
    return draw_document(
        title,
        VERB,
        el("header", el("h1", title), made, said, _tiles(result)),
        el("nav", items(el("a", heading, href=f"#{anchor}") for anchor, heading, _ in drawn), aria_label="Sections"),
        el("main", *(section(*one) for one in drawn)),
        style=STYLE,
    )


def _tiles(result: SurveyResult) -> Html:
    tiles: list[tuple[str, str]] = [
        (str(result.count(TraitVerdict.HOLDS)), "hold"),
        (str(result.count(TraitVerdict.FAILS)), "do not hold"),
        (str(result.count(TraitVerdict.UNKNOWN)), "cannot be told"),
        (format_number(result.asked), "answers of the site"),
        (format_number(len(result.sample.articles())), "articles read"),
    ]
    if result.cost is not None:
        tiles.append((f"≈ {_span(result.cost.days)}", "for a whole crawl"))
    return el("ul", *(el("li", el("b", value), name) for value, name in tiles), class_="tiles")


def _span(days: float) -> str:
    if days >= 2:
        return f"{days:.0f} days"
    return f"{days * 24:.0f} h" if days >= 2 / 24 else f"{max(1, round(days * 1440))} min"


def _traits(result: SurveyResult, verdict: TraitVerdict, class_: str) -> Html | None:
    chosen = [one for one in result.judged if one.judgement.verdict is verdict]
    if not chosen:
        return None
    return el("ul", *(_trait(one, class_) for one in chosen), class_="traits")


def _trait(judged: Judged, class_: str) -> Html:
    trait, judgement = judged.trait, judged.judgement
    then = el("p", f"Then: {trait.else_}.", class_="then") if judgement.verdict is TraitVerdict.FAILS else None
    pages = folded(plural(len(judgement.pages), "page"), _shown(judgement.pages)) if judgement.pages else None
    return el(
        "li",
        el("span", str(judgement.verdict), class_="badge"),
        el("h3", trait.asks),
        el("p", f"{_as_sentence(judgement.says)}."),
        then,
        pages,
        class_=class_,
        id=f"trait-{trait.id}",
    )


def _as_sentence(says: str) -> str:
    """With a capital, unless it begins with an address or the name of a file."""
    return says[:1].upper() + says[1:] if says.partition(" ")[0].isalpha() else says


def _shown(pages: Sequence[Shown]) -> Html:
    return items(join([link(one.url), *([el("br"), one.what] if one.what else [])]) for one in pages)


def _cost(cost: Cost | None) -> Html | None:
    if cost is None:
        return None
    said = el(
        "p",
        f"About {plural(cost.requests, 'request')} and {format_size(cost.bytes)}, in {_span(cost.days)} at one request "
        f"every {cost.delay:.3g} s. It rests on {format_number(cost.articles)} articles; by what is known they are "
        f"{format_number(cost.low)} to {format_number(cost.high)}.",
    )
    rows: list[list[Child]] = [
        [part.name, format_number(part.requests), format_size(part.bytes), part.says] for part in cost.parts
    ]
    bases: list[list[Child]] = [[basis.name, format_number(basis.articles), basis.says] for basis in cost.bases]
    return join(
        [
            said,
            table("What will be asked for", ["Kind", "#Requests", "#Size", "As seen in the sample"], rows),
            table("How many articles there may be", ["By", "#Articles", "What it rests on"], bases),
        ]
    )


def _settings(result: SurveyResult) -> Html:
    return join(
        [
            el("p", "As ", el("code", "thanhuy.toml"), ":"),
            el("pre", result.toml),
            el("p", "Then, in this order; the crawl fetches nothing of this sample again:"),
            el("pre", "\n".join(result.commands)),
        ]
    )


def _fields(result: SurveyResult) -> Html | None:
    if not result.fields:
        return None
    rows: list[list[Child]] = [
        [
            el("code", one.name),
            format_share(one.filled, one.pages),
            ", ".join(f"{rule} {count}" for rule, count in one.rules.items()) or "–",
            items(join([link(shown.url, shown.what)]) for shown in one.otherwise) if one.otherwise else "",
        ]
        for one in result.fields
    ]
    count = plural(result.fields[0].pages, "article")
    found = table("Fields", ["Field", "#Filled", "By rule, on pages", "Found otherwise on"], rows, note=f"of {count}")
    warned: list[list[Child]] = [
        [el("code", code), format_number(len(urls)), items(link(url) for url in urls[:MOST_WARNED])]
        for code, urls in result.warnings.items()
    ]
    if not warned:
        return found
    return join([found, table("Warnings of the parser", ["Warning", "#Articles", "For example"], warned)])


def _layouts(result: SurveyResult) -> Html:
    if not result.learnt:
        return el("p", f"None: {result.why_none or 'the survey was interrupted'}.")
    told = el(
        "p",
        "Exact selectors that find what the rules found, kept as ",
        el("code", "layout.toml"),
        " beside this page and not in force: learn again once the crawl has brought more pages.",
    )
    return join([told, *(_layout(one) for one in result.learnt)])


def _layout(learnt: Learnt) -> Html:
    rows: list[list[Child]] = [
        [el("code", one.row.field), el("code", one.row.css or ""), describe_evidence(one)] for one in learnt.evidence
    ]
    note = f"{plural(learnt.pages, 'page')} of this design, {learnt.fits} fit"
    return table(learnt.layout.name, ["Field", "Selector", "What speaks for it"], rows, note=note)


def _sample(result: SurveyResult) -> Html:
    kinds = ", ".join(f"{count} {kind}" for kind, count in result.kinds().items())
    rows = [_specimen(one) for one in result.sample.specimens]
    missed: list[Child] = [join([link(url), f": {why}"]) for url, why in result.sample.missed]
    missed += [join([f"{probe}: ", why]) for probe, why in result.sample.failed.items()]
    whole = table("Every answer, in order", ["Address", "Kind", "#Status", "#Size", "Note"], rows)
    parts: list[Child] = [el("p", kinds or "Nothing was answered."), folded(plural(len(rows), "answer"), whole)]
    if missed:
        parts += [el("h3", "Without an answer of its own"), items(missed)]
    return join(parts)


def _specimen(specimen: Specimen) -> list[Child]:
    note: Child = specimen.refused or None
    if specimen.probe is not None:
        note = f"asked on purpose: {specimen.probe}"
    elif specimen.again:
        note = "asked again, with conditions"
    elif specimen.record is not None:
        note = vietnamese(specimen.record["title"])
    return [link(specimen.url), specimen.kind or "–", str(specimen.status), format_size(specimen.received), note]
