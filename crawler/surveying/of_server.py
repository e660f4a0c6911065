"""What is taken for granted of the server: hosts, TLS, robots.txt, validators, codings, errors. Pure."""

import re
from collections import Counter
from urllib.parse import urlsplit

from crawler import USER_AGENT
from crawler.pages.html.charset import decode_page
from crawler.planning.probes import Probe, ProbeId, plan_probes
from crawler.site.scope import CANONICAL_HOST, HOME, Kind
from crawler.surveying.sample import Judgement, Sample, Shown, Specimen, cannot_tell, fails, holds, sort_out, weigh

_PLANNED: dict[ProbeId, Probe] = {probe.id: probe for probe in plan_probes(None, None)}
_RULES = ("allow", "disallow", "crawl-delay")
"""Lines of robots.txt that end the names of a group's robots."""
_CERTIFICATE = ("certificate", "TLS", "SSL")


def show(specimen: Specimen) -> Shown:
    """An answer by its status, and where it leads."""
    where = specimen.header("Location")
    return Shown(url=specimen.url, what=f"status {specimen.status}{f', to {where[:200]}' if where else ''}")


def _leads_home(sample: Sample, id_: ProbeId, what: str) -> Judgement:
    """Whether another way to write the home page's address leads to the one that is crawled."""
    found = sample.probe(id_)
    if found is None:
        why = sample.failed.get(id_)
        return fails(f"{what} gives no answer: {why}", [Shown(_PLANNED[id_].url)]) if why else cannot_tell("not asked")
    if (where := found.leads_to) is not None:
        leads = f"{where}/".lower().startswith(f"https://{CANONICAL_HOST}/")
        return (holds if leads else fails)(f"{what} leads to {where[:200]}", [show(found)])
    return fails(f"{what} answers by itself, with status {found.status}", [show(found)])


def judge_https(sample: Sample) -> Judgement:
    """http leads to https."""
    return _leads_home(sample, ProbeId.PLAIN_HTTP, "http://")


def judge_www(sample: Sample) -> Judgement:
    """The bare host leads to www."""
    return _leads_home(sample, ProbeId.BARE_HOST, "the bare host")


def judge_tls(sample: Sample) -> Judgement:
    """Every connection is accepted by the authorities that this machine trusts."""
    secure = [one for one in sample.specimens if one.url.startswith("https:") and one.status]
    bad = [(url, why) for url, why in sample.missed if any(word in why for word in _CERTIFICATE)]
    bad += [(_PLANNED[id_].url, why) for id_, why in sample.failed.items() if id_ in _PLANNED and "certificate" in why]
    if "certificate" in sample.unreachable:
        bad.append((HOME, sample.unreachable))
    if bad:
        return fails("a certificate is not accepted", [Shown(url, why) for url, why in bad])
    if not secure:
        return cannot_tell("no answer over https")
    versions = Counter(one for specimen in secure for one in specimen.protocols if one.startswith("tls/"))
    hosts = {specimen.host: specimen for specimen in reversed(secure)}
    told = ", ".join(version.upper().replace("/", " ") for version, _ in versions.most_common())
    says = f"{len(hosts)} hosts, their certificates accepted{f'; {told}' if told else ''}"
    return holds(says, [Shown(one.url, ", ".join(one.protocols)) for one in hosts.values()])


def _robots_lines(sample: Sample) -> list[tuple[str, str]] | None:
    """Name and value of each line of the site's robots.txt, in small letters. None where it gave none."""
    found = next((one for one in sample.robots() if one.host == CANONICAL_HOST and one.status == 200), None)
    if found is None:
        return None
    lines = (line.partition("#")[0].partition(":") for line in found.body.decode("utf-8", "replace").splitlines())
    return [(name.strip().lower(), value.strip().lower()) for name, _, value in lines]


def asked_delay(sample: Sample) -> float:
    """Seconds that robots.txt asks for between requests; 0 where it asks for none.

    RFC 9309 §2.2.1: a group may name several robots, and who is named obeys no group for all others. The standard
    library's parser takes whole seconds only, and breaks on odd addresses.
    """
    asked: dict[str, float] = {}
    names: list[str] = []
    begins = True
    for name, value in _robots_lines(sample) or ():
        if name == "user-agent":
            names = [*names, value] if begins else [value]
            asked.setdefault(value, 0.0)
        elif name == "crawl-delay" and re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value, re.ASCII):
            asked |= {each: max(asked[each], float(value)) for each in names}
        begins = name == "user-agent" or (begins and name not in _RULES)
    own = [delay for robot, delay in asked.items() if robot and robot in USER_AGENT.lower()]
    return max(own) if own else asked.get("*", 0.0)


def judge_robots(sample: Sample) -> Judgement:
    """robots.txt is there, or says that there is none, and lets the crawl at what it is for."""
    asked = sample.robots()
    pages = [show(one) for one in asked]
    if sample.forbidden:
        return fails(
            f"robots.txt forbids, or could not be had for, {len(sample.forbidden)} addresses that a crawl would follow",
            [Shown(url, "forbidden") for url in sample.forbidden],
        )
    own = [one for one in asked if one.host == CANONICAL_HOST]
    if not own:
        return cannot_tell("robots.txt was never answered", pages)
    if own[0].status >= 500 or own[0].status == 429:
        return fails(f"robots.txt answers with {own[0].status}, which forbids everything", pages)
    lines = _robots_lines(sample)
    delay = asked_delay(sample)
    named = [value for name, value in lines or () if name == "sitemap"]
    told = (
        "robots.txt forbids nothing of the sample" if lines is not None else f"there is none (status {own[0].status})"
    )
    more = [f"it asks for {delay:g} s between requests"] if delay else []
    more += [f"names {len(named)} sitemap{'s' * (len(named) != 1)}"] if named else []
    return holds("; ".join([told, *more]), pages)


def judge_feeds(sample: Sample) -> Judgement:
    """Feeds or sitemaps lie where they are looked for, and list articles."""
    asked = [one for one in sample.pages() if one.kind == Kind.FEED]
    good = [Shown(one.url, f"{len(one.feed.pages)} addresses") for one in asked if one.feed and one.feed.pages]
    if not asked:
        return cannot_tell("none was asked for")
    if not good:
        return fails("none of the usual addresses has a feed or a sitemap", [show(one) for one in asked])
    return holds(f"{len(good)} feeds and sitemaps that list addresses", good)


def judge_validators(sample: Sample) -> Judgement:
    """Pages carry ETag or Last-Modified."""
    pages = sample.of(Kind.ARTICLE, Kind.DOCUMENT, Kind.LISTING, Kind.HOME)
    named = [(one.url, [name for name in ("ETag", "Last-Modified") if one.header(name)]) for one in pages]
    told = [(bool(names), Shown(url, ", ".join(names) or "neither ETag nor Last-Modified")) for url, names in named]
    return weigh(told, "pages carry ETag or Last-Modified", none="no page to look at")


def judge_conditional(sample: Sample) -> Judgement:
    """A conditional request for an unchanged page gives 304."""
    again = [one for one in sample.specimens if one.again]
    good = [show(one) for one in again if one.status == 304]
    bad = [show(one) for one in again if one.status != 304]
    if not again:
        none = judge_validators(sample).says
        return cannot_tell(f"nothing was asked with conditions: {none}")
    says = f"{len(good)} of {len(again)} pages asked for again gave 304"
    if any(one.kind == Kind.ARTICLE and one.status == 304 for one in again):
        return holds(says, [*good, *bad])
    return (fails if bad and not good else cannot_tell)(says, [*bad, *good])


def judge_codings(sample: Sample) -> Judgement:
    """Content-Encoding is gzip or none, and what it says is so."""
    answers = [one for one in sample.specimens if one.status not in {0, 304}]
    good, bad = sort_out(_decodes(one) for one in answers)
    if not answers:
        return cannot_tell("no answer to look at")
    packed = sum(_coding_of(one) != "none" for one in answers)
    says = f"{len(good)} of {len(answers)} answers decode as they say, {packed} of all are packed"
    return fails(says, bad) if bad else holds(says, good)


def _coding_of(specimen: Specimen) -> str:
    return (specimen.header("Content-Encoding") or "none").lower()


def _decodes(specimen: Specimen) -> tuple[bool, Shown]:
    coding = _coding_of(specimen)
    sound = coding in {"none", "gzip", "x-gzip", "identity"} and not specimen.coding_faults
    return sound, Shown(specimen.url, "; ".join([coding, *specimen.coding_faults]))


def judge_charset(sample: Sample) -> Judgement:
    """Pages are UTF-8 and say so."""
    told = (_reads_as(one) for one in sample.pages() if one.is_html)
    return weigh(told, "pages are UTF-8, and say nothing else", none="no page to look at")


def _reads_as(specimen: Specimen) -> tuple[bool, Shown]:
    kind = specimen.header("Content-Type") or ""
    declared = kind.lower().partition("charset=")[2].strip(" \"';") or "nothing"
    found = decode_page(specimen.body, {"Content-Type": kind}).charset.lower()
    sound = found == "utf-8" and declared in {"nothing", "utf-8", "utf8"}
    return sound, Shown(specimen.url, f"the header says {declared}, the bytes are {found}")


def judge_missing(sample: Sample) -> Judgement:
    """What there is not is answered with 404 or 410."""
    found = sample.probe(ProbeId.MISSING)
    if found is None:
        return cannot_tell(sample.failed.get(ProbeId.MISSING, "not asked"))
    soft = [one for one in sample.pages() if one.refused == "soft-404"]
    beside = [Shown(one.url, "says in words that there is nothing, with status 200; no record is made") for one in soft]
    if found.status in {404, 410}:
        more = f"; {len(soft)} linked pages say so with status 200" if soft else ""
        return holds(f"an article that there is not is answered with {found.status}{more}", [show(found), *beside])
    known = {"soft-404": "with status 200, in words that the parser knows: no record is made of it"}
    why = known.get(found.refused, f"with status {found.status}, and is taken for {_taken_for(found)}")
    return fails(f"an article that there is not is answered {why}", [show(found), *beside])


def _taken_for(specimen: Specimen) -> str:
    if 300 <= specimen.status < 400:
        return "one that moved"
    return "an article" if specimen.record is not None else "a page that could not be read"


def judge_refusals(sample: Sample) -> Judgement:
    """The site answers: no checks for robots, no refusals, no errors."""
    bad = [Shown(url, why) for url, why in sample.missed]
    hidden = {"challenge", "login", "unavailable"}
    bad += [Shown(one.url, f"{one.refused} in its place") for one in sample.pages() if one.refused in hidden]
    if sample.unreachable:
        return fails(f"the site could not be reached, or refused us: {sample.unreachable}", bad)
    told = [(True, show(one)) for one in sample.pages() if one.status and one.status < 400]
    told += [(False, shown) for shown in bad]
    return weigh(told, "addresses gave an answer of their own", none="nothing was answered")


def judge_files(sample: Sample) -> Judgement:
    """Photos and attachments can be had from the host of files."""
    asked = [one for one in sample.pages() if one.kind in {Kind.IMAGE, Kind.ATTACHMENT}]
    known = {one.url for one in asked}
    told = [(one.status == 200, show(one)) for one in asked]
    told += [(False, Shown(url, why)) for url, why in sample.missed if url not in known and _is_file(url)]
    return weigh(told, "photos and attachments came", none="no photo or attachment was met")


def _is_file(url: str) -> bool:
    return urlsplit(url).path.lower().endswith((".jpg", ".jpeg", ".png", ".gif", ".webp", ".pdf", ".doc", ".docx"))
